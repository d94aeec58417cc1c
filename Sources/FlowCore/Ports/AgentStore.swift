// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Agents, their certificates, join tokens and what the sessions need.
package protocol AgentStore: Sendable {
    func createJoinToken(_ token: JoinToken, by change: Change) async throws
    func joinToken(id: String) async throws -> JoinToken?
    /// Uses the token up and creates the agent in its groups, in one transaction.
    ///
    /// - Throws: `forbidden` when the token is unknown, expired or was used.
    func enrol(token id: String, agent: Agent, by change: Change) async throws
    func agent(_ id: AgentID) async throws -> Agent?
    func agents() async throws -> [Agent]
    /// Deletes the agent: its certificate is worth nothing from then on, its history stays.
    func deleteAgent(_ id: AgentID, by change: Change) async throws

    /// Opens a session: stores what the hello says and raises the agent's epoch.
    ///
    /// Where its reports go on is ``ReportPosition``. A ledger that is new or went back in time makes RUNNING records of the
    /// old one FAILURE(INTERRUPTED), provisionally (R11).
    func openSession(_ hello: Hello, address: String, at now: Timestamp) async throws -> AgentSessionStart
    func recordConfig(version: Int64, appliedBy agent: AgentID) async throws
    func recordLastSeen(_ agents: [AgentID: Timestamp]) async throws

    /// All jobs an agent has to know, and the configuration version that names this state.
    func configuration(of agent: AgentID) async throws -> AgentConfiguration
    /// Agents that the groups of a job reach.
    func agents(inAnyOf groups: [GroupID]) async throws -> [AgentID]
    func configVersion() async throws -> Int64

    /// A small durable value of the server itself, such as a secret.
    func setting(_ key: String) async throws -> String?
    func setSetting(_ key: String, to value: String) async throws
}

/// A request to stop an execution that its agent has not carried out yet.
package struct PendingCancel: Hashable, Sendable {
    package let id: ExecutionID
    /// Kill at once instead of asking the processes to end.
    package let force: Bool

    package init(id: ExecutionID, force: Bool) {
        self.id = id
        self.force = force
    }
}

/// What a new session starts from.
package struct AgentSessionStart: Hashable, Sendable {
    package let epoch: Int64
    package let acknowledgedSequence: Int64
    package let cancels: [ExecutionID]
    /// Those of the cancels that kill at once.
    package let forced: [ExecutionID]
    /// Executions that the change of incarnation interrupted.
    package let interrupted: [Execution]
    /// Executions that were under way when reports were lost; the agent is asked what became of them.
    package let questions: [ExecutionID]

    package init(
        epoch: Int64,
        acknowledgedSequence: Int64,
        cancels: [ExecutionID],
        forced: [ExecutionID] = [],
        interrupted: [Execution],
        questions: [ExecutionID] = []
    ) {
        self.epoch = epoch
        self.acknowledgedSequence = acknowledgedSequence
        self.cancels = cancels
        self.forced = forced
        self.interrupted = interrupted
        self.questions = questions
    }
}

/// Jobs in an agent's scope at a configuration version.
package struct AgentConfiguration: Hashable, Sendable {
    package let version: Int64
    package let jobs: [JobSnapshot]
    /// ``ConfigDigest`` of what the jobs say.
    package let contentDigest: String

    /// - Parameter contentDigest: where it is known already; it is worked out otherwise.
    package init(version: Int64, jobs: [JobSnapshot], contentDigest: String? = nil) {
        self.version = version
        self.jobs = jobs
        self.contentDigest =
            contentDigest ?? ConfigDigest.of(contents: jobs.map { (uid: $0.uid, content: $0.contentHash()) })
    }
}
