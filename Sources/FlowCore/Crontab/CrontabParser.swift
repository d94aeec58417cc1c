// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads crontabs as Debian's cron, cronie and FreeBSD's cron write them, for import.
///
/// Every line is either understood, or answered by a problem with its number; nothing is left out in silence.
package enum CrontabParser {
    /// The most bytes a crontab may have.
    package static let maximalLength = 4 << 20

    /// Reads a crontab.
    ///
    /// - Parameters:
    ///   - text: the whole file.
    ///   - form: whether users stand before the commands.
    /// - Returns: the jobs, and the problems in the order of lines.
    package static func parse(_ text: String, form: CrontabForm) -> Crontab {
        guard text.utf8.count <= self.maximalLength else {
            return Crontab(
                problems: [CrontabProblem(line: 1, severity: .error, message: "the file is larger than 4 MiB")],
                form: form == .automatic ? .user : form
            )
        }
        var reader = CrontabReader(text, form: form)
        return reader.read()
    }
}

/// The state of reading: the variables so far, and what was found.
private struct CrontabReader {
    private let lines: [CrontabLine]
    private let endsLine: Bool
    private let hasCarriageReturns: Bool
    private var crontab: Crontab
    private var isFormCertain = true
    private var environment: [CrontabVariable] = []
    private var zone: String?

    init(_ text: String, form: CrontabForm) {
        // In Swift "\r\n" is one Character, so lines are found among the scalars.
        let body = text.unicodeScalars.first == "\u{feff}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        self.hasCarriageReturns = body.contains("\r")
        self.endsLine = body.isEmpty || body.last == "\n"
        var lines: [CrontabLine] = []
        for (index, scalars) in body.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = scalars
            if line.last == "\r" { line.removeLast() }
            lines.append(CrontabLine(number: index + 1, text: Substring(line)))
        }
        self.lines = lines
        self.crontab = Crontab(form: form)
        if form == .automatic {
            let guess = CrontabFormGuess.guess(lines)
            self.crontab.form = guess.form
            self.isFormCertain = guess.isCertain
        }
    }

    mutating func read() -> Crontab {
        if self.hasCarriageReturns {
            self.warn(1, "the file has Windows line ends; cron would have passed them on to the commands")
        }
        for line in self.lines {
            switch line.kind {
            case .blank, .comment: continue
            case .variable(let variable): self.assign(variable, line)
            case .job: self.job(line)
            }
        }
        if !self.endsLine, let last = self.lines.last {
            self.warn(last.number, "the last line has no line end; cron may have ignored it")
        }
        self.crontab.problems.sort { $0.line < $1.line }
        return self.crontab
    }

    // MARK: Variables

    private mutating func assign(_ variable: CrontabVariable, _ line: CrontabLine) {
        if variable.name == "CRON_TZ" {
            guard variable.value.isEmpty || ZoneDatabase.isWellFormed(variable.value) else {
                self.refuse(line.number, "CRON_TZ: '\(variable.value)' is not the name of a time zone")
                return
            }
            self.zone = variable.value.isEmpty ? nil : variable.value
            return
        }
        switch variable.name {
        case "TZ":
            self.warn(line.number, "TZ is passed to the commands; it does not move the schedule, as CRON_TZ would")
        case "MAILTO", "MAILFROM":
            self.warn(line.number, "\(variable.name) sends no mail here; set up a notification for the jobs instead")
        case "RANDOM_DELAY":
            self.warn(line.number, "RANDOM_DELAY is not imported; set the jobs' jitter instead")
        default:
            if variable.value.contains("$") {
                self.warn(
                    line.number,
                    "\(variable.name): cron does not expand '$'; the value is taken as it is written"
                )
            }
        }
        if let index = self.environment.firstIndex(where: { $0.name == variable.name }) {
            self.environment[index] = variable
        } else {
            self.environment.append(variable)
        }
    }

    // MARK: Jobs

    private mutating func job(_ line: CrontabLine) {
        let count = line.scheduleWordCount
        var (words, rest) = line.words(count)
        guard words.count == count else {
            self.refuse(
                line.number,
                "this is neither a schedule with a command nor NAME=value: '\(line.text.prefix(60))'"
            )
            return
        }
        if count == 5, words[0].hasPrefix("-"), words[0].count > 1 {
            // SUSE's cron: do not write to the system log.
            words[0].removeFirst()
            self.warn(
                line.number,
                "the '-' before the minute, which kept the job out of the system log, has no meaning here"
            )
        }
        guard let expression = self.expression(words, line) else { return }
        var user: String?
        if self.crontab.form == .system {
            let word = rest.prefix { !CrontabLine.isBlank($0) }
            guard CrontabFormGuess.isUserName(String(word)) else {
                self.refuse(line.number, "a user name is expected before the command, there is '\(word.prefix(40))'")
                return
            }
            user = String(word.prefix { $0 != ":" })
            if word.contains(":") { self.warn(line.number, "only the user of '\(word)' is imported, not the group") }
            rest = rest[word.endIndex...].drop(while: CrontabLine.isBlank)
        }
        let (command, input) = CrontabLine.splitPercent(rest)
        guard command.contains(where: { !CrontabLine.isBlank($0) }) else {
            self.refuse(
                line.number,
                user == nil ? "there is no command" : "there is no command after the user '\(user ?? "")'"
            )
            return
        }
        if input != nil {
            self.warn(line.number, "what follows the first '%' is the command's input; write '\\%' for a percent sign")
        }
        if command.hasSuffix("\\") {
            self.warn(line.number, "the line ends in a backslash; cron does not join lines")
        }
        if !self.isFormCertain {
            // Said once, where the first doubtful line is.
            self.isFormCertain = true
            self.warn(
                line.number,
                "read without a user; if '\(rest.prefix { !CrontabLine.isBlank($0) })' is one, choose the system form"
            )
        }
        self.crontab.entries.append(
            CrontabEntry(
                line: line.number,
                expression: expression,
                zone: self.zone,
                user: user,
                command: command,
                standardInput: input,
                environment: self.environment
            )
        )
    }

    /// The schedule in our grammar; nil after a refusal.
    private mutating func expression(_ words: [Substring], _ line: CrontabLine) -> String? {
        var text = words.joined(separator: " ")
        if text.lowercased() == "@every_minute" { text = "* * * * *" }
        if text.lowercased() == "@every_second" { text = "* * * * * *" }
        if text.contains("~"), words.count == 5 {
            text = zip(words, [CronField.minute, .hour, .dayOfMonth, .month, .dayOfWeek])
                .map { word, field in
                    word.split(separator: ",", omittingEmptySubsequences: false)
                        .map { Self.randomRange($0, field) }.joined(separator: ",")
                }
                .joined(separator: " ")
            self.warn(
                line.number,
                "'~' chose a time anew at each start of cron; H chooses one for the job and keeps it"
            )
        }
        do throws(ScheduleError) {
            return try CronExpression(parsing: text).canonical
        } catch {
            self.refuse(line.number, "\(text.prefix(80)): \(error)")
            return nil
        }
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
        return
            "H(\(low.isEmpty ? "\(range.lowerBound)" : String(low))-\(high.isEmpty ? "\(range.upperBound)" : String(high)))\(step)"
    }

    private mutating func warn(_ line: Int, _ message: String) {
        self.crontab.problems.append(CrontabProblem(line: line, severity: .warning, message: message))
    }

    private mutating func refuse(_ line: Int, _ message: String) {
        self.crontab.problems.append(CrontabProblem(line: line, severity: .error, message: message))
    }
}
