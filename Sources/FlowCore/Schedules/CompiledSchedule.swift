// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A schedule made ready for arithmetic: the one function for fire times (R12), used by server and agents alike.
package struct CompiledSchedule: Sendable {
    private enum Plan: Sendable {
        case cron(CronPlan)
        case every(period: Int64, anchor: Int64)
        case delay(Int64)
        case once(Timestamp)
        case reboot
        case manual
    }

    private let plan: Plan
    private(set) var limits: CompiledLimits?
    /// Further expressions, and exceptions; only beside a cron expression.
    private var union: CompiledUnion?

    /// The zone of a cron schedule, of a daily window or of calendars; nil for the others.
    package private(set) var zone: ZoneRules?

    /// Prepares a schedule.
    ///
    /// - Parameters:
    ///   - spec: what the job says.
    ///   - job: decides what `H` stands for.
    /// - Throws: what is wrong with the text or the zone; `.needsAnchor` for the text `@every`, which whoever creates the
    ///   job turns into ``ScheduleSpec/every(periodMilliseconds:anchor:)``.
    package init(_ spec: ScheduleSpec, job: JobUID) throws(ScheduleError) {
        try self.init(spec, job: job, zones: ZoneDatabase.shared)
    }

    /// As ``init(_:job:)``, with zones that are not this host's.
    package init(_ spec: ScheduleSpec, job: JobUID, zones: some ZoneSource) throws(ScheduleError) {
        try self.init(base: spec.base, job: job, zones: zones)
        guard let limits = spec.limits else { return }
        let compiled = try CompiledLimits(limits, zones: zones)
        self.limits = compiled
        if limits.hasExpressions {
            guard case .cron(_, _, let policy) = spec.base, case .cron(let own) = self.plan, let zone = self.zone else {
                throw ScheduleError(.syntax, "further expressions and exceptions belong to a cron expression")
            }
            self.union = try CompiledUnion(limits, beside: own, dst: policy, zone: zone, job: job)
        }
        self.zone = self.zone ?? compiled.zone
    }

    private init(base spec: ScheduleSpec, job: JobUID, zones: some ZoneSource) throws(ScheduleError) {
        switch spec {
        case .cron(let text, let zoneName, let policy):
            let expression = try CronExpression(parsing: text)
            let zone = try zones.rules(named: expression.zonePrefix ?? zoneName)
            self.zone = zone
            switch expression.form {
            case .fields(let fields):
                self.plan = .cron(try CronPlan(fields: fields, dst: policy, zone: zone, job: job))
            case .every:
                throw ScheduleError(
                    .needsAnchor,
                    "'@every' counts from the job's creation; store it as a period with an anchor instead of as cron text"
                )
            case .reboot:
                self.plan = .reboot
            }
        case .every(let period, let anchor):
            guard (CronDuration.minimum...CronDuration.maximum).contains(period) else {
                throw ScheduleError(.duration, "a period is at least 1 second and at most 366 days")
            }
            self.zone = nil
            self.plan = .every(period: period, anchor: anchor.milliseconds)
        case .delay(let pause):
            guard (CronDuration.minimum...CronDuration.maximum).contains(pause) else {
                throw ScheduleError(.duration, "a delay is at least 1 second and at most 366 days")
            }
            self.zone = nil
            self.plan = .delay(pause)
        case .once(let instant):
            self.zone = nil
            self.plan = .once(instant)
        case .manual:
            self.zone = nil
            self.plan = .manual
        case .limited:
            throw ScheduleError(.syntax, "a schedule has one set of limits")
        }
    }

    /// The first fire strictly after an instant; nil when there is none until the end of 2199.
    ///
    /// Also nil when exceptions leave out all of the first ``exceptionTries`` times: days of an expression of which they leave
    /// nothing count as one.
    package func next(after: Timestamp) -> Timestamp? {
        guard let limits else { return self.unlimited(after: after) }
        return limits.next(after: after) { self.allowed(after: $0) }
    }

    /// How many times that exceptions leave out a search looks past.
    package static let exceptionTries = CompiledUnion.tries

    /// As ``next(after:)``, without limits, but with exceptions.
    func allowed(after: Timestamp) -> Timestamp? {
        guard let union else { return self.unlimited(after: after) }
        return union.allowed(after: after)
    }

    /// As ``next(after:)``, without limits and exceptions.
    func unlimited(after: Timestamp) -> Timestamp? {
        switch self.plan {
        case .cron(let plan):
            let next =
                if let union = self.union { union.next(after: after.seconds) } else { plan.next(after: after.seconds) }
            return next.map { Timestamp(seconds: $0) }
        case .every(let period, let anchor):
            guard after.milliseconds >= anchor else { return Timestamp(milliseconds: anchor) }
            let (elapsed, overflow) = after.milliseconds.subtractingReportingOverflow(anchor)
            guard !overflow else { return nil }
            let next = after.milliseconds.addingReportingOverflow(period - elapsed % period)
            guard !next.overflow, next.partialValue <= Timestamp.distantFuture.milliseconds else { return nil }
            return Timestamp(milliseconds: next.partialValue)
        case .once(let instant):
            return instant > after ? instant : nil
        case .delay, .reboot, .manual:
            return nil
        }
    }

    /// The fires after one instant up to and including another, at most `limit`, in ascending order.
    package func fires(after: Timestamp, through: Timestamp, limit: Int) -> [Timestamp] {
        var fires: [Timestamp] = []
        var cursor = after
        while fires.count < limit, let next = self.next(after: cursor), next <= through {
            fires.append(next)
            cursor = next
        }
        return fires
    }

    /// The period of a schedule that fires at equal distances without limits, milliseconds; nil for the others.
    package var periodMilliseconds: Int64? {
        if self.limits == nil, case .every(let period, _) = self.plan { return period }
        return nil
    }

    /// The pause after the end of a run, milliseconds; nil for the other schedules.
    package var delayMilliseconds: Int64? {
        if case .delay(let pause) = self.plan { return pause }
        return nil
    }

    /// When the next run of a fixed delay begins, one pause after an instant and inside the limits.
    ///
    /// - Returns: nil after the end of the limits, and for the other schedules.
    package func delayed(after end: Timestamp) -> Timestamp? {
        guard let pause = self.delayMilliseconds else { return nil }
        let next = end.advanced(byMilliseconds: pause)
        guard let limits else { return next }
        guard let first = limits.first(atOrAfter: next), first < Self.end else { return nil }
        return first
    }

    /// Calendars name no days behind 2199, and nothing fires there.
    private static let end = Timestamp(seconds: Int64(CivilDate.days(year: 2200, month: 1, day: 1)) * 86_400)

    /// What keeps the schedule from firing at an instant at which it would fire without its limits; nil when nothing does.
    package func obstacle(at instant: Timestamp) -> ScheduleLimits? {
        guard let limits = self.limits else { return nil }
        let before = instant.advanced(byMilliseconds: -1)
        guard let fire = self.unlimited(after: before), fire.seconds == instant.seconds,
            self.next(after: before) != fire
        else { return nil }
        if let exception = self.union?.exception(at: fire.seconds) { return ScheduleLimits(except: [exception.text]) }
        if let blackout = limits.calendars?.blackout(at: fire), limits.limits.isBesideCalendars(fire) {
            let use = blackout.use
            let one = CalendarUse(
                calendar: use.calendar,
                revision: use.revision,
                onBlackout: use.onBlackout,
                entries: [blackout.entry]
            )
            let zone = limits.limits.calendars?.timeZone ?? "UTC"
            return ScheduleLimits(calendars: ScheduleCalendars(timeZone: zone, uses: [one]))
        }
        return limits.limits.obstacle(at: fire)
    }

    /// Whether it is a cron expression with one time of the day, so that a fire can be moved by days.
    package var isDaily: Bool {
        if case .cron(let plan) = self.plan { return plan.masks.isDaily && self.union?.isEmpty ?? true }
        return false
    }

    /// Whether the schedule is `@reboot`: the agent fires it once per boot, ``next(after:)`` never does.
    package var isReboot: Bool {
        if case .reboot = self.plan { return true }
        return false
    }
}
