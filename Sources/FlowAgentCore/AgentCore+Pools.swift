// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Pools: places that several jobs share on this host.
///
/// An execution takes a place of its job first, and keeps it while it waits for one of the pool. It holds the pool's place from
/// its first attempt to its end, pauses between attempts included.
extension AgentCore {
    /// Those that wait for a place in a pool, first come, first served, and how many places are taken.
    struct Pool: Sendable {
        var taken = 0
        var waiting: [ExecutionID] = []

        var isIdle: Bool { self.taken == 0 && self.waiting.isEmpty }
    }

    /// Whether an execution has to wait for its pool; nobody overtakes those who do.
    func isPoolFull(for policies: Policies) -> Bool {
        guard let use = policies.pool, let pool = self.pools[use.name] else { return false }
        return pool.taken >= use.places || !pool.waiting.isEmpty
    }

    mutating func takePoolPlace(_ id: ExecutionID) {
        guard let use = self.open[id]?.entry.order.job.policies.pool, self.open[id]?.holdsPool == false else { return }
        self.open[id]?.holdsPool = true
        self.pools[use.name, default: Pool()].taken += 1
    }

    mutating func joinPoolQueue(_ id: ExecutionID) {
        guard let order = self.open[id]?.entry.order, let use = order.job.policies.pool else { return }
        self.pools[use.name, default: Pool()].waiting.append(id)
        self.timers.set(.deadline(id), at: order.latestStart ?? order.deadline)
    }

    /// Gives up what an execution has of its pool: its place, or its turn.
    mutating func leavePool(_ execution: OpenExecution) {
        guard let use = execution.entry.order.job.policies.pool, var pool = self.pools[use.name] else { return }
        if execution.holdsPool {
            pool.taken -= 1
        } else if let index = pool.waiting.firstIndex(of: execution.entry.id) {
            pool.waiting.remove(at: index)
            self.timers.remove(.deadline(execution.entry.id))
        } else {
            return
        }
        self.pools[use.name] = pool.isIdle ? nil : pool
        self.freedPools.insert(use.name)
    }

    func waitsForPool(_ execution: OpenExecution) -> Bool {
        guard let use = execution.entry.order.job.policies.pool else { return false }
        return self.pools[use.name]?.waiting.contains(execution.entry.id) ?? false
    }

    /// An execution that has a place of its job begins, or waits for its pool and says so.
    mutating func beginOrWaitForPool(_ execution: OpenExecution, now: Timestamp) {
        let id = execution.entry.id
        guard self.isPoolFull(for: execution.entry.order.job.policies) else {
            self.takePoolPlace(id)
            if let execution = self.open[id] { self.begin(execution, now: now) }
            return
        }
        self.joinPoolQueue(id)
        guard var entry = self.open[id]?.entry, let use = entry.order.job.policies.pool else { return }
        entry.detail = use.waitingDetail
        self.open[id]?.entry = entry
        self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
    }

    /// What a clock ahead of the truth brought to a pool waits for its time in its job's queue, without a place (R8): fires that
    /// are due would find none.
    mutating func leavePoolsUntilDue(now: Timestamp) {
        for name in self.pools.keys.sorted() {
            // The newest first, so that those that came first stand in front.
            for id in (self.pools[name]?.waiting ?? []).reversed() {
                guard let order = self.open[id]?.entry.order, order.nominal > now else { continue }
                self.pools[name]?.waiting.removeAll { $0 == id }
                self.openCount[order.job.uid, default: 1] -= 1
                self.queues[order.job.uid, default: []].insert(id, at: 0)
            }
            if self.pools[name]?.isIdle == true { self.pools[name] = nil }
        }
    }

    /// Pools in which something of a job waits.
    mutating func lookAtPools(of uid: JobUID) {
        for (name, pool) in self.pools where pool.waiting.contains(where: { self.open[$0]?.entry.order.job.uid == uid })
        {
            self.freedPools.insert(name)
        }
    }

    /// Begins those whose turn it is.
    mutating func startWaitingForPools(now: Timestamp) {
        for name in self.freedPools.sorted() {
            while let execution = self.nextWaiting(forPool: name, now: now),
                let use = execution.entry.order.job.policies.pool, (self.pools[name]?.taken ?? 0) < use.places
            {
                let id = execution.entry.id
                self.pools[name]?.waiting.removeAll { $0 == id }
                self.timers.remove(.deadline(id))
                self.takePoolPlace(id)
                if let execution = self.open[id] { self.begin(execution, now: now) }
            }
            for id in self.pools[name]?.waiting ?? [] {
                guard let order = self.open[id]?.entry.order, order.nominal > now else { continue }
                self.timers.set(.place(order.job.uid), at: order.nominal)
            }
        }
        self.freedPools.removeAll()
    }

    /// What was decided by a clock that was ahead waits for its time (R8).
    private func nextWaiting(forPool name: String, now: Timestamp) -> OpenExecution? {
        guard !self.isMaintained else { return nil }
        for id in self.pools[name]?.waiting ?? [] {
            guard let execution = self.open[id], execution.entry.order.nominal <= now, self.mayBegin(execution) else {
                continue
            }
            return execution.isDurable ? execution : nil
        }
        return nil
    }
}
