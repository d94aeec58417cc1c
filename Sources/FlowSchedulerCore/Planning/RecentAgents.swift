// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which agents were connected a moment ago: a restart or a reconnect is no absence.
package struct RecentAgents: Sendable {
    /// After this without a connection a host counts as away; milliseconds.
    package static let patience: Int64 = 60_000

    private let patience: Int64
    private let startedAt: Timestamp
    private var lastSeen: [AgentID: Timestamp] = [:]

    package init(startedAt: Timestamp, patience: Int64 = RecentAgents.patience) {
        self.startedAt = startedAt
        self.patience = patience
    }

    /// - Returns: those that are connected or were within the patience; nil right after the start, when nobody had the time
    ///   to connect.
    package mutating func recent(online: Set<AgentID>, at now: Timestamp) -> Set<AgentID>? {
        let bound = now.advanced(byMilliseconds: -self.patience)
        for agent in online { self.lastSeen[agent] = now }
        self.lastSeen = self.lastSeen.filter { $0.value > bound }
        guard self.startedAt <= bound else { return nil }
        return Set(self.lastSeen.keys)
    }
}
