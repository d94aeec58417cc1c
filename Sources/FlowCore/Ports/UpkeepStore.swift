// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a store holds that grows with time.
///
/// Each kind has one rule in the scheduler's upkeep that says how long it stays and how fast it goes.
package enum Growth: String, CaseIterable, Sendable {
    /// Ended executions. Open ones stay until somebody or something has ended them.
    case executions
    /// Output whose execution has gone, or never came.
    case output
    /// Runs without executions.
    case runs
    /// What a repeated Idempotency-Key finds its run by.
    case triggerKeys = "trigger_keys"
    /// Hourly sums of ended executions.
    case rollups
    /// What hosts said of their quarters of an hour.
    case hostStatistics = "host_statistics"
    /// Versions of jobs that were replaced, or whose job was deleted, and that no execution refers to.
    case jobVersions = "job_versions"
    case joinTokens = "join_tokens"
    /// Which groups jobs and hosts had, where no execution is left that it decides about.
    case groupSpans = "group_spans"
    /// Sessions of people that have ended.
    case sessions
    /// The log of what happened, as far as all its readers came; a week later in any case.
    case events
    /// Incidents that are over, messages that were sent or given up, and what rules counted long ago.
    case notifications
    /// API tokens that have ended.
    case apiTokens = "api_tokens"
    /// What a call of a webhook that comes again is known by.
    case hookRepeats = "hook_repeats"
    /// Who called webhooks, and what came of it.
    case hookCalls = "hook_calls"
    /// Backfills that have ended.
    case backfills
    /// Requests for the approval of another person that are over.
    case approvals
    /// Sealed rows of the audit. Only the beginning of a chain goes, and its last hash stays as the anchor.
    case audit
}

/// Forgetting, in small steps that writers hardly notice.
package protocol UpkeepStore: Sendable {
    /// Takes one step: looks at about `limit` rows of a kind and deletes those whose time lies before `bound`.
    ///
    /// One short transaction. Steps walk through what lies before the bound, oldest first where that has an order; the
    /// position is not durable, and after the last step the next call begins a new walk.
    func forget(_ growth: Growth, before bound: Timestamp, limit: Int) async throws -> Forgotten

    /// RUNNING executions with the limit of their job, oldest first.
    func runningRecords(limit: Int) async throws -> [RunningRecord]

    /// What was ordered for these executions, once more, for their agents to say how they stand.
    func orders(again executions: [ExecutionID]) async throws -> [(AgentID, Order)]

    /// Those of these agents that owe an account of fires.
    func owing(of agents: [AgentID]) async throws -> [AgentID]

    /// What hosts owe an account of for a job, by host.
    func owedFires(of job: JobID) async throws -> [OwedFires]

    /// Writes one record for each of the owed fires that nobody will account for any more, at most `limit` of them.
    ///
    /// - Returns: the records, and whether there may be more.
    func concludeOwed(
        _ debts: OwedDebts,
        limit: Int,
        at now: Timestamp
    ) async throws -> (changed: [Execution], hasMore: Bool)

    func size() async throws -> StoreSize

    /// Writes something small durably.
    ///
    /// - Throws: why nothing can be stored now: a full disk, a file that is gone.
    func probe(at now: Timestamp) async throws
}

/// Which owed fires are concluded.
package enum OwedDebts: Hashable, Sendable {
    /// What an agent has not accounted for since it came back.
    case returned(AgentID, since: Timestamp)
    /// What is owed since before this, by agents that are not there.
    case before(Timestamp, except: Set<AgentID>)
}

/// What one step did.
package struct Forgotten: Hashable, Sendable {
    package let count: Int
    /// Nothing that may go is left for now.
    package let isDone: Bool

    package init(count: Int, isDone: Bool) {
        self.count = count
        self.isDone = isDone
    }
}

/// An execution that runs as far as the store knows.
package struct RunningRecord: Hashable, Sendable {
    package let execution: Execution
    /// How long an attempt may run, in seconds; nil when the version of the job is not known here.
    package let timeoutSeconds: Int?

    package init(execution: Execution, timeoutSeconds: Int?) {
        self.execution = execution
        self.timeoutSeconds = timeoutSeconds
    }
}

/// Bytes on the disk.
package struct StoreSize: Hashable, Sendable {
    package let bytes: Int64
    /// Of these, what deleted rows left and new ones will use.
    package let freeBytes: Int64

    package init(bytes: Int64, freeBytes: Int64) {
        self.bytes = bytes
        self.freeBytes = freeBytes
    }
}
