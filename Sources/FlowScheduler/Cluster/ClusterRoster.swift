// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// Which agents which servers hold, as this one knows it.
///
/// A value without I/O.
package struct ClusterRoster: Sendable {
    /// An agent's session on some server.
    package struct Session: Hashable, Sendable {
        package let epoch: Int64
        package let presence: AgentPresence

        package init(epoch: Int64, presence: AgentPresence) {
            self.epoch = epoch
            self.presence = presence
        }
    }

    package struct Remote: Hashable, Sendable {
        package let server: ServerID
        package let session: Session

        package init(server: ServerID, session: Session) {
            self.server = server
            self.session = session
        }
    }

    package private(set) var remote: [AgentID: Remote] = [:]
    /// Of this server's own, what the others were told.
    private var noted: [AgentID: Session] = [:]

    package init() {}

    /// Agents of other servers under this server's own.
    package func presences(with own: [AgentID: AgentPresence]) -> [AgentID: AgentPresence] {
        self.remote.isEmpty ? own : self.remote.mapValues(\.session.presence).merging(own) { _, own in own }
    }

    /// What the others have to be told: sessions that are new or say something else, and those that ended.
    package func news(
        of holdings: [AgentID: Session]
    ) -> (changed: [AgentID: Session], gone: [AgentID: Int64]) {
        (
            holdings.filter { self.noted[$0.key] != $0.value },
            self.noted.filter { holdings[$0.key] == nil }.mapValues(\.epoch)
        )
    }

    /// The others know these by now.
    package mutating func told(_ holdings: [AgentID: Session]) { self.noted = holdings }

    /// The others may have forgotten: everything is told once more.
    package mutating func forgetTold() { self.noted = [:] }

    /// Takes what other servers hold.
    ///
    /// - Returns: agents that came, went or changed, for watchers.
    package mutating func take(_ remote: [AgentID: Remote]) -> [AgentID] {
        let before = self.remote
        self.remote = remote
        return Set(before.keys).union(remote.keys).filter {
            before[$0]?.session.presence != remote[$0]?.session.presence
        }.sorted()
    }

    /// Agents held here that another server has a later session of, with its epoch.
    package func overtaken(of holdings: [AgentID: Session]) -> [AgentID: Int64] {
        var overtaken: [AgentID: Int64] = [:]
        for (agent, holding) in holdings {
            if let epoch = self.remote[agent]?.session.epoch, epoch > holding.epoch { overtaken[agent] = epoch }
        }
        return overtaken
    }
}
