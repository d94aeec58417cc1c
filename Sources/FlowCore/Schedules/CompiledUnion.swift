// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The further expressions of a cron schedule, and those whose times it leaves out, made ready for arithmetic.
struct CompiledUnion: Sendable {
    private let also: [CronPlan]
    private let exceptions: [CompiledException]

    /// Fires in a row that exceptions leave out before a search gives up; whole days, hours and minutes count as one.
    private static let tries = 1000

    /// - Returns: nil when the limits have neither.
    /// - Throws: what is wrong with one of the texts.
    init?(_ limits: ScheduleLimits, dst: DSTPolicy, zone: ZoneRules, job: JobUID) throws(ScheduleError) {
        let also = limits.also ?? []
        let except = limits.except ?? []
        guard !also.isEmpty || !except.isEmpty else { return nil }
        var plans: [CronPlan] = []
        for text in also { plans.append(try CronPlan(fields: Self.fields(text), dst: dst, zone: zone, job: job)) }
        self.also = plans
        var exceptions: [CompiledException] = []
        for text in except { exceptions.append(CompiledException(text, try Self.fields(text), zone: zone, job: job)) }
        self.exceptions = exceptions
    }

    /// Of an expression that says times: there is one zone, and a period or a boot has none.
    private static func fields(_ text: String) throws(ScheduleError) -> CronFields {
        let expression = try CronExpression(parsing: text)
        guard let fields = expression.fields, expression.zonePrefix == nil else {
            throw ScheduleError(
                .syntax,
                "'\(text)' stands beside another expression: it has to name times, in the zone of that one"
            )
        }
        return fields
    }

    var isEmpty: Bool { self.also.isEmpty }

    /// The first instant after a second at which any expression fires, `first` being that of the schedule's own.
    func earliest(after second: Int64, _ first: Int64?) -> Int64? {
        self.also.reduce(first) { earliest, plan in
            guard let next = plan.next(after: second) else { return earliest }
            return min(earliest ?? next, next)
        }
    }

    /// The exception that leaves out a fire at an instant.
    func exception(at second: Int64) -> CompiledException? { self.exceptions.first { $0.covers(second) } }

    /// The first fire after an instant that no exception leaves out.
    func allowed(after: Timestamp, _ next: (Timestamp) -> Timestamp?) -> Timestamp? {
        guard !self.exceptions.isEmpty else { return next(after) }
        var cursor = after
        for _ in 0..<Self.tries {
            guard let fire = next(cursor) else { return nil }
            guard let exception = self.exception(at: fire.seconds) else { return fire }
            cursor = max(fire, Timestamp(seconds: exception.end(of: fire.seconds)).advanced(byMilliseconds: -1))
        }
        return nil
    }
}

/// An expression whose times are left out.
///
/// It goes by what the clock of the schedule's zone shows at the fire. Without a field for seconds it means whole minutes.
struct CompiledException: Sendable {
    let text: String
    private let masks: CronMasks
    private let zone: ZoneRules
    /// Seconds of the local clock that are left out together, from a multiple of this on: a second to a day.
    private let unit: Int64

    init(_ text: String, _ fields: CronFields, zone: ZoneRules, job: JobUID) {
        self.text = text
        self.zone = zone
        let masks = CronMasks(fields, seed: job)
        self.masks = masks
        let isWholeMinute = fields.count == 5 || masks.seconds.nonzeroBitCount == 60
        let isWholeHour = isWholeMinute && masks.minutes.nonzeroBitCount == 60
        self.unit =
            if isWholeHour { masks.hours.nonzeroBitCount == 24 ? 86_400 : 3600 } else { isWholeMinute ? 60 : 1 }
    }

    func covers(_ second: Int64) -> Bool {
        let start = self.start(of: second)
        return self.masks.firstMatch(atOrAfter: start) == start
    }

    /// The first second behind what is left out together with one.
    func end(of second: Int64) -> Int64 {
        max(self.zone.second(ofLocal: self.start(of: second) + self.unit), second + 1)
    }

    private func start(of second: Int64) -> Int64 {
        let local = second + Int64(self.zone.offsetSeconds(at: Timestamp(seconds: second)))
        return local.flooredDivision(by: self.unit) * self.unit
    }
}
