// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

extension PBLimitedSchedule {
    init(_ limits: ScheduleLimits) {
        self.init()
        if let first = limits.notBefore { self.notBefore = first.milliseconds }
        if let last = limits.notAfter { self.notAfter = last.milliseconds }
        if let calendars = limits.calendars { self.setCalendars(calendars) }
        self.also = limits.also ?? []
        self.except = limits.except ?? []
        guard let window = limits.window else { return }
        self.window = .with {
            $0.from = Int32(clamping: window.from)
            $0.to = Int32(clamping: window.to)
            $0.timeZone = window.timeZone
        }
    }

    private static func expressions(_ texts: [String], _ field: String) throws(WireError) -> [String]? {
        guard texts.count <= ScheduleLimits.expressionLimit else {
            throw WireError.invalid(
                field: field,
                problem: "has more than \(ScheduleLimits.expressionLimit) expressions"
            )
        }
        var expressions: [String] = []
        for text in texts { expressions.append(try Fields.label(text, field, minimum: 1)) }
        return expressions.isEmpty ? nil : expressions
    }

    fileprivate func decodedLimits(_ field: String) throws(WireError) -> ScheduleLimits {
        var limits = ScheduleLimits()
        if self.hasNotBefore { limits.notBefore = try Fields.instant(self.notBefore, field + ".not_before") }
        if self.hasNotAfter { limits.notAfter = try Fields.instant(self.notAfter, field + ".not_after") }
        limits.calendars = try self.decodedCalendars(field)
        limits.also = try Self.expressions(self.also, field + ".also")
        limits.except = try Self.expressions(self.except, field + ".except")
        guard self.hasWindow else { return limits }
        let window = self.window
        guard (0..<1440).contains(window.from), (0...1440).contains(window.to), window.from != window.to else {
            throw WireError.invalid(field: field + ".window", problem: "is no part of a day")
        }
        limits.window = FlowCore.DailyWindow(
            from: Int(window.from),
            to: Int(window.to),
            timeZone: try Fields.label(window.timeZone, field + ".window.time_zone")
        )
        return limits
    }
}

extension PBTaskConfig {
    /// The schedule stands in the limits' own message; what stands beside it is for peers that know none.
    func decoded(_ limited: PBLimitedSchedule, _ field: String) throws(WireError) -> ScheduleSpec {
        guard self.cronExpr.isEmpty, self.delayMs == 0 else {
            throw WireError.invalid(field: field, problem: "stands beside a schedule without limits")
        }
        var base = PBTaskConfig()
        base.schedule = limited.schedule
        base.cronExpr = limited.cronExpr
        base.delayMs = limited.delayMs
        return try base.decodedSchedule(field).limited(try limited.decodedLimits(field))
    }
}
