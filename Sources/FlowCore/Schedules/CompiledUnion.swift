// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The expressions of a cron schedule that has several, and those whose times it leaves out, made ready for arithmetic.
struct CompiledUnion: Sendable {
    /// The schedule's own comes first.
    private let plans: [CronPlan]
    private let exceptions: [CompiledException]
    /// How much each exception leaves out together, of each expression.
    private let spans: [[Int64]]

    /// Steps of a search over what exceptions leave out.
    ///
    /// One goes over a whole day wherever exceptions leave out all that an expression has on it: it is half a century then.
    static let tries = 20_000

    /// - Parameter own: the schedule's own expression.
    /// - Returns: nil when the limits have no further expressions and no exceptions.
    /// - Throws: what is wrong with one of the texts.
    init?(
        _ limits: ScheduleLimits,
        beside own: CronPlan,
        dst: DSTPolicy,
        zone: ZoneRules,
        job: JobUID
    ) throws(ScheduleError) {
        let also = limits.also ?? []
        let except = limits.except ?? []
        guard !also.isEmpty || !except.isEmpty else { return nil }
        var plans = [own]
        for text in also { plans.append(try CronPlan(fields: Self.fields(text), dst: dst, zone: zone, job: job)) }
        var exceptions: [CompiledException] = []
        for text in except { exceptions.append(CompiledException(text, try Self.fields(text), zone: zone, job: job)) }
        self.plans = plans
        self.exceptions = exceptions
        self.spans = plans.map { plan in exceptions.map { $0.span(of: plan.masks, with: exceptions) } }
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

    /// Whether the schedule's own expression is the only one.
    var isEmpty: Bool { self.plans.count == 1 }

    /// The first instant after a second at which any expression fires, exceptions or not.
    func next(after second: Int64) -> Int64? { self.plans.compactMap { $0.next(after: second) }.min() }

    /// The exception that leaves out a fire at an instant.
    func exception(at second: Int64) -> CompiledException? { self.exceptions.first { $0.covers(second) } }

    /// The first fire after an instant that no exception leaves out; nil when there is none, or none was found in
    /// ``tries`` steps.
    func allowed(after: Timestamp) -> Timestamp? {
        guard !self.exceptions.isEmpty else {
            return self.next(after: after.seconds).map { Timestamp(seconds: $0) }
        }
        var heads = self.plans.map { $0.next(after: after.seconds) }
        for _ in 0..<Self.tries {
            var first: (plan: Int, fire: Int64)?
            for (plan, head) in heads.enumerated() {
                guard let head, first.map({ head < $0.fire }) ?? true else { continue }
                first = (plan, head)
            }
            guard let (plan, fire) = first else { return nil }
            guard let end = self.end(of: fire, plan) else { return Timestamp(seconds: fire) }
            heads[plan] = self.plans[plan].next(after: end - 1)
        }
        return nil
    }

    /// The first second behind what is left out together with a fire; nil when no exception covers it.
    private func end(of fire: Int64, _ plan: Int) -> Int64? {
        var end: Int64?
        for (index, exception) in self.exceptions.enumerated() where exception.covers(fire) {
            end = max(end ?? fire, exception.end(of: fire, span: self.spans[plan][index]))
        }
        return end
    }
}
