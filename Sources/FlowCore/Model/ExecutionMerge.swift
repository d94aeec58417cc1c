// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How an agent's report and the stored record of an execution become one (`semantics.md` 2).
///
/// Pure, and called by every store inside its transaction, so that all of them merge alike.
package enum ExecutionMerge {
    /// What a store has to do with a report.
    package enum Decision: Hashable, Sendable {
        /// Write this record.
        case write(Execution)
        /// The report says nothing newer than what is stored.
        case keep
    }

    /// Merges one report.
    ///
    /// Agent reports are totally ordered by sequence and are the truth; a state the server inferred is provisional and any
    /// later report replaces it (rules 1 to 3). The caller has already dropped reports whose sequence was applied before.
    package static func decide(
        stored: Execution?,
        report: Report,
        agent: AgentID,
        now: Timestamp
    ) -> Decision {
        guard var merged = stored else { return .write(self.record(of: report, agent: agent, now: now)) }
        if merged.decidedBy == .agent, merged.agentSequence >= report.sequence, report.sequence > 0 { return .keep }
        merged.agentSequence = report.sequence
        // What it says of a slot that is another host's by now is history, in its attempts and output: never the state.
        if merged.reason == .moved, merged.decidedBy == .server {
            merged.updatedAt = now
            return .write(merged)
        }
        let former = merged
        merged.status = report.status
        merged.reason = report.reason
        merged.detail = report.detail
        merged.attempt = report.attempt
        merged.decidedBy = .agent
        merged.jobVersion = report.jobVersion
        merged.startedAt = report.startedAt ?? (report.status == .pending ? nil : merged.startedAt)
        merged.finishedAt = report.finishedAt
        merged.exitCode = report.exitCode
        merged.httpStatus = report.httpStatus
        if report.reason == .moved, former.cancelRequested || former.status == .cancelled {
            // It was to be stopped: the slot ends with it, and no other host is given it.
            merged.status = .cancelled
            merged.reason = former.status == .cancelled ? former.reason : .requested
            merged.detail = "its host lost it after it was to be stopped, so no other host takes it over"
        }
        if report.status.isTerminal { merged.cancelRequested = false }
        merged.updatedAt = now
        return .write(merged)
    }

    private static func record(of report: Report, agent: AgentID, now: Timestamp) -> Execution {
        Execution(
            id: report.executionID,
            runID: report.runID,
            jobID: report.jobID,
            jobUID: report.jobUID,
            jobName: report.jobName,
            jobVersion: report.jobVersion,
            agentID: agent,
            kind: report.kind,
            nominal: report.nominal,
            status: report.status,
            reason: report.reason,
            detail: report.detail,
            attempt: report.attempt,
            agentSequence: report.sequence,
            decidedBy: .agent,
            startedAt: report.startedAt,
            finishedAt: report.finishedAt,
            exitCode: report.exitCode,
            httpStatus: report.httpStatus,
            retryOf: report.retryOf,
            updatedAt: now
        )
    }
}
