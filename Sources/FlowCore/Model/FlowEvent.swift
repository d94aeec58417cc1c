// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something that changed and that somebody may be watching.
package enum FlowEvent: Sendable {
    case jobChanged(Job)
    case jobDeleted(JobID, JobUID)
    case groupsChanged
    /// States of executions changed; already durable.
    case executionsChanged([Execution])
    case logAppended([LogChunk])
    /// No more output will come of this execution.
    case logEnded(ExecutionID, totalBytes: Int64, isTruncated: Bool)
    case agentChanged(AgentID)
    /// Somebody asked for another person's approval, or a request is over.
    case approvalsChanged
}
