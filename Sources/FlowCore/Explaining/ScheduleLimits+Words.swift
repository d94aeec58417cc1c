// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ScheduleLimits {
    /// Those of the limits that keep a fire from happening.
    package func obstacle(at fire: Timestamp) -> ScheduleLimits {
        if let first = self.notBefore, fire < first { return ScheduleLimits(notBefore: first) }
        if let last = self.notAfter, fire > last { return ScheduleLimits(notAfter: last) }
        return ScheduleLimits(window: self.window)
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
        if let window = self.window {
            zh += "，每天 \(window.span)（\(window.timeZone)）"
            en += ", daily \(window.span) (\(window.timeZone))"
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
}
