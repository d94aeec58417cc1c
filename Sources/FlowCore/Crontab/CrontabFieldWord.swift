// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tells words that are meant as fields of a schedule from words that begin a command.
///
/// Cron reads five fields and takes the rest for the command, so `*/5 * * * * * sync` runs a program called `*`. Other
/// schedulers write six or seven fields; which ones, the position of the year or of `?` may tell.
enum CrontabFieldWord {
    /// Whether a word can only be meant as a field: a star, a number, a list, a range, `?`, or names in capitals.
    static func isField(_ word: Substring) -> Bool {
        guard let first = word.first, word.utf8.count <= 64 else { return false }
        let body = word.utf8
        let hasOnlySigns = body.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "*/,-?#LW~".utf8.contains(byte)
        }
        if hasOnlySigns { return first == "*" || first == "?" || first == "~" || first.isWholeNumber }
        let parts = word.split { !$0.isASCII || !$0.isLetter }
        let isNamed =
            !parts.isEmpty
            && parts.allSatisfy { part in
                let name = part.uppercased()
                return CronField.weekdayNames.contains(name) || CronField.monthNames.contains(name)
            }
        let isList = body.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "*/,-#".utf8.contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
        }
        // `mon` alone is a program; MON, mon-fri and mon,wed are days.
        return isNamed && isList && first.isLetter && (parts.count > 1 || parts[0] == parts[0].uppercased()[...])
    }

    /// Whether the word names a year or several.
    static func isYear(_ word: Substring) -> Bool {
        let numbers = word.split { "-,/".contains($0) }
        guard let first = numbers.first, first.count == 4, let year = Int(first) else { return false }
        return (1970...2199).contains(year) && numbers.allSatisfy { Int($0) != nil }
    }

    /// Why a line whose command begins with a field is refused, and what to write instead.
    ///
    /// - Parameters:
    ///   - five: the fields cron would read.
    ///   - more: the words after them; the first is a field.
    static func refusal(_ five: [Substring], _ more: [Substring]) -> Wording {
        let six = five + more.prefix(1)
        let text = six.joined(separator: " ")
        if more.count > 1, self.isField(more[1]) {
            let seven = (six + more[1...1]).joined(separator: " ")
            return "there are 7 schedule fields and cron reads 5; second first and year last is meant: "
                + "make the task with --cron '\(seven)'"
        }
        // Quartz has '?' among the last three of six, second first; AWS among the third to fifth, year last.
        let isYearLast = self.isYear(more[0]) || (six[2] == "?" || six[4] == "?" && six[5] == "*")
        let isSecondFirst = six[5] == "?" || six[3] == "?"
        if isYearLast, !isSecondFirst {
            return "there are 6 schedule fields and cron reads 5; with the year last, as AWS and supercronic write it, "
                + "make the task with --cron '0 \(text)'"
        }
        if isSecondFirst {
            return "there are 6 schedule fields and cron reads 5; with the second first, as Quartz writes it, "
                + "make the task with --cron '\(text)'"
        }
        return "there are 6 schedule fields and cron reads 5; which is meant? With the second first it is "
            + "--cron '\(text)', with the year last --cron '0 \(text)', and with five fields take one '*' away"
    }
}
