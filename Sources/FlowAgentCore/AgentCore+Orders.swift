// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension AgentCore {
    /// Takes an order: it is acknowledged when it, or a decision on it, is durable (R4).
    mutating func receive(_ order: Order, now: Timestamp) {
        let id = order.executionID
        if self.open[id] != nil {
            // The server asks about what it should know: its database may have gone back in time (R1).
            self.acknowledged.append(id)
            self.pipeline.add(.answer(id), then: .written)
            return
        }
        if order.nominal < self.floor {
            self.decide(
                order,
                status: .skipped,
                reason: .deadline,
                detail: "the order lies before what this agent remembers (\(self.floor))",
                acknowledge: true,
                now: now
            )
        } else if order.kind == .cron, order.hold == nil {
            self.receiveFire(order, now: now)
        } else if now > order.deadline {
            self.decideDeadline(order, now: now)
        } else if order.nominal > now {
            // A server clock that is ahead by a little; the order keeps.
            self.store(order)
        } else {
            self.admit(order, isLocal: false, acknowledge: true, now: now)
        }
    }

    /// An order for a fire.
    ///
    /// Where this agent's own timer will decide the same fire, that decision is the answer.
    private mutating func receiveFire(_ order: Order, now: Timestamp) {
        let id = order.executionID
        guard let job = self.jobs[order.job.uid], job.snapshot.version >= order.job.version,
            let schedule = job.schedule ?? (job.snapshot.isEnabled ? nil : Self.noFires)
        else {
            // A job, or a version, that the configuration has not brought yet, or whose fires are the server's to decide: the
            // order says all there is to know.
            if now > order.deadline { self.decideDeadline(order, now: now) } else { self.store(order) }
            return
        }
        if order.nominal <= job.cursor {
            // Decided before. If the ledger has no row of its own, the fire belongs to a range that was missed, and has its reason.
            let gap = job.gap(of: order.nominal)
            self.decide(
                order,
                status: .skipped,
                reason: gap == nil ? .misfire : .misfireCoalesced,
                detail: gap.map { "this fire is counted in the record at \($0.through)" }
                    ?? "this fire had passed when the agent could decide on it",
                acknowledge: true,
                now: now
            )
            return
        }
        let isPlanned = schedule.next(after: order.nominal.advanced(byMilliseconds: -1)) == order.nominal
        switch (job.snapshot.version == order.job.version, job.snapshot.isEnabled, isPlanned) {
        case (_, true, true):
            self.announced.insert(id)
            self.acknowledged.append(id)
            // It is late, and the timer waits for the end of its grace: there is nothing to wait for any more.
            if order.nominal <= now { self.timers.set(.fire(order.job.uid), at: now) }
        case (true, true, false):
            // Same version, other arithmetic (R12). The server's instant counts.
            self.effects.append(.note(.planMismatch(order.job.uid, order.nominal)))
            self.yieldPlan(of: job.snapshot)
            self.store(order)
        case (_, false, _):
            self.decide(
                order,
                status: .skipped,
                reason: .disabled,
                detail: "the job is disabled",
                acknowledge: true,
                now: now
            )
        case (false, true, false):
            self.decide(
                order,
                status: .skipped,
                reason: .staleConfig,
                detail:
                    "version \(job.snapshot.version) of the job has no fire at this time, version \(order.job.version) had",
                acknowledge: true,
                now: now
            )
        }
    }

    private mutating func decideDeadline(_ order: Order, now: Timestamp) {
        self.decide(
            order,
            status: .skipped,
            reason: .deadline,
            detail: "the order arrived after its deadline \(order.deadline)",
            acknowledge: true,
            now: now
        )
    }

    mutating func store(_ order: Order) {
        self.orders[order.executionID] = order
        // Its lease is to be fresh when its time comes.
        if order.hold?.isFenced == true { self.heartbeatAt = min(self.heartbeatAt, self.boot) }
        self.timers.set(.order(order.executionID), at: order.nominal)
        self.pipeline.add(.storeOrder(order), then: .decided(order.executionID, acknowledge: true, answer: false))
    }

    /// The time of a stored order has come.
    mutating func runStoredOrder(_ id: ExecutionID, now: Timestamp) {
        guard !self.holds(id) else { return }
        guard let order = self.orders.removeValue(forKey: id) else { return }
        self.pipeline.add(.dropOrder(id))
        // What a server has placed it has also decided on.
        let mayBeLate = order.kind == .cron && order.hold == nil
        if mayBeLate, self.skipHalted(order, isAnswer: true, now: now) { return }
        if mayBeLate, self.skipAbsent(order, isAnswer: true, now: now) { return }
        if now > order.deadline {
            self.decide(
                order,
                status: .skipped,
                reason: .deadline,
                detail: "the agent came to it after its deadline \(order.deadline)",
                acknowledge: false,
                isAnswer: true,
                now: now
            )
        } else {
            self.admit(order, isLocal: false, acknowledge: false, now: now)
        }
    }
}
