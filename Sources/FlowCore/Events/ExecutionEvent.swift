// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One state that an execution reached: enough to decide by when the record has changed or gone meanwhile.
///
/// A transaction that says "it runs" and "it ended" leaves one event with the last state. Waiting for a first start is no
/// event: fires would pay for it, and their records say the same.
package struct ExecutionEvent: Hashable, Sendable {
    package let id: ExecutionID
    package let runID: RunID
    package let jobID: JobID
    package let agentID: AgentID
    package let kind: ExecutionKind
    package let status: ExecutionStatus
    package let reason: ExecutionReason?
    package let exitCode: Int?
    package let attempt: Int
    /// The server concluded it; the agent may still say otherwise.
    package let isProvisional: Bool
    /// It replaces an end that was recorded before.
    package let isCorrection: Bool
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?

    package var nominal: Timestamp { self.id.nominal }

    package init(
        id: ExecutionID,
        runID: RunID,
        jobID: JobID,
        agentID: AgentID,
        kind: ExecutionKind = .cron,
        status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        exitCode: Int? = nil,
        attempt: Int = 1,
        isProvisional: Bool = false,
        isCorrection: Bool = false,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil
    ) {
        self.id = id
        self.runID = runID
        self.jobID = jobID
        self.agentID = agentID
        self.kind = kind
        self.status = status
        self.reason = reason
        self.exitCode = exitCode
        self.attempt = attempt
        self.isProvisional = isProvisional
        self.isCorrection = isCorrection
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    /// What a write of a record says to those who were not there; nil when its state is the one before.
    package init?(_ execution: Execution, over stored: Execution?) {
        let isWaiting = execution.status == .pending && execution.reason != .awaitingRetry
        guard !isWaiting else { return nil }
        if let stored, stored.status == execution.status, stored.reason == execution.reason,
            stored.attempt == execution.attempt, stored.exitCode == execution.exitCode,
            stored.decidedBy == execution.decidedBy
        {
            return nil
        }
        self.init(
            id: execution.id,
            runID: execution.runID,
            jobID: execution.jobID,
            agentID: execution.agentID,
            kind: execution.kind,
            status: execution.status,
            reason: execution.reason,
            exitCode: execution.exitCode,
            attempt: execution.attempt,
            isProvisional: execution.isProvisional,
            isCorrection: stored?.status.isTerminal ?? false,
            startedAt: execution.startedAt,
            finishedAt: execution.finishedAt
        )
    }
}

extension RecordChanges {
    /// What these changes tell, one per execution whose state is another one than before.
    package var events: [ExecutionEvent] {
        self.writes.compactMap { ExecutionEvent($0.execution, over: $0.stored) }
    }

    /// When they were made.
    package var eventTime: Timestamp? { self.lastUpdate }
}
