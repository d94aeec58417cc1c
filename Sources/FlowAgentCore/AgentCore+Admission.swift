// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension AgentCore {
    /// Why this host runs nothing of a job: whose it is, what it says, what the host's policy says of that; nil = it may.
    private func refusal(of job: JobSnapshot) -> String? {
        if let refusal = self.signatureRefusal(of: job) { return refusal }
        if let unsupported = job.unsupported {
            return "this version of the agent does not know all that the job says: \(unsupported). Upgrade the agent"
        }
        return self.configuration.refusal(of: job.payload)
    }

    /// Admits an execution: overlap is decided here, the ledger row and its report go into one transaction (R1).
    mutating func admit(_ order: Order, isLocal: Bool, acknowledge: Bool, now: Timestamp) {
        let id = order.executionID
        guard self.open[id] == nil else {
            if acknowledge { self.acknowledged.append(id) }
            if !isLocal { self.pipeline.add(.answer(id), then: .written) }
            return
        }
        if self.earlyCancels.remove(id) != nil {
            self.decide(
                order,
                status: .cancelled,
                reason: .requested,
                detail: "cancelled before it started",
                acknowledge: acknowledge,
                now: now
            )
            return
        }
        if self.refuseMaintained(order, acknowledge: acknowledge, isAnswer: !isLocal, now: now) { return }
        guard self.holds(order.hold) else {
            // One that is kept for that already was not answered.
            if acknowledge, self.askForLease(of: order, now: now) { return }
            self.decide(
                order,
                status: .skipped,
                reason: .moved,
                detail: "no server was heard of for the lease of this, so another host may have it",
                acknowledge: acknowledge,
                isAnswer: !isLocal,
                now: now
            )
            return
        }
        if let refusal = self.refusal(of: order.job) {
            self.decide(
                order,
                status: .skipped,
                reason: .policyDenied,
                detail: refusal,
                acknowledge: acknowledge,
                isAnswer: !isLocal,
                now: now
            )
            return
        }
        if let latest = order.latestStart, now > latest {
            self.decide(
                order,
                status: .skipped,
                reason: .deadline,
                detail: "it could not start before its deadline \(latest)",
                acknowledge: acknowledge,
                isAnswer: !isLocal,
                now: now
            )
            return
        }
        let uid = order.job.uid
        let admission = Admission(
            order.job.policies,
            running: self.openCount[uid, default: 0],
            waiting: self.waitingCount(of: uid, now: now)
        )
        switch admission {
        case .start where self.isPoolFull(for: order.job.policies):
            self.openCount[uid, default: 0] += 1
            self.insertWaiting(
                order,
                detail: order.job.policies.pool?.waitingDetail,
                isLocal: isLocal,
                acknowledge: acknowledge
            )
            self.joinPoolQueue(id)
        case .start:
            let entry = LedgerEntry(order: order, status: .running, attempt: 1, isLocal: isLocal, startedAt: now)
            self.open[id] = OpenExecution(entry: entry)
            self.openCount[uid, default: 0] += 1
            self.take(order.hold, at: self.boot)
            self.takePoolPlace(id)
            self.pipeline.add(
                .insert(entry, report: Report(entry)),
                then: .admitted(id, acknowledge: acknowledge, answer: !isLocal)
            )
        case .wait: self.enqueue(order, isLocal: isLocal, acknowledge: acknowledge)
        case .replace(let count):
            self.makeRoom(of: uid, stopping: count, now: now)
            self.enqueue(order, isLocal: isLocal, acknowledge: acknowledge)
        case .refuse(let reason, let detail):
            self.decide(
                order,
                status: .skipped,
                reason: reason,
                detail: detail,
                acknowledge: acknowledge,
                isAnswer: !isLocal,
                now: now
            )
        }
    }

    // MARK: Waiting for a place

    /// Executions that wait for a place of their job now; what was decided by a clock that was ahead only waits for its time (R8).
    private func waitingCount(of uid: JobUID, now: Timestamp) -> Int {
        (self.queues[uid] ?? []).count { id in self.open[id].map { $0.entry.order.nominal <= now } ?? true }
    }

    /// PENDING(QUEUED): decided and durable, and started when a place is free.
    private mutating func enqueue(_ order: Order, isLocal: Bool, acknowledge: Bool) {
        let id = order.executionID
        self.queues[order.job.uid, default: []].append(id)
        self.timers.set(.deadline(id), at: order.latestStart ?? order.deadline)
        self.insertWaiting(
            order,
            detail: "waits until another execution of the job has ended",
            isLocal: isLocal,
            acknowledge: acknowledge
        )
    }

    private mutating func insertWaiting(_ order: Order, detail: String?, isLocal: Bool, acknowledge: Bool) {
        let id = order.executionID
        let entry = LedgerEntry(
            order: order,
            status: .pending,
            reason: .queued,
            detail: detail,
            isLocal: isLocal
        )
        self.open[id] = OpenExecution(entry: entry, isDurable: false)
        // Its lease runs while it waits, too.
        self.take(order.hold, at: self.boot)
        self.pipeline.add(
            .insert(entry, report: Report(entry)),
            then: .queued(id, acknowledge: acknowledge, answer: !isLocal)
        )
    }

    /// After a restart: those that waited go on waiting, in the order of their times.
    mutating func rejoinQueue(_ entry: LedgerEntry, now: Timestamp) {
        self.queues[entry.order.job.uid, default: []].append(entry.id)
        self.timers.set(.deadline(entry.id), at: entry.order.latestStart ?? entry.order.deadline)
        self.freed.insert(entry.order.job.uid)
    }

    /// The row of a waiting execution is durable, or was there before (R1).
    mutating func continueQueued(_ id: ExecutionID, isKnown: Bool, now: Timestamp) {
        guard let execution = self.open[id] else { return }
        if isKnown {
            self.close(id, job: execution.entry.order.job.uid)
            return
        }
        self.open[id]?.isDurable = true
        guard !execution.isLeaseOver else { return self.endUnstarted(execution, now: now) }
        self.freed.insert(execution.entry.order.job.uid)
        if let pool = execution.entry.order.job.policies.pool { self.freedPools.insert(pool.name) }
        if execution.isCancelled { self.cancel(id, force: false, now: now) }
    }

    /// Takes an execution out of its job's queue.
    ///
    /// - Returns: false when it was not in it, and so held a place.
    mutating func leaveQueue(_ id: ExecutionID, job: JobUID) -> Bool {
        guard let index = self.queues[job]?.firstIndex(of: id) else { return false }
        self.queues[job]?.remove(at: index)
        if self.queues[job]?.isEmpty == true { self.queues[job] = nil }
        self.timers.remove(.deadline(id))
        return true
    }

    /// Starts those that wait where places have become free, first come, first served.
    ///
    /// What was decided by a clock that was ahead waits for its time as well (R8), and between a hello and its welcome nothing
    /// is decided (R6).
    mutating func startWaiting(now: Timestamp) {
        if case .greeting = self.link { return self.beginPauses(now: now) }
        guard self.standing != .dismissed else { return }
        // Sorted, so that the order of starts does not depend on hashing.
        for uid in self.freed.sorted() {
            while let execution = self.nextWaiting(of: uid, now: now),
                self.openCount[uid, default: 0] < execution.entry.order.job.policies.places
            {
                _ = self.leaveQueue(execution.entry.id, job: uid)
                self.openCount[uid, default: 0] += 1
                self.beginOrWaitForPool(execution, now: now)
            }
            let early = (self.queues[uid] ?? []).compactMap { self.open[$0]?.entry.order.nominal }.filter { $0 > now }
            if let next = early.min() { self.timers.set(.place(uid), at: next) }
            self.restartDelay(of: uid, now: now)
        }
        self.freed.removeAll()
        self.startWaitingForPools(now: now)
    }

    private func nextWaiting(of uid: JobUID, now: Timestamp) -> OpenExecution? {
        guard !self.isMaintained else { return nil }
        for id in self.queues[uid] ?? [] {
            guard let execution = self.open[id], execution.entry.order.nominal <= now, self.mayBegin(execution) else {
                continue
            }
            // Nobody overtakes one whose row is still being written.
            return execution.isDurable ? execution : nil
        }
        return nil
    }

    /// CANCEL_PREVIOUS: those that wait give way, and the oldest that run are stopped.
    private mutating func makeRoom(of uid: JobUID, stopping count: Int, now: Timestamp) {
        for id in self.queues[uid] ?? [] {
            self.open[id]?.isReplaced = true
            self.cancel(id, force: false, now: now)
        }
        let running = self.open.values.filter { execution in
            execution.entry.order.job.uid == uid && !execution.isReplaced
                && (execution.entry.reason != .queued || self.waitsForPool(execution))
        }
        for id in running.map(\.entry.id).sorted().prefix(count) {
            self.open[id]?.isReplaced = true
            self.cancel(id, force: false, now: now)
        }
    }

    /// It waited for a place until it was too late to start.
    mutating func expireWaiting(_ id: ExecutionID, now: Timestamp) {
        guard var entry = self.open[id]?.entry, entry.reason == .queued else { return }
        guard self.open[id]?.isDurable == true else {
            self.timers.set(.deadline(id), at: now.advanced(byMilliseconds: 100))
            return
        }
        entry.status = .skipped
        entry.reason = .deadline
        let maintenance = self.isMaintained ? self.maintenance.period : nil
        entry.detail = maintenance?.text.en ?? "no place became free on the host before its deadline"
        entry.finishedAt = now
        self.close(id, job: entry.order.job.uid)
        self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
    }
}

extension Order {
    /// By when the job's own start deadline wants it started; nil when the job has none.
    var latestStart: Timestamp? {
        // Whoever takes something over comes later than the first who had it.
        guard (self.hold?.fence ?? 1) == 1 else { return nil }
        return self.job.policies.startDeadlineSeconds.map { seconds in
            self.nominal.advanced(byMilliseconds: Int64(seconds) * 1000 + self.job.policies.jitterMilliseconds)
        }
    }
}

extension AgentCore.Configuration {
    /// Why this host does not carry a job out, whatever the server says; nil when it does.
    fileprivate func refusal(of payload: Payload) -> String? {
        if let refusal = self.policy.refusal(of: payload) { return refusal }
        guard let executors, !executors.contains(payload.executorKind) else { return nil }
        return "this host offers no \(payload.kindName) jobs, only "
            + executors.map(\.name).joined(separator: ", ")
    }
}
