// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Output of executions.
package protocol LogStore: Sendable {
    /// Adds output of many agents in one transaction; a chunk that is already there (same execution, attempt and offset) is
    /// left as it is.
    ///
    /// Nothing of a piece is stored when its execution is not known or belongs to another agent.
    ///
    /// - Returns: what became of each piece, in their order.
    func appendLog(_ pieces: [LogPiece]) async throws -> [LogPieceOutcome]
    /// What is stored of attempts' output, and whose they are; nil for an execution that is not known.
    func logHeads(_ attempts: [LogAttempt]) async throws -> [LogHead?]
    /// Chunks of an attempt from `offset` on, at most `limit` bytes (at least one chunk).
    ///
    /// Without an attempt it is the newest that wrote something.
    func log(_ id: ExecutionID, attempt: Int?, from offset: Int64, limit: Int) async throws -> LogSlice
    /// All attempts of an execution in the order of their numbers, the one that goes on included.
    func attempts(of id: ExecutionID) async throws -> [AttemptRecord]
}

extension LogStore {
    /// Output of the newest attempt that wrote something.
    package func log(_ id: ExecutionID, from offset: Int64, limit: Int) async throws -> LogSlice {
        try await self.log(id, attempt: nil, from: offset, limit: limit)
    }
}

/// One attempt of an execution, whose output is one sequence of bytes.
package struct LogAttempt: Hashable, Sendable {
    package let execution: ExecutionID
    package let attempt: Int

    package init(execution: ExecutionID, attempt: Int) {
        self.execution = execution
        self.attempt = attempt
    }
}

/// Chunks of one attempt as its agent sent them.
package struct LogPiece: Hashable, Sendable {
    package let agent: AgentID
    package let attempt: LogAttempt
    /// In order of their offsets.
    package let chunks: [LogChunk]

    package init(agent: AgentID, attempt: LogAttempt, chunks: [LogChunk]) {
        self.agent = agent
        self.attempt = attempt
        self.chunks = chunks
    }
}

/// What became of a piece of output.
package enum LogPieceOutcome: Hashable, Sendable {
    /// Everything is durable. `added` are the chunks that were not there before; `end` is set when no more is to come.
    case stored(added: [LogChunk], end: LogEnd?)
    case unknownExecution
    /// The execution belongs to another agent: nothing was stored.
    case notOwner
}

/// An execution's output is complete.
package struct LogEnd: Hashable, Sendable {
    package let totalBytes: Int64
    package let isTruncated: Bool

    package init(totalBytes: Int64, isTruncated: Bool) {
        self.totalBytes = totalBytes
        self.isTruncated = isTruncated
    }
}

/// Where the stored output of an attempt ends.
package struct LogHead: Hashable, Sendable {
    package let owner: AgentID
    /// The offset behind the last stored chunk: where a stream goes on after a loss.
    package let end: Int64
    /// Bytes that are stored, without those the agent's cap cut.
    package let storedBytes: Int64

    package init(owner: AgentID, end: Int64, storedBytes: Int64) {
        self.owner = owner
        self.end = end
        self.storedBytes = storedBytes
    }
}

/// A part of an attempt's output.
package struct LogSlice: Hashable, Sendable {
    /// Whose output it is; 0 before the first start.
    package let attempt: Int
    /// The newest attempt there is.
    package let lastAttempt: Int
    package let chunks: [LogChunk]
    /// Bytes the attempt wrote in all, cut ones included; what has arrived so far while it runs.
    package let totalBytes: Int64
    package let isTruncated: Bool
    /// Where the stored part of the attempt's output ends.
    package let storedEnd: Int64
    /// The attempt has ended and `totalBytes` is final.
    package let isComplete: Bool
    /// The execution has ended, and the output of its last attempt is complete: nothing more comes.
    package let isOver: Bool

    /// What is shown of it to somebody who may not read output.
    package static let hidden = LogSlice(
        attempt: 0,
        lastAttempt: 0,
        chunks: [],
        totalBytes: 0,
        isTruncated: false,
        isComplete: false,
        isOver: false
    )

    package init(
        attempt: Int = 1,
        lastAttempt: Int = 1,
        chunks: [LogChunk],
        totalBytes: Int64,
        isTruncated: Bool,
        storedEnd: Int64 = 0,
        isComplete: Bool,
        isOver: Bool
    ) {
        self.attempt = attempt
        self.lastAttempt = lastAttempt
        self.chunks = chunks
        self.totalBytes = totalBytes
        self.isTruncated = isTruncated
        self.storedEnd = storedEnd
        self.isComplete = isComplete
        self.isOver = isOver
    }
}
