// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ScheduleLimits {
    /// Those of the limits that keep a fire from happening.
    package func obstacle(at fire: Timestamp) -> ScheduleLimits {
        if let first = self.notBefore, fire < first { return ScheduleLimits(notBefore: first) }
        if let last = self.notAfter, fire > last { return ScheduleLimits(notAfter: last) }
        return ScheduleLimits(window: self.window)
    }

    /// Whether start and end have nothing against a fire, so that a calendar is what forbids it.
    func isBesideCalendars(_ fire: Timestamp) -> Bool {
        self.notBefore.map { fire >= $0 } ?? true && self.notAfter.map { fire <= $0 } ?? true
    }

    /// Why there is no fire, as the beginning of a sentence; for what ``obstacle(at:)`` says.
    var obstacleText: FireExplanation.Text {
        if let first = self.notBefore {
            return FireExplanation.Text(
                zh: "早于任务的开始时间 \(first)，不会触发",
                en: "It is before the start of the schedule, \(first)"
            )
        }
        if let last = self.notAfter {
            return FireExplanation.Text(
                zh: "晚于任务的结束时间 \(last)，不会触发",
                en: "It is after the end of the schedule, \(last)"
            )
        }
        if let exception = self.except?.first {
            return FireExplanation.Text(
                zh: "此刻属于任务排除的时间“\(exception)”，不会触发",
                en: "The schedule leaves out the times of '\(exception)'"
            )
        }
        if let use = self.calendars?.uses.first {
            let name = use.entries.first?.name ?? ""
            let zh =
                switch use.onBlackout {
                case .skip: "不会触发"
                case .before: "改在此前最近的可用日期的同一时刻触发"
                case .after: "改在此后最近的可用日期的同一时刻触发"
                }
            let en =
                switch use.onBlackout {
                case .skip: "it does not fire"
                case .before: "it fires on the nearest free day before, at the same time of the day"
                case .after: "it fires on the nearest free day after, at the same time of the day"
                }
            return FireExplanation.Text(
                zh: "此刻在日历“\(use.calendar)”的“\(name)”之内，\(zh)",
                en: "Blackout by calendar '\(use.calendar)' (\(name)): \(en)"
            )
        }
        let window = self.window.map { "\($0.span) (\($0.timeZone))" } ?? ""
        return FireExplanation.Text(
            zh: "不在每天的时间窗口 \(window) 之内，不会触发",
            en: "It is outside the daily window \(window)"
        )
    }

    /// What stands behind a schedule's own words; empty without limits.
    package var words: FireExplanation.Text {
        var zh = ""
        var en = ""
        for text in self.also ?? [] {
            let words = Self.words(of: text)
            zh += "，以及\(words.zh)"
            en += ", and \(words.en)"
        }
        for text in self.except ?? [] {
            let words = Self.words(of: text)
            zh += "，但不包括\(words.zh)"
            en += ", but not \(words.en)"
        }
        if let window = self.window {
            zh += "，每天 \(window.span)（\(window.timeZone)）"
            en += ", daily \(window.span) (\(window.timeZone))"
        }
        if let calendars = self.calendars {
            let names = calendars.uses.map(\.calendar).joined(separator: ", ")
            zh += "，遵循日历 \(names)"
            en += ", outside of calendar \(names)"
        }
        if let first = self.notBefore {
            zh += "，自 \(first) 起"
            en += ", from \(first)"
        }
        if let last = self.notAfter {
            zh += "，至 \(last) 止"
            en += ", until \(last)"
        }
        return FireExplanation.Text(zh: zh, en: en)
    }

    /// Stored text was parsed once; if a later version refuses it, its own spelling is the best there is.
    private static func words(of text: String) -> FireExplanation.Text {
        guard let expression = try? CronExpression(parsing: text) else {
            return FireExplanation.Text(zh: text, en: text)
        }
        return FireExplanation.Text(zh: expression.describe(.zh), en: Self.inside(expression.describe(.en)))
    }

    /// A description in the middle of a sentence: "At 12:00 on Saturday" as "at 12:00 on Saturday".
    private static func inside(_ description: String) -> String {
        description.prefix(1).lowercased() + description.dropFirst()
    }
}
