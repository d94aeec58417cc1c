// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Items of a schedule that mean something here and something else, or nothing, to cron.
enum CrontabForeignItem {
    /// What to say about a line with such items; nothing for what every cron reads the same.
    ///
    /// - Parameter isConverted: the line had cronie's `~`, which has become `H` and was spoken of.
    static func remarks(_ fields: CronFields, isConverted: Bool) -> [Wording] {
        fields.written.flatMap { field in
            fields[field].compactMap { self.remark($0, field, isConverted: isConverted) }
        }
    }

    private static func remark(_ item: CronItem, _ field: CronField, isConverted: Bool) -> Wording? {
        let text = item.text(in: field)
        switch item {
        case .every, .value: return nil
        case .range(let low, let high, _):
            guard self.runsBackwards(low, high, field) else { return nil }
            return "'\(text)' runs backwards: Debian's cron takes it and fires at no time, others refuse it; "
                + "here it goes on past the end of the \(words: field == .month ? "year" : "week")"
        case .nth(let value, let nth):
            let day = value.text(in: field)
            return "Debian's cron leaves out the '#\(nth)' of '\(text)' and fires every week, others refuse it; "
                + "here it is the \(day) number \(nth) of a month"
        case .from(let low, let step):
            let last = field == .dayOfWeek ? 6 : field.range.upperBound
            return "cron does not read '\(text)'; here it is \(low.text(in: field))-\(last)/\(step), as in Quartz"
        case .hashed:
            guard !isConverted else { return nil }
            return "cron does not read '\(text)'; here it is a time chosen for the job, as in Jenkins"
        case .unspecified:
            return "cron does not read '?'; here it is no rule for the \(words: field.label), as in Quartz"
        case .lastDay, .lastWorkday, .nearestWorkday, .last:
            return "cron does not read '\(text)'; here it means what it does in Quartz"
        }
    }

    /// To cron the name of Sunday is 0, also at the end of a range.
    private static func runsBackwards(_ low: CronValue, _ high: CronValue, _ field: CronField) -> Bool {
        let end = field == .dayOfWeek && high.isName ? high.number % 7 : high.number
        return low.number > end
    }
}
