// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore

/// Finds executions that are RUNNING on paper only (`semantics.md` 6, orphans (b)).
///
/// While their agent is connected its heartbeats say what runs: what is missing from two of them in a row is asked about,
/// and what is missing from two more without an answer is lost. While the agent is away, time alone proves nothing before
/// the job's own limit: only what must have been stopped by now is lost.
package struct RunningWatch: Sendable {
    /// Heartbeats in a row that have to miss an execution before it is asked about, and again before it is lost.
    fileprivate static let heartbeats = 2
    /// SIGTERM, ten seconds, SIGKILL; milliseconds.
    private static let grace: Int64 = 10_000
    /// Milliseconds (S1-NFR-P5).
    private static let heartbeatInterval: Int64 = 15_000

    fileprivate struct Watched: Sendable {
        let connectedAt: Timestamp
        var heartbeat: Timestamp
        /// How many heartbeats in a row missed an execution.
        var missing: [ExecutionID: Int] = [:]
    }

    private var agents: [AgentID: Watched] = [:]

    package init() {}

    /// What heartbeats show.
    package struct Findings: Hashable, Sendable {
        /// The agent is to be asked how it stands.
        package var ask: [ExecutionID] = []
        /// It was asked, and still does not know of it.
        package var lost: [ExecutionID] = []
    }

    /// Compares the newest heartbeat of each connected agent with what is recorded as RUNNING there; each heartbeat counts
    /// once.
    package mutating func look(
        at presences: [AgentID: AgentPresence],
        recorded: [AgentID: [ExecutionID]]
    ) -> Findings {
        var findings = Findings()
        var next: [AgentID: Watched] = [:]
        for (agent, presence) in presences.sorted(by: { $0.key < $1.key }) {
            var watched = Watched(connectedAt: presence.connectedAt, heartbeat: presence.connectedAt)
            // Another connection begins anew: what its agent reports from before may still be on its way.
            if let known = self.agents[agent], known.connectedAt == presence.connectedAt { watched = known }
            if presence.lastHeartbeat > watched.heartbeat {
                watched.heartbeat = presence.lastHeartbeat
                watched.hear(Set(presence.running), recorded[agent] ?? [], &findings)
            }
            next[agent] = watched
        }
        self.agents = next
        return findings
    }

    /// Executions of agents that are away and that can't still run: past limit, grace and two heartbeats.
    package static func overdue(
        _ records: [RunningRecord],
        at now: Timestamp,
        isConnected: (AgentID) -> Bool
    ) -> [ExecutionID] {
        records.compactMap { record in
            // No limit, no end: a job may run for a week while nobody hears of it.
            guard let timeout = record.timeoutSeconds, timeout > 0, !isConnected(record.execution.agentID) else {
                return nil
            }
            let allowed = Int64(timeout) * 1000 + Self.grace + Int64(Self.heartbeats) * Self.heartbeatInterval
            let begin = record.execution.startedAt ?? record.execution.nominal
            return now.milliseconds(since: begin) > allowed ? record.execution.id : nil
        }
    }
}

extension RunningWatch.Watched {
    fileprivate mutating func hear(
        _ running: Set<ExecutionID>,
        _ recorded: [ExecutionID],
        _ findings: inout RunningWatch.Findings
    ) {
        var next: [ExecutionID: Int] = [:]
        for id in recorded where !running.contains(id) {
            let count = (self.missing[id] ?? 0) + 1
            if count == RunningWatch.heartbeats { findings.ask.append(id) }
            if count >= 2 * RunningWatch.heartbeats { findings.lost.append(id) } else { next[id] = count }
        }
        self.missing = next
    }
}

extension RunningWatch {
    static let lostWhileAway =
        "The host has been out of contact for longer than this may run; what it reports later counts."
    static let lostWhileConnected = "The host no longer knows of this; what it reports later counts."
}
