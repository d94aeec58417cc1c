// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// A time in which a host's ledger can't be written; microseconds since the start.
struct FullDisk {
    let from: Int64
    var until: Int64
}

/// Disks that are full for some seconds, and connections of which one direction is dead (`reliability.md`).
extension Simulation {
    /// One more thing that may happen beside all other trouble, in histories that are strained.
    mutating func strain(_ index: Int) {
        guard self.shape.isStrained else { return }
        let dice = Double.random(in: 0..<1, using: &self.random)
        let length = Int64.random(in: 500_000...6_000_000, using: &self.random)
        let host = self.hosts[index]
        switch dice {
        case ..<0.02 where self.now >= host.fullUntil:
            guard self.has(.fullDisks) else { return }
            self.say("\(host.id) has no space for \(length / 1000) ms")
            host.fullUntil = self.now + length
            self.record.full[host.id, default: []].append(FullDisk(from: self.now, until: host.fullUntil))
        case 0.02..<0.04 where host.isLinked:
            guard self.has(.halfOpen) else { return }
            let isToServer = length.isMultiple(of: 2)
            self.say("\(host.id) \(isToServer ? "is not heard" : "hears nothing") for \(length / 1000) ms")
            if isToServer { host.unheardUntil = self.now + length } else { host.deafUntil = self.now + length }
            // Then the transport gives the silent connection up.
            self.schedule(.givesUp(index, session: host.session), after: length)
        default: break
        }
    }

    /// Space is there again, and every direction of every connection works.
    mutating func relax() {
        for host in self.hosts {
            host.fullUntil = min(host.fullUntil, self.now)
            host.deafUntil = 0
            host.unheardUntil = 0
            if let last = self.record.full[host.id]?.indices.last {
                let until = self.record.full[host.id]?[last].until ?? 0
                self.record.full[host.id]?[last].until = min(until, self.now)
            }
        }
    }

    /// Tells an agent that its transaction failed.
    ///
    /// - Returns: whether it did.
    mutating func failsToCommit(_ operations: [LedgerOperation], on index: Int) -> Bool {
        guard self.hosts[index].fullUntil > self.now else { return false }
        self.hosts[index].outstanding = nil
        switch self.mutant {
        case .trustsFailedCommits:
            let results = operations.map { operation -> LedgerResult in
                switch operation {
                case .insert, .update: .written(sequence: self.hosts[index].ledger.snapshot.lastSequence)
                default: .done
                }
            }
            self.deliver(.committed(results), to: index)
        default:
            if self.mutant == .startsUnwritten { self.spawnEarly(operations, on: index) }
            self.deliver(.commitFailed(because: "database or disk is full"), to: index)
        }
        return true
    }

    /// An attempt starts that the ledger does not have: after a crash nobody would know of it (R1).
    mutating func noteUnwritten(_ id: ExecutionID, attempt: Int, on index: Int) {
        let entry = self.hosts[index].ledger.entries[id]
        if entry?.status != .running || entry?.attempt != attempt {
            self.record.unwritten.append(Start(id: id, attempt: attempt))
        }
    }

    /// Whether the host could not decide on a fire of about then; it may need three seconds to find out that it can again.
    func hadNoSpace(_ agent: AgentID, at: Int64) -> Bool {
        (self.record.full[agent] ?? []).contains { at >= $0.from - 2_000_000 && at <= $0.until + 3_000_000 }
    }
}
