// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Output of executions.
package protocol LogStore: Sendable {
    /// Adds chunks; one that is already there (same execution, attempt and offset) is left as it is.
    func appendLog(_ chunks: [LogChunk]) async throws
    /// Chunks of the newest attempt that has any, from `offset` on, at most `limit` bytes (at least one chunk).
    func log(_ id: ExecutionID, from offset: Int64, limit: Int) async throws -> LogSlice
}

/// A part of an execution's output.
package struct LogSlice: Hashable, Sendable {
    package let chunks: [LogChunk]
    /// Bytes the execution wrote in all, cut ones included; what has arrived so far while it runs.
    package let totalBytes: Int64
    package let isTruncated: Bool
    /// The execution has ended and `totalBytes` is final.
    package let isComplete: Bool

    package init(chunks: [LogChunk], totalBytes: Int64, isTruncated: Bool, isComplete: Bool) {
        self.chunks = chunks
        self.totalBytes = totalBytes
        self.isTruncated = isTruncated
        self.isComplete = isComplete
    }
}
