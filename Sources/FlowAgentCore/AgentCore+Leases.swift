// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Leases of slots that the server has placed (`semantics.md` 5).
///
/// A lease counts from when the last message that a server answered was *sent*, and ends before the server's does: so nothing
/// of it runs here any more when another host begins.
extension AgentCore {
    /// How long what outlived the agent may wait for a server's word after a restart; microseconds.
    private static let restartGrace: Int64 = 5_000_000
    /// An order waits so long for an answer on its lease; milliseconds.
    private static let answerPatience: Int64 = 10_000
    /// Heartbeats follow each other at least so quickly while something is held; microseconds.
    private static let heartbeatLimit: Int64 = 10_000_000

    /// A server has answered what was sent at this reading of the boot clock.
    mutating func confirmLeases(sentAt: Int64) {
        self.leasesConfirmedAt = max(self.leasesConfirmedAt, min(sentAt, self.boot))
        // From here on it is known how long they last.
        self.leaseGraceUntil = .min
        for (id, hold) in self.fenced.sorted(by: { $0.id < $1.id }) {
            // What waits for a place could not begin while nobody knew whose it is.
            guard let execution = self.open[id] else { continue }
            if execution.entry.status == .running {
                self.effects.append(self.extend(id, hold))
            } else {
                self.freed.insert(execution.entry.order.job.uid)
                if let pool = execution.entry.order.job.policies.pool { self.freedPools.insert(pool.name) }
            }
        }
        for id in self.open.values.filter(\.awaitsLease).map(\.entry.id).sorted() {
            self.open[id]?.awaitsLease = false
            self.timers.set(.retry(id), at: .distantPast)
        }
        for id in self.awaitingLease.sorted() { self.timers.set(.order(id), at: .distantPast) }
        self.awaitingLease.removeAll()
    }

    /// Keeps an order whose lease is over only because nothing was said for a while: a short lease needs no heartbeats as long
    /// as nothing is held.
    ///
    /// The answer to the next heartbeat starts it.
    ///
    /// - Returns: false when nobody can be asked.
    mutating func askForLease(of order: Order, now: Timestamp) -> Bool {
        guard self.isWelcomed else { return false }
        self.store(order)
        self.awaitingLease.insert(order.executionID)
        self.timers.set(.order(order.executionID), at: now.advanced(byMilliseconds: Self.answerPatience))
        return true
    }

    /// Has what runs end with its lease, whatever becomes of this agent.
    func extend(_ id: ExecutionID, _ hold: SlotHold) -> AgentEffect {
        .lease(id, milliseconds: max(1, (self.end(of: hold) - self.boot) / 1000))
    }

    mutating func beginLeaseGrace(at reading: ClockReading) {
        self.leaseGraceUntil = reading.boot + Self.restartGrace
    }

    /// Whether an order that needs a lease may start now.
    func holds(_ hold: SlotHold?) -> Bool {
        guard let hold, hold.isFenced else { return true }
        return self.isConfirmed(hold)
    }

    /// Whether a server has answered within the lease.
    private func isConfirmed(_ hold: SlotHold) -> Bool {
        self.boot < self.leasesConfirmedAt + hold.trustMicroseconds
    }

    /// Whether the next attempt may start now; also without fencing, a host that was given up starts nothing more.
    ///
    /// Otherwise it ends with its lease, or goes on when a server has answered.
    mutating func mayRetry(_ execution: OpenExecution) -> Bool {
        guard let hold = execution.entry.order.hold, self.configuration.heedsLeases else { return true }
        if self.mayBegin(execution), self.isConfirmed(hold) { return true }
        self.open[execution.entry.id]?.awaitsLease = true
        self.heartbeatAt = min(self.heartbeatAt, self.boot)
        return false
    }

    /// Whether an attempt of something that is in the ledger may start now.
    ///
    /// After a restart its lease is not over for a while (``beginLeaseGrace(at:)``), but nothing starts until a server has
    /// answered: another host may have it.
    func mayBegin(_ execution: OpenExecution) -> Bool {
        if execution.entry.attempt > 1, !self.configuration.heedsLeases { return true }
        return !execution.isLeaseOver && self.holds(execution.entry.order.hold)
    }

    /// When the lease of something that is open ends; boot clock.
    private func end(of hold: SlotHold) -> Int64 {
        max(self.leasesConfirmedAt + hold.trustMicroseconds, self.leaseGraceUntil)
    }

    private var fenced: [(id: ExecutionID, hold: SlotHold)] {
        guard self.hasLeases else { return [] }
        return self.open.values.compactMap { execution in
            guard let hold = execution.entry.order.hold, hold.isFenced, !execution.isLeaseOver else { return nil }
            return (execution.entry.id, hold)
        }
    }

    /// When the first lease ends; boot clock, `max` = there is none.
    var leaseEnd: Int64 { self.fenced.map { self.end(of: $0.hold) }.min() ?? .max }

    /// The pause between heartbeats; microseconds.
    var heartbeatPause: Int64 {
        let shortest = self.fenced.map(\.hold.leaseMilliseconds).min()
        let limit = shortest.map { min(Self.heartbeatLimit, $0 * 1000 / 3) } ?? .max
        return min(self.configuration.heartbeatInterval, limit)
    }

    /// Something that needs a lease begins: the server hears of this host often enough from here on.
    mutating func take(_ hold: SlotHold?, at boot: Int64) {
        guard let hold, hold.isFenced else { return }
        self.hasLeases = true
        self.heartbeatAt = min(self.heartbeatAt, boot + self.heartbeatPause)
    }

    /// Ends what has lost its lease: another host may have it in a moment.
    mutating func endLeases(at reading: ClockReading) {
        let over = self.fenced.filter { self.end(of: $0.hold) <= reading.boot }.map(\.id).sorted()
        for id in over {
            guard let execution = self.open[id] else { continue }
            self.open[id]?.isLeaseOver = true
            if execution.entry.status == .running {
                self.effects.append(.cancel(id, force: false))
            } else if execution.isDurable {
                self.endUnstarted(execution, now: self.clock.now(reading))
            }
        }
        if self.fenced.isEmpty { self.hasLeases = false }
    }

    /// Ends what waited for an attempt, or was about to start one, when its lease was over.
    mutating func endUnstarted(_ execution: OpenExecution, now: Timestamp) {
        var entry = execution.entry
        if execution.isCancelled {
            entry.status = .cancelled
            entry.reason = .requested
            entry.detail = "cancelled before it started"
        } else {
            entry.endLease()
        }
        entry.retryAt = nil
        if entry.attempt <= 1 { entry.startedAt = nil }
        entry.finishedAt = now
        self.close(entry.id, job: entry.order.job.uid)
        self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
    }
}

extension LedgerEntry {
    /// The state of what is ended because its lease is over.
    mutating func endLease() {
        let moves = self.order.hold?.moves ?? false
        self.status = moves ? .skipped : .failure
        self.reason = moves ? .moved : .interrupted
        self.detail =
            "no server was heard of for its lease of \((self.order.hold?.leaseMilliseconds ?? 0) / 1000) s, so it was ended"
            + (moves ? "; another host takes it over" : "")
        self.exitCode = nil
        self.httpStatus = nil
    }
}
