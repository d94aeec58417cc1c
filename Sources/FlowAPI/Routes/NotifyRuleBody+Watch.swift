// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// What triggers of time and room go by: `{"by": "08:00", "timezone": "Asia/Shanghai", "running_seconds": 600, …}`.
extension NotifyRuleBody {
    static func watch(_ reader: inout FieldReader) -> NotifyLimits? {
        guard var watch = reader.object("watch") else { return nil }
        defer { watch.close() }
        var limits = NotifyLimits()
        let zone = watch.string("timezone")
        let days = watch.integers("days") ?? []
        // An empty value is none, and is taken all the same.
        var since = 0
        if watch.has("since") { since = self.minutes(&watch, "since") } else { _ = watch.take("since") }
        if !watch.has("by") {
            _ = watch.take("by")
        } else {
            limits.deadline = NotifyLimits.Deadline(
                by: self.minutes(&watch, "by"),
                since: since,
                timeZone: zone ?? "UTC",
                days: Set(days.map { Int(clamping: $0) }).sorted()
            )
        }
        limits.runningSeconds = watch.int("running_seconds")
        limits.runningFactor = self.factor(&watch)
        limits.queueSeconds = watch.int("queue_seconds")
        limits.certificateDays = watch.int("certificate_days")
        limits.diskPercent = watch.int("disk_percent")
        limits.diskBytes = watch.integer("disk_bytes")
        return limits == NotifyLimits() ? nil : limits
    }

    private static func factor(_ reader: inout FieldReader) -> Double? {
        switch reader.take("running_factor") {
        case nil: return nil
        case .integer(let number)?: return Double(number)
        case .number(let number)?: return number
        default:
            reader.fault("running_factor", "type", "write a number such as 1.5")
            return nil
        }
    }

    static func json(_ limits: NotifyLimits) -> JSON {
        var members: [JSON.Member] = []
        if let deadline = limits.deadline {
            members += [
                .init("by", self.time(deadline.by)), .init("since", self.time(deadline.since)),
                .init("timezone", deadline.timeZone), .init("days", deadline.days),
            ]
        }
        if let seconds = limits.runningSeconds { members.append(.init("running_seconds", seconds)) }
        if let factor = limits.runningFactor { members.append(.init("running_factor", factor)) }
        if let seconds = limits.queueSeconds { members.append(.init("queue_seconds", seconds)) }
        if let days = limits.certificateDays { members.append(.init("certificate_days", days)) }
        if let percent = limits.diskPercent { members.append(.init("disk_percent", percent)) }
        if let bytes = limits.diskBytes { members.append(.init("disk_bytes", bytes)) }
        return .object(members)
    }
}
