// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A host of a job's groups, as far as it matters to who is chosen.
package struct PlacementCandidate: Hashable, Sendable {
    package let agent: AgentID
    package var labels: [String: String]
    /// It is connected, and was heard of a moment ago.
    package var isOnline: Bool
    /// For how long nothing was heard of it; milliseconds.
    package var silence: Int64
    /// It knows leases; hosts of earlier versions do not.
    package var knowsLeases: Bool
    /// Kinds of jobs that it carries out; empty when it does not say.
    package var executors: [String]
    /// Executions that it runs or was given, of all jobs.
    package var running: Int
    /// Tenths of the load of the last minute for each processor; nil when the host does not say.
    package var load: Int?
    /// Executions that it was given in the last minute and that have not ended: its load does not show them yet.
    package var fresh: Int
    /// It is in maintenance, until then.
    package var maintainedUntil: Timestamp?

    /// For so long an execution is fresh: the load of a minute has followed by then; milliseconds.
    package static let freshness: Int64 = 60_000
    /// What a fresh one is taken to add to the load for each processor; tenths.
    package static let freshLoad = 5

    /// The load that is to be expected; tenths for each processor.
    ///
    /// Who does not say counts as busy.
    package var expectedLoad: Int { max(0, self.load ?? 10) + max(0, self.fresh) * Self.freshLoad }

    package init(
        agent: AgentID,
        labels: [String: String] = [:],
        isOnline: Bool = true,
        silence: Int64 = 0,
        knowsLeases: Bool = true,
        executors: [String] = [],
        running: Int = 0,
        load: Int? = nil,
        fresh: Int = 0,
        maintainedUntil: Timestamp? = nil
    ) {
        self.agent = agent
        self.labels = labels
        self.isOnline = isOnline
        self.silence = silence
        self.knowsLeases = knowsLeases
        self.executors = executors
        self.running = running
        self.load = load
        self.fresh = fresh
        self.maintainedUntil = maintainedUntil
    }
}

/// Why a host is not asked (P1), in the order in which that is looked at.
package enum PlacementBar: String, Codable, Sendable, CaseIterable {
    /// The trigger named others.
    case notWanted = "not_wanted"
    case excluded
    case labels
    /// It held this slot before, and another one can take it, or nothing was heard of it since.
    case hadIt = "had_it"
    /// It has another slot of this run, and they are for different hosts.
    case hasAnother = "has_another"
    case maintenance
    case offline
    /// Its agent is too old.
    case version
    /// It carries out no jobs of this kind.
    case executor
}

/// What is chosen for: one slot of a run, held for the first time or once more.
package struct PlacementRequest: Hashable, Sendable {
    package let execution: ExecutionID
    package let job: JobUID
    /// From 0.
    package let slot: Int
    package let total: Int
    /// From 1; higher each time the slot goes to another host.
    package let fence: Int
    /// The kind of job, as hosts say it.
    package let executor: String
    /// Hosts that the trigger named; nil = all.
    package var wanted: Set<AgentID>?
    /// Hosts that held this slot before.
    package var former: Set<AgentID>
    /// Who lost it last: asked after all others.
    package var lastHolder: AgentID?
    /// How many open slots of this run each host has.
    package var held: [AgentID: Int]
    /// Who was chosen last for this job.
    package var lastChosen: AgentID?
    /// Where the job last succeeded.
    package var lastUsed: AgentID?

    package init(
        execution: ExecutionID,
        job: JobUID,
        slot: Int = 0,
        total: Int = 1,
        fence: Int = 1,
        executor: String,
        wanted: Set<AgentID>? = nil,
        former: Set<AgentID> = [],
        lastHolder: AgentID? = nil,
        held: [AgentID: Int] = [:],
        lastChosen: AgentID? = nil,
        lastUsed: AgentID? = nil
    ) {
        self.execution = execution
        self.job = job
        self.slot = slot
        self.total = total
        self.fence = fence
        self.executor = executor
        self.wanted = wanted
        self.former = former
        self.lastHolder = lastHolder
        self.held = held
        self.lastChosen = lastChosen
        self.lastUsed = lastUsed
    }
}
