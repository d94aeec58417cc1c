// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Since when hosts are away, as far as this server has watched.
///
/// A value without I/O. Times are monotonic milliseconds: a server that has just begun takes nobody for away.
package struct HostAbsence: Sendable {
    private var seen: [AgentID: Int64] = [:]
    private var since: Int64?

    package init() {}

    /// - Parameter present: hosts that are connected and were heard of a moment ago.
    package mutating func look(at present: some Sequence<AgentID>, now: Int64) {
        if self.since == nil { self.since = now }
        for agent in present { self.seen[agent] = now }
    }

    /// Whether a host has been away for so many milliseconds.
    package func isAway(_ agent: AgentID, for patience: Int64, now: Int64) -> Bool {
        now - (self.seen[agent] ?? self.since ?? now) >= patience
    }

    /// Nobody asks: what was seen says nothing when somebody does again.
    package mutating func forget() {
        self.seen.removeAll()
        self.since = nil
    }
}
