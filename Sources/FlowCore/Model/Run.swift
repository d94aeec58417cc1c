// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How a run came to be (S3-2).
package enum RunType: String, Codable, Sendable, CaseIterable {
    case schedule
    case manual
    case retry
    /// Jobs that it waits for had ended.
    case dependency
    /// A step of a workflow.
    case workflow
    /// Another program called a webhook.
    case webhook
    /// A past fire was made up for.
    case backfill
    /// A task that is not saved was tried on one host: it counts nowhere.
    case test
    /// The product's own work (``OwnWork``); it has no executions.
    case maintenance

    /// What its executions say; nil where there are none.
    package var executionKind: ExecutionKind? {
        switch self {
        case .schedule: .cron
        case .manual: .manual
        case .retry: .rerun
        case .dependency: .dependency
        case .workflow: .node
        case .webhook: .hook
        case .backfill: .backfill
        case .test: .test
        case .maintenance: nil
        }
    }
}

/// What one fire, manual trigger or retry started, on all its targets (S3's "Task").
package struct Run: Hashable, Sendable, Codable {
    package let id: RunID
    package var jobID: JobID
    package var jobUID: JobUID
    package var jobName: String
    package var jobVersion: Int64
    package var type: RunType
    package var nominal: Timestamp
    /// The past fire that it makes up for; nil for all that is no backfill.
    package var dataTime: Timestamp?
    /// Where the trigger came from: `scheduler`, `api`, `console`, `cli`, `backfill:<id>`.
    package var source: String
    /// The user who asked, nil for the schedule.
    package var caller: String?
    package var parameters: [String: String]
    package var retryOf: RunID?
    package var createdAt: Timestamp

    package init(
        id: RunID,
        jobID: JobID,
        jobUID: JobUID,
        jobName: String,
        jobVersion: Int64,
        type: RunType,
        nominal: Timestamp,
        dataTime: Timestamp? = nil,
        source: String,
        caller: String? = nil,
        parameters: [String: String] = [:],
        retryOf: RunID? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.jobID = jobID
        self.jobUID = jobUID
        self.jobName = jobName
        self.jobVersion = jobVersion
        self.type = type
        self.nominal = nominal
        self.dataTime = dataTime
        self.source = source
        self.caller = caller
        self.parameters = parameters
        self.retryOf = retryOf
        self.createdAt = createdAt
    }
}

/// S3's state of a run as a whole.
package enum RunState: String, Sendable, CaseIterable {
    case pending
    case running
    case succeeded
    case failed
    case cancelled
    case skipped
}

/// How many executions of a run are in each state; its own state and summary follow (`semantics.md` 1).
package struct RunTally: Hashable, Sendable, Codable {
    package var counts: [ExecutionStatus: Int]

    package init(counts: [ExecutionStatus: Int]) { self.counts = counts }

    package var total: Int { self.counts.values.reduce(0, +) }

    private func count(_ status: ExecutionStatus) -> Int { self.counts[status] ?? 0 }

    /// S3's state of the whole: pending, running, succeeded, failed, cancelled or skipped.
    package var state: String {
        // A fire that found no host is explained, not hidden.
        if self.total == 0 { return "skipped" }
        let open = self.count(.pending) + self.count(.running)
        if open > 0 { return self.count(.pending) == self.total ? "pending" : "running" }
        if self.count(.failure) + self.count(.timeout) > 0 { return "failed" }
        if self.count(.cancelled) > 0 { return "cancelled" }
        if self.count(.skipped) == self.total { return "skipped" }
        return "succeeded"
    }
}
