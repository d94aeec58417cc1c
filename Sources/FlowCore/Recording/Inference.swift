// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A state the server concludes without an agent's word: provisional, until the agent says what happened
/// (`semantics.md` 2).
package struct Inference: Hashable, Sendable {
    package let status: ExecutionStatus
    package let reason: ExecutionReason
    /// Words for people.
    package let detail: String

    package init(_ status: ExecutionStatus, _ reason: ExecutionReason, _ detail: String) {
        self.status = status
        self.reason = reason
        self.detail = detail
    }

    package static let jobDeleted = Inference(.skipped, .disabled, "The job was deleted.")
    package static let jobDeletedBeforeRetry = Inference(
        .cancelled,
        .disabled,
        "The job was deleted before the next attempt."
    )
    package static let jobDisabled = Inference(.skipped, .disabled, "The job was disabled before this was due.")
    package static let superseded = Inference(.skipped, .staleConfig, "The job was changed before this was due.")
    package static let hostLeft = Inference(
        .skipped,
        .staleConfig,
        "The host left the job's groups before this was due."
    )
    package static let agentDeleted = Inference(.skipped, .agentOffline, "The agent was deleted.")
    package static let agentDeletedWhileRunning = Inference(.failure, .lost, "The agent was deleted while this ran.")
    package static let gaveUp = Inference(
        .skipped,
        .agentOffline,
        "The agent did not say what became of this before the time to wait for it was over."
    )

    /// Whether the record may be concluded: never over what an agent reported as final (`semantics.md` 2, rule 3).
    package func applies(to execution: Execution) -> Bool {
        !(execution.status.isTerminal && execution.decidedBy == .agent)
    }

    /// The record with this state.
    package func applied(to execution: Execution, at now: Timestamp) -> Execution {
        var inferred = execution
        inferred.status = self.status
        inferred.reason = self.reason
        inferred.detail = self.detail
        inferred.decidedBy = .server
        // When it ended is not known, so it has no duration either.
        inferred.finishedAt = nil
        inferred.exitCode = nil
        inferred.httpStatus = nil
        if self.status.isTerminal { inferred.cancelRequested = false }
        inferred.updatedAt = now
        return inferred
    }
}
