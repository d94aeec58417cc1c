// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which slots have lost their hosts (P6).
///
/// A host counts its lease from when it *sent* the last heartbeat that was answered, the server from when it noticed that one
/// *came*: so the host's ends first. Times are the server's monotonic ones, which nobody sets and which count sleep; what it
/// was told of a host is compared only with what it was told before. A value without I/O; it remembers when each host was last
/// heard of, because a host that is gone is in no list any more.
package struct LeaseWatch: Sendable {
    /// A slot that some host has.
    package struct Held: Hashable, Sendable {
        package let execution: ExecutionID
        package let agent: AgentID
        package let leaseSeconds: Int

        package init(execution: ExecutionID, agent: AgentID, leaseSeconds: Int) {
            self.execution = execution
            self.agent = agent
            self.leaseSeconds = leaseSeconds
        }
    }

    private struct Mark {
        /// By whatever clock it was noted.
        let heard: Timestamp?
        /// Monotonic milliseconds at which that was new.
        let at: Int64
    }

    private var hosts: [AgentID: Mark] = [:]
    /// When each slot was first seen with its host.
    private var slots: [ExecutionID: Int64] = [:]

    package init() {}

    /// - Parameters:
    ///   - heard: when each connected host was last heard of.
    ///   - held: of the jobs that are this server's.
    ///   - now: monotonic milliseconds.
    /// - Returns: those whose leases and the time after them are over.
    package mutating func look(at heard: [AgentID: Timestamp], held: [Held], now: Int64) -> [ExecutionID] {
        var hosts: [AgentID: Mark] = [:]
        var slots: [ExecutionID: Int64] = [:]
        for slot in held {
            // What was before this server watched the slot is not known: then its whole lease counts from here.
            slots[slot.execution] = self.slots[slot.execution] ?? now
            guard hosts[slot.agent] == nil else { continue }
            let said = heard[slot.agent]
            if let known = self.hosts[slot.agent], said == nil || said == known.heard {
                hosts[slot.agent] = known
            } else {
                hosts[slot.agent] = Mark(heard: said, at: now)
            }
        }
        self.hosts = hosts
        self.slots = slots
        return held.filter { slot in
            let since = max(hosts[slot.agent]?.at ?? now, slots[slot.execution] ?? now)
            return now - since > Int64(slot.leaseSeconds) * 1000 + Placement.margin
        }.map(\.execution)
    }
}
