// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs, executions and what agents report of them.
package protocol ExecutionStore: Sendable {
    /// Applies reports of many agents in one transaction and moves each agent's acknowledged sequence with them (R5).
    ///
    /// What they change is ``ReportIntake``'s decision; a store loads what that asks for and saves what it says. A batch of
    /// another incarnation than the stored one is ignored and answered with the stored state.
    func apply(_ batches: [ReportBatch], at now: Timestamp) async throws -> [AppliedReports]

    /// Nil also for an execution that is not in the scope: job and host had no group of it in common at the nominal time.
    func execution(_ id: ExecutionID, in scope: Scope) async throws -> Execution?
    /// Which of these executions are in a scope.
    func visible(_ ids: [ExecutionID], in scope: Scope) async throws -> Set<ExecutionID>
    func executions(_ query: ExecutionQuery) async throws -> Page<Execution>
    func parameters(of run: RunID) async throws -> [String: String]
    /// With the tally of what the scope shows; nil when that is nothing.
    func run(_ id: RunID, in scope: Scope) async throws -> RunSummary?
    func runs(_ query: RunQuery) async throws -> Page<RunSummary>
    /// From hourly rollups, never from a scan of the history.
    func statistics(job: JobID?, since: Timestamp, in scope: Scope) async throws -> ExecutionStatistics
    /// Executions in each open state, for gauges.
    func openCounts(in scope: Scope) async throws -> [ExecutionStatus: Int]

    /// Marks an open execution as to be stopped; a terminal one is returned as it is (idempotent).
    ///
    /// `force` is kept with it, for an agent that is away: it kills at once.
    func requestCancel(_ id: ExecutionID, force: Bool, by change: Change) async throws -> Execution
    /// What was asked to be stopped on an agent and has not ended.
    ///
    /// A session asks once more after it can be told, because a request may come between its opening and that moment.
    func pendingCancels(of agent: AgentID) async throws -> [PendingCancel]
    func runningExecutions(of agent: AgentID) async throws -> [ExecutionID]
    /// Writes a provisional state by compare-and-set on the expected one; returns those it changed.
    func infer(
        _ inference: Inference,
        for ids: [ExecutionID],
        in expected: ExecutionStatus,
        at now: Timestamp
    ) async throws -> [Execution]
    /// Gives up on PENDING executions whose nominal time lies before `nominal`: SKIPPED(AGENT_OFFLINE), provisional.
    func giveUpPending(before nominal: Timestamp, limit: Int, at now: Timestamp) async throws -> [Execution]
}

/// What applying a batch did.
package struct AppliedReports: Sendable {
    package let agent: AgentID
    package let incarnation: String
    package let acknowledged: Int64
    /// Records as they are now, in the order in which they changed.
    package let changed: [Execution]
    /// Output sizes of executions that ended.
    package let ended: [(id: ExecutionID, totalBytes: Int64, isTruncated: Bool)]
    /// Reports that were not heard (``ReportRules``); they count as taken.
    package let refused: [RefusedReport]
    /// Output that came within the reports and was not there before.
    package var chunks: [LogChunk]

    package init(
        agent: AgentID,
        incarnation: String,
        acknowledged: Int64,
        changed: [Execution],
        ended: [(id: ExecutionID, totalBytes: Int64, isTruncated: Bool)] = [],
        refused: [RefusedReport] = [],
        chunks: [LogChunk] = []
    ) {
        self.agent = agent
        self.incarnation = incarnation
        self.acknowledged = acknowledged
        self.changed = changed
        self.ended = ended
        self.refused = refused
        self.chunks = chunks
    }
}

/// Filter of the history, newest nominal time first.
package struct ExecutionQuery: Sendable {
    package var page: PageRequest
    package var job: JobID?
    package var agent: AgentID?
    package var statuses: [ExecutionStatus]
    package var run: RunID?
    /// Nominal time, from included, until excluded.
    package var from: Timestamp?
    package var until: Timestamp?
    /// Part of the job's name.
    package var keyword: String?
    /// How its run came to be: any of these; empty = all.
    package var types: [RunType] = []
    /// Of the job as it is now; those of deleted jobs have none.
    package var traits = JobTraits()
    /// Failures that read alike.
    package var fingerprint: String?
    package var scope: Scope
    /// Keyset: only rows older than this one; the page number is then 1.
    package var before: ExecutionID?
    /// Whether a copy of the database may answer that is some seconds behind: for people's eyes, never for a decision.
    package var mayLag = false

    package init(
        page: PageRequest = PageRequest(),
        job: JobID? = nil,
        agent: AgentID? = nil,
        statuses: [ExecutionStatus] = [],
        run: RunID? = nil,
        from: Timestamp? = nil,
        until: Timestamp? = nil,
        keyword: String? = nil,
        scope: Scope = .all,
        before: ExecutionID? = nil
    ) {
        self.page = page
        self.job = job
        self.agent = agent
        self.statuses = statuses
        self.run = run
        self.from = from
        self.until = until
        self.keyword = keyword
        self.scope = scope
        self.before = before
    }
}

/// Filter of runs, the newest first unless another order is asked for.
package struct RunQuery: Sendable {
    /// What runs can be in the order of.
    package enum Sort: String, Sendable, CaseIterable {
        case createdAt = "created_at"
        /// The end of its last execution; runs that are open come last.
        case finishedAt = "finished_at"
        /// From its first start to its last end; runs without both come last.
        case duration
    }

    /// So many of the newest runs that a filter finds are put into an order of ends or durations, which no index has.
    package static let sortLimit = 5000
    /// So many are counted at most where each has to be looked at with its executions: those that succeeded or were skipped, and
    /// states beside a keyword.
    package static let lookedAtLimit = 1000

    package var page: PageRequest
    package var sort = Sort.createdAt
    package var isDescending = true
    package var job: JobID?
    package var type: RunType?
    /// Any of these, besides ``type``; empty = all.
    package var types: [RunType] = []
    /// Any of these; empty = all.
    package var states: [RunState] = []
    /// When it was made, from included, until excluded.
    package var from: Timestamp?
    package var until: Timestamp?
    /// Part of the job's name, or the beginning of a host's name, host name or id; case does not matter.
    package var keyword: String?
    /// Of the job as it is now; those of deleted jobs have none.
    package var traits = JobTraits()
    /// Runs with an execution in this.
    package var scope: Scope
    /// As in ``ExecutionQuery/mayLag``.
    package var mayLag = false

    package init(
        page: PageRequest = PageRequest(),
        job: JobID? = nil,
        type: RunType? = nil,
        scope: Scope = .all
    ) {
        self.page = page
        self.scope = scope
        self.job = job
        self.type = type
    }
}

/// A run with the tally of its executions.
package struct RunSummary: Hashable, Sendable {
    package let run: Run
    package let tally: RunTally
    /// When the first of its executions began.
    package let startedAt: Timestamp?
    /// When the last of its executions ended; nil while any is open.
    package let finishedAt: Timestamp?

    package init(run: Run, tally: RunTally, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil) {
        self.run = run
        self.tally = tally
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// Terminal executions of a time span, counted.
package struct ExecutionStatistics: Hashable, Sendable {
    package var counts: [ExecutionStatus: Int]
    /// Sum of the run times of those that ran; milliseconds.
    package var totalDurationMilliseconds: Int64
    /// How many executions the sum covers.
    package var timedCount: Int

    package init(counts: [ExecutionStatus: Int], totalDurationMilliseconds: Int64, timedCount: Int) {
        self.counts = counts
        self.totalDurationMilliseconds = totalDurationMilliseconds
        self.timedCount = timedCount
    }
}
