// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One fire or trigger on one agent: exactly one record (`semantics.md` 1).
package struct Execution: Hashable, Sendable, Codable {
    package let id: ExecutionID
    package var runID: RunID
    package var jobID: JobID
    package var jobUID: JobUID
    /// A copy, so that history survives the job (S1-DB-4).
    package var jobName: String
    package var jobVersion: Int64
    package var agentID: AgentID
    package var kind: ExecutionKind
    /// Nominal time: when it was due, not when it started.
    package var nominal: Timestamp
    package var status: ExecutionStatus
    package var reason: ExecutionReason?
    /// Words for the reason: an error message, an exit status, a coalesced range.
    package var detail: String?
    /// 0 before the first start; retries count up.
    package var attempt: Int
    /// The report this state comes from; 0 before any.
    package var agentSequence: Int64
    package var decidedBy: Decider
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// Of a program that exited by itself.
    package var exitCode: Int?
    /// Of the answer an HTTP job got.
    package var httpStatus: Int?
    /// Somebody asked for it to be stopped and the agent has not answered yet.
    package var cancelRequested: Bool
    package var retryOf: ExecutionID?
    package var updatedAt: Timestamp
    /// How often the record was written: what it was derived from is refused once somebody else wrote it.
    package var revision: Int

    package init(
        id: ExecutionID,
        runID: RunID,
        jobID: JobID,
        jobUID: JobUID,
        jobName: String,
        jobVersion: Int64,
        agentID: AgentID,
        kind: ExecutionKind,
        nominal: Timestamp,
        status: ExecutionStatus = .pending,
        reason: ExecutionReason? = nil,
        detail: String? = nil,
        attempt: Int = 0,
        agentSequence: Int64 = 0,
        decidedBy: Decider = .server,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        exitCode: Int? = nil,
        httpStatus: Int? = nil,
        cancelRequested: Bool = false,
        retryOf: ExecutionID? = nil,
        updatedAt: Timestamp,
        revision: Int = 1
    ) {
        self.id = id
        self.runID = runID
        self.jobID = jobID
        self.jobUID = jobUID
        self.jobName = jobName
        self.jobVersion = jobVersion
        self.agentID = agentID
        self.kind = kind
        self.nominal = nominal
        self.status = status
        self.reason = reason
        self.detail = detail
        self.attempt = attempt
        self.agentSequence = agentSequence
        self.decidedBy = decidedBy
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.exitCode = exitCode
        self.httpStatus = httpStatus
        self.cancelRequested = cancelRequested
        self.retryOf = retryOf
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// Run time in milliseconds; nil while it has not both started and finished.
    package var durationMilliseconds: Int64? {
        guard let startedAt, let finishedAt else { return nil }
        return max(0, finishedAt.milliseconds(since: startedAt))
    }

    /// A terminal state the server only inferred (`semantics.md` 2, rule 2).
    package var isProvisional: Bool { self.decidedBy == .server && self.status.isTerminal }
}
