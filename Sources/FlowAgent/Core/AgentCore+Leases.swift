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
    /// Heartbeats follow each other at least so quickly while something is held; microseconds.
    private static let heartbeatLimit: Int64 = 10_000_000

    /// A server has answered what was sent at this reading of the boot clock.
    mutating func confirmLeases(sentAt: Int64) {
        self.leasesConfirmedAt = max(self.leasesConfirmedAt, min(sentAt, self.boot))
        for (id, hold) in self.fenced.sorted(by: { $0.id < $1.id }) where self.open[id]?.entry.status == .running {
            self.effects.append(self.extend(id, hold))
        }
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
        return self.boot < self.leasesConfirmedAt + hold.trustMicroseconds
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
                var entry = execution.entry
                entry.endLease()
                entry.retryAt = nil
                entry.finishedAt = self.clock.now(reading)
                self.close(id, job: entry.order.job.uid)
                self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
            }
        }
        if self.fenced.isEmpty { self.hasLeases = false }
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
