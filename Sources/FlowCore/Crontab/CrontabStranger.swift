// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Recognises lines of other schedulers that find their way into crontabs, to say what they are.
enum CrontabStranger {
    /// Why the line is refused; nil when nothing strange is seen.
    static func refusal(_ line: CrontabLine) -> Wording? {
        let words = line.words(5).words
        guard let first = words.first else { return nil }
        if first.hasPrefix("cron("), let close = line.text.firstIndex(of: ")") {
            let inner = line.text[first.index(first.startIndex, offsetBy: 5)..<close]
            return
                "'cron(…)' is AWS's, with the year last; make the task with --cron '0 \(CrontabReader.excerpt(inner))'"
        }
        if first.hasPrefix("rate(") {
            return "'rate(…)' is AWS's; make the task with --every, as in --every 5m"
        }
        if first.hasPrefix("["), first.hasSuffix("]") || words.count == 1 {
            return "this looks like a section of a systemd unit; read its OnCalendar= and make the task by hand"
        }
        return self.anacron(words)
    }

    /// `7 10 cron.weekly nice run-parts …`: every 7 days, 10 minutes after the start, under an identifier.
    private static func anacron(_ words: [Substring]) -> Wording? {
        guard words.count >= 4 else { return nil }
        let period = words[0].lowercased()
        let isPeriod = Int(period) != nil || ["@daily", "@weekly", "@monthly", "@yearly"].contains(period)
        let identifier = words[2]
        guard isPeriod, Int(words[1]) != nil, let first = identifier.first, first.isLetter, identifier.count > 3,
            !CrontabFieldWord.isField(identifier), !identifier.contains(",")
        else { return nil }
        let days = ["@daily": 1, "@weekly": 7, "@monthly": 30, "@yearly": 365][period] ?? Int(period) ?? 1
        let schedule = [1: "@daily", 7: "@weekly", 30: "@monthly", 31: "@monthly", 365: "@yearly"][days]
        let advice = schedule.map { "--cron \($0)" } ?? "--every \(days)d"
        let often: Wording = days == 1 ? "a day" : "\(days) days"
        return "this is a line of an anacrontab, once in \(often); "
            + "make the task with \(advice); --misfire fire_once makes up for a host that was off"
    }
}
