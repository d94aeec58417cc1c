// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What changed of the configurations of all agents between two versions: read once, told to each agent it concerns.
package struct ConfigurationChanges: Hashable, Sendable {
    /// A job that is new, changed or gone.
    package struct Job: Hashable, Sendable {
        package let uid: JobUID
        /// As it is now; nil = it was deleted.
        package let snapshot: JobSnapshot?
        /// Whom it reaches now.
        package let agents: Set<AgentID>

        package init(uid: JobUID, snapshot: JobSnapshot?, agents: Set<AgentID>) {
            self.uid = uid
            self.snapshot = snapshot
            self.agents = agents
        }
    }

    /// Whoever has this version, or a later one, has everything but what follows.
    package let since: Int64
    package let version: Int64
    /// By uid, each once.
    package let jobs: [Job]
    /// Agents that joined or left groups: any job may have come or gone for them.
    package let moved: Set<AgentID>

    package init(since: Int64, version: Int64, jobs: [Job], moved: Set<AgentID>) {
        self.since = since
        self.version = version
        self.jobs = jobs
        self.moved = moved
    }
}
