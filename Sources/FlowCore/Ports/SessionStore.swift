// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What agents' sessions read and write.
package protocol SessionStore: Sendable {
    /// Opens a session: stores what the hello says and raises the agent's epoch.
    ///
    /// Where its reports go on is ``ReportPosition``. A ledger that is new or went back in time makes RUNNING records of the
    /// old one FAILURE(INTERRUPTED), provisionally (R11).
    func openSession(_ hello: Hello, address: String, at now: Timestamp) async throws -> AgentSessionStart

    /// All jobs an agent has to know, and the configuration version that names this state.
    func configuration(of agent: AgentID) async throws -> AgentConfiguration

    /// What changed of agents' configurations since a version.
    ///
    /// - Returns: nil when that is not known, or too much; configurations have to be read whole then.
    func configurationChanges(since version: Int64) async throws -> ConfigurationChanges?

    /// Orders that this agent has not acknowledged, oldest first.
    func pendingOrders(of agent: AgentID) async throws -> [Order]
    /// Makes orders again for PENDING executions of an agent whose nominal time lies before `nominal` and that have none (R9).
    func reaskPending(of agent: AgentID, before nominal: Timestamp, limit: Int) async throws -> [Order]
    /// Takes acknowledged orders out (R4).
    func acknowledgeOrders(_ executions: [ExecutionID], by agent: AgentID) async throws

    /// Writes what sessions of many agents learned, in one transaction.
    func record(_ notes: SessionNotes) async throws

    /// Stores what a host says of its quarters, in place of what it said of the same ones before.
    func store(_ report: HostStatsReport, of agent: AgentID) async throws
}

extension SessionStore {
    /// A store without a log of changes.
    package func configurationChanges(since version: Int64) async throws -> ConfigurationChanges? { nil }

    /// A store without statistics of hosts; its sessions ask for none.
    package func store(_ report: HostStatsReport, of agent: AgentID) async throws {}
}

/// What sessions learn that is worth a row, but not a commit of its own.
package struct SessionNotes: Hashable, Sendable {
    /// Orders that are durable on their agents: the store need not keep them (R4).
    package var acknowledgedOrders: [AgentID: [ExecutionID]]
    /// Configuration versions that agents confirmed (S1-FR-2.3).
    package var configVersions: [AgentID: Int64]
    /// Last signs of life; an earlier one never replaces a later one.
    package var lastSeen: [AgentID: Timestamp]
    /// When sessions ended whose agents have none any more; each becomes an event.
    package var left: [AgentID: Timestamp]

    package init(
        acknowledgedOrders: [AgentID: [ExecutionID]] = [:],
        configVersions: [AgentID: Int64] = [:],
        lastSeen: [AgentID: Timestamp] = [:],
        left: [AgentID: Timestamp] = [:]
    ) {
        self.acknowledgedOrders = acknowledgedOrders
        self.configVersions = configVersions
        self.lastSeen = lastSeen
        self.left = left
    }

    package var isEmpty: Bool {
        self.acknowledgedOrders.isEmpty && self.configVersions.isEmpty && self.lastSeen.isEmpty && self.left.isEmpty
    }

    /// Puts older notes under these: what was not written is written with the next.
    package mutating func merge(older: SessionNotes) {
        self.acknowledgedOrders.merge(older.acknowledgedOrders) { $1 + $0 }
        self.configVersions.merge(older.configVersions) { newer, _ in newer }
        self.lastSeen.merge(older.lastSeen, uniquingKeysWith: max)
        self.left.merge(older.left, uniquingKeysWith: max)
    }
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
    /// Reports after this, up to the acknowledged one, are gone on both ends; nil when none are.
    package let lostAfter: Int64?
    /// Executions that the change of incarnation interrupted.
    package let interrupted: [Execution]
    /// Executions that were under way when reports were lost; the agent is asked what became of them.
    package let questions: [ExecutionID]
    /// How far the ledger's statistics are known; nil in a store that keeps none.
    package let statisticsSequence: Int64?
    /// Whether schedules fire at all.
    package let scheduler: SchedulerState
    /// Whether the host is kept free of new work.
    package let maintenance: HostMaintenance

    package init(
        epoch: Int64,
        acknowledgedSequence: Int64,
        lostAfter: Int64? = nil,
        cancels: [ExecutionID],
        forced: [ExecutionID] = [],
        interrupted: [Execution],
        questions: [ExecutionID] = [],
        statisticsSequence: Int64? = nil,
        scheduler: SchedulerState = SchedulerState(),
        maintenance: HostMaintenance = HostMaintenance()
    ) {
        self.epoch = epoch
        self.acknowledgedSequence = acknowledgedSequence
        self.lostAfter = lostAfter
        self.cancels = cancels
        self.forced = forced
        self.interrupted = interrupted
        self.questions = questions
        self.statisticsSequence = statisticsSequence
        self.scheduler = scheduler
        self.maintenance = maintenance
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
