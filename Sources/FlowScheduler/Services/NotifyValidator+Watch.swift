// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What triggers of time and room go by: all that they need, within its limits, and nothing that no trigger looks at.
extension NotifyValidator {
    mutating func checkWatch(_ rule: NotifyRule, _ path: String) {
        let limits = rule.watch ?? NotifyLimits()
        self.check(rule, path, "by", limits.deadline != nil, for: [.didNotRunBy, .notFinishedBy])
        let isRunning = limits.runningSeconds != nil || limits.runningFactor != nil
        self.check(rule, path, "running_seconds", isRunning, for: [.runningLongerThan])
        self.check(rule, path, "queue_seconds", limits.queueSeconds != nil, for: [.queueWaiting])
        self.check(rule, path, "certificate_days", limits.certificateDays != nil, for: [.certificateEnding])
        self.check(rule, path, "disk_percent", limits.diskPercent != nil || limits.diskBytes != nil, for: [.diskLow])
        if let deadline = limits.deadline { self.check(deadline, path) }
        self.check(limits.runningSeconds, path + ".running_seconds")
        self.check(limits.queueSeconds, path + ".queue_seconds")
        self.faults.require(
            limits.runningFactor.map { NotifyLimits.factorRange.contains($0) } ?? true,
            path + ".running_factor",
            "range",
            "1.1 to 100 times what the task usually takes"
        )
        self.faults.require(
            limits.certificateDays.map { NotifyLimits.certificateRange.contains($0) } ?? true,
            path + ".certificate_days",
            "range",
            "1 to 365 days"
        )
        self.faults.require(
            limits.diskPercent.map { NotifyLimits.percentRange.contains($0) } ?? true,
            path + ".disk_percent",
            "range",
            "1 to 99 percent"
        )
        self.faults.require(
            limits.diskBytes.map { NotifyLimits.bytesRange.contains($0) } ?? true,
            path + ".disk_bytes",
            "range",
            "1 MiB to 1 PiB, in bytes"
        )
    }

    private mutating func check(
        _ rule: NotifyRule,
        _ path: String,
        _ name: String,
        _ isThere: Bool,
        for triggers: [NotifyTrigger]
    ) {
        let wanting = triggers.first { rule.triggers.contains($0) }
        if let wanting, !isThere {
            self.faults.add("\(path).\(name)", "required", "the trigger '\(wanting.rawValue)' needs this")
        } else if wanting == nil, isThere {
            self.faults.add(
                "\(path).\(name)",
                "conflict",
                "only the trigger '\(triggers[0].rawValue)' goes by this, which the rule does not have"
            )
        }
    }

    private mutating func check(_ seconds: Int?, _ path: String) {
        self.faults.require(
            seconds.map { NotifyLimits.secondsRange.contains($0) } ?? true,
            path,
            "range",
            "60 seconds to 30 days"
        )
    }

    private mutating func check(_ deadline: NotifyLimits.Deadline, _ path: String) {
        self.faults.require(
            (try? ZoneDatabase.shared.rules(named: deadline.timeZone)) != nil,
            path + ".timezone",
            "value",
            "this is not a time zone of this server; write one such as Asia/Shanghai, UTC or +08:00"
        )
        self.faults.require(
            deadline.days.allSatisfy { (0...6).contains($0) },
            path + ".days",
            "range",
            "days are 0 (Sunday) to 6"
        )
    }
}
