// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which slots have lost their hosts (P6).
///
/// A host counts its lease from when it *sent* the last heartbeat that was answered, the server from when that *came*: so the
/// host's ends first. A value without I/O; it remembers when each host was last heard of, because a host that is gone is in
/// no list any more.
package struct LeaseWatch: Sendable {
    /// A slot that some host has.
    package struct Held: Hashable, Sendable {
        package let execution: ExecutionID
        package let agent: AgentID
        package let placedAt: Timestamp
        package let leaseSeconds: Int

        package init(execution: ExecutionID, agent: AgentID, placedAt: Timestamp, leaseSeconds: Int) {
            self.execution = execution
            self.agent = agent
            self.placedAt = placedAt
            self.leaseSeconds = leaseSeconds
        }
    }

    private var lastHeard: [AgentID: Timestamp] = [:]

    package init() {}

    /// - Parameters:
    ///   - heard: when each connected host was last heard of.
    ///   - held: of the jobs that are this server's.
    /// - Returns: those whose leases and the time after them are over.
    package mutating func look(
        at heard: [AgentID: Timestamp],
        held: [Held],
        now: Timestamp
    ) -> [ExecutionID] {
        var next: [AgentID: Timestamp] = [:]
        for slot in held {
            // What was before this server watched the slot is not known: then its whole lease counts from here.
            let known = [self.lastHeard[slot.agent], heard[slot.agent]].compactMap { $0 }.max()
            next[slot.agent] = known ?? now
        }
        self.lastHeard = next
        return held.filter { slot in
            let since = max(next[slot.agent] ?? now, slot.placedAt)
            return now.milliseconds(since: since) > Int64(slot.leaseSeconds) * 1000 + Placement.margin
        }.map(\.execution)
    }
}
