// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An execution that failed, before anybody has looked at why.
package struct FailureNote: Hashable, Sendable {
    package let execution: ExecutionID
    package let job: JobID
    package let agent: AgentID
    package let at: Timestamp

    package init(execution: ExecutionID, job: JobID, agent: AgentID, at: Timestamp) {
        self.execution = execution
        self.job = job
        self.agent = agent
        self.at = at
    }
}

/// Which failures are counted together.
package struct FailureQuery: Hashable, Sendable {
    package var from: Timestamp
    package var until: Timestamp
    package var job: JobID?
    /// Clusters, the largest first.
    package var limit: Int
    package var scope: Scope

    package init(from: Timestamp, until: Timestamp, job: JobID? = nil, limit: Int = 20, scope: Scope = .all) {
        self.from = from
        self.until = until
        self.job = job
        self.limit = limit
        self.scope = scope
    }
}

/// Failures that read alike.
package struct FailureCluster: Hashable, Sendable {
    package var fingerprint: String
    package var outcome: String
    package var text: String
    package var count: Int
    package var jobCount: Int
    package var hostCount: Int
    /// Within the span.
    package var first: Timestamp
    package var last: Timestamp
    /// The newest before the span.
    package var seenBefore: Timestamp?
    /// Those with most of them, at most ``jobLimit``.
    package var jobs: [JobID]
    /// At most ``hostLimit``.
    package var hosts: [AgentID]
    /// The newest.
    package var example: ExecutionID

    package static let jobLimit = 10
    package static let hostLimit = 20

    package init(
        fingerprint: String,
        outcome: String,
        text: String,
        count: Int,
        jobCount: Int,
        hostCount: Int,
        first: Timestamp,
        last: Timestamp,
        seenBefore: Timestamp?,
        jobs: [JobID],
        hosts: [AgentID],
        example: ExecutionID
    ) {
        self.fingerprint = fingerprint
        self.outcome = outcome
        self.text = text
        self.count = count
        self.jobCount = jobCount
        self.hostCount = hostCount
        self.first = first
        self.last = last
        self.seenBefore = seenBefore
        self.jobs = jobs
        self.hosts = hosts
        self.example = example
    }
}

/// What failures read like, stored with their executions.
package protocol FailureStore: Sendable {
    /// Failures that ended before an instant and have no fingerprint yet, oldest first.
    func unreadFailures(before bound: Timestamp, limit: Int) async throws -> [FailureNote]
    /// Stores what they read like; nil = the execution is gone, and so is the note.
    func saveFailures(_ read: [(note: FailureNote, fingerprint: FailureFingerprint?)]) async throws
    func failureClusters(_ query: FailureQuery) async throws -> [FailureCluster]
    func fingerprints(of executions: [ExecutionID]) async throws -> [ExecutionID: FailureFingerprintName]
}

/// What is stored of one.
package struct FailureFingerprintName: Hashable, Sendable {
    package let id: String
    package let text: String
    /// When the first such failure was seen that is known of.
    package let firstAt: Timestamp

    package init(id: String, text: String, firstAt: Timestamp) {
        self.id = id
        self.text = text
        self.firstAt = firstAt
    }
}
