// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One start of an execution: how it ended, or that it goes on.
///
/// An execution is retried under its own id: what one attempt came to would be lost with the next one's start.
package struct AttemptRecord: Hashable, Sendable, Codable {
    /// 1 for the first start.
    package var number: Int
    package var status: ExecutionStatus
    package var reason: ExecutionReason?
    /// Words for the reason.
    package var detail: String?
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// Of a program that exited by itself.
    package var exitCode: Int?
    /// Of the answer an HTTP job got.
    package var httpStatus: Int?
    /// Output written in bytes, and whether its middle was cut.
    package var outputBytes: Int64
    package var isOutputTruncated: Bool

    package init(
        number: Int,
        status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        detail: String? = nil,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        exitCode: Int? = nil,
        httpStatus: Int? = nil,
        outputBytes: Int64 = 0,
        isOutputTruncated: Bool = false
    ) {
        self.number = number
        self.status = status
        self.reason = reason
        self.detail = detail
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.exitCode = exitCode
        self.httpStatus = httpStatus
        self.outputBytes = outputBytes
        self.isOutputTruncated = isOutputTruncated
    }

    /// Run time in milliseconds; nil while it has not both started and finished.
    package var durationMilliseconds: Int64? {
        guard let startedAt, let finishedAt else { return nil }
        return max(0, finishedAt.milliseconds(since: startedAt))
    }
}

extension Execution {
    /// All attempts in order: those whose ends are recorded, and the one that the execution itself tells of.
    ///
    /// - Parameter recorded: in the order of their numbers.
    package func attempts(recorded: [AttemptRecord]) -> [AttemptRecord] {
        guard self.attempt > (recorded.last?.number ?? 0) else { return recorded }
        let current = AttemptRecord(
            number: self.attempt,
            status: self.status,
            reason: self.reason,
            detail: self.detail,
            startedAt: self.startedAt,
            finishedAt: self.finishedAt,
            exitCode: self.exitCode,
            httpStatus: self.httpStatus
        )
        return recorded + [current]
    }
}
