// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CrontabReader {
    /// The schedule in our grammar, with what has to be said about it; nil after a refusal.
    mutating func expression(_ words: [Substring], _ line: Int) -> String? {
        var text = words.joined(separator: " ")
        switch text.lowercased() {
        case "@every_minute": text = "* * * * *"
        case "@every_second": text = "* * * * * *"
        default: break
        }
        if let seconds = Self.freeBSDSeconds(text) {
            text = "@every \(seconds)s"
            self.warn(
                line,
                "'@\(seconds)' waits \(seconds) s from the end of a run; here it is \(seconds) s from start to start"
            )
        }
        if text.contains("~"), words.count == 5 {
            text = zip(words, CronFields.order(count: 5))
                .map { word, field in
                    word.split(separator: ",", omittingEmptySubsequences: false)
                        .map { Self.randomRange($0, field) }.joined(separator: ",")
                }
                .joined(separator: " ")
            self.warn(line, "'~' chose a time anew at each start of cron; H chooses one for the job and keeps it")
        }
        do throws(ScheduleError) {
            var parser = CronParser(text, maximalLength: 4096, maximalItems: 1024)
            var expression = try parser.parse()
            if text.utf8.count > CronParser.maximalLength, let short = expression.shortened {
                expression = try CronExpression(parsing: short)
            }
            let canonical = expression.canonical
            // What a longer list of items says, fewer have to say.
            _ = try CronExpression(parsing: canonical)
            if let fields = expression.fields, words.count == 5 {
                for remark in CrontabForeignItem.remarks(fields, isConverted: words.contains { $0.contains("~") }) {
                    self.warn(line, remark)
                }
            }
            for warning in expression.warnings() where Self.told.contains(warning.code) {
                self.warn(line, Wording(english: warning.en, chinese: warning.zh))
            }
            return canonical
        } catch {
            self.refuse(line, "\(Self.excerpt(text[...])): \(error)")
            return nil
        }
    }

    /// What may surprise even those who ran the line under cron for years: cron does the same without a word.
    private static let told: Set<CronWarning.Code> = [.idleStep]

    /// FreeBSD's `@300`: so many seconds after the last run ended.
    private static func freeBSDSeconds(_ text: String) -> Int? {
        guard text.hasPrefix("@"), text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text.dropFirst()).flatMap { (1...31_536_000).contains($0) ? $0 : nil }
    }

    /// Cronie's `a~b`, either end open, as our `H(a-b)`.
    private static func randomRange(_ item: Substring, _ field: CronField) -> String {
        guard let tilde = item.firstIndex(of: "~") else { return String(item) }
        let tail = item[item.index(after: tilde)...]
        let low = item[..<tilde]
        let high = tail.prefix { $0 != "/" }
        let step = tail[high.endIndex...]
        if low.isEmpty, high.isEmpty { return "H\(step)" }
        let range = field == .dayOfWeek ? 0...6 : field.range
        let first = low.isEmpty ? "\(range.lowerBound)" : String(low)
        let last = high.isEmpty ? "\(range.upperBound)" : String(high)
        return "H(\(first)-\(last))\(step)"
    }
}

extension CronExpression {
    /// The same times in fewer items, for lists that name every value; nil for anything but plain lists.
    fileprivate var shortened: String? {
        guard let fields = self.fields else { return nil }
        return fields.written.map { field -> String in
            let items = fields[field]
            guard items.count > 4, let values = fields.few(field, atMost: .max) else {
                return items.map { $0.text(in: field) }.joined(separator: ",")
            }
            // The star at the front decides whether both day fields have to match.
            let star = fields.startsWithStar(field) ? [items[0].text(in: field)] : []
            return (star + Self.runs(values)).joined(separator: ",")
        }
        .joined(separator: " ")
    }

    /// `1-4,7,9` for the values 1, 2, 3, 4, 7 and 9.
    private static func runs(_ values: [Int]) -> [String] {
        var runs: [ClosedRange<Int>] = []
        for value in values {
            if let last = runs.last, last.upperBound + 1 == value {
                runs[runs.count - 1] = last.lowerBound...value
            } else {
                runs.append(value...value)
            }
        }
        return runs.flatMap { run in
            switch run.count {
            case 1: ["\(run.lowerBound)"]
            case 2: ["\(run.lowerBound)", "\(run.upperBound)"]
            default: ["\(run.lowerBound)-\(run.upperBound)"]
            }
        }
    }
}
