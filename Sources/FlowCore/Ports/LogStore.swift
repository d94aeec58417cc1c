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
    /// Without an attempt it is the newest that wrote something. Of what is archived the answer says where it is, and has no
    /// chunks: ``LogSlice/archived``.
    func log(_ id: ExecutionID, attempt: Int?, from offset: Int64, limit: Int) async throws -> LogSlice
    /// Where reading begins for somebody who looks for a place in an attempt's output: at or a little before it.
    func logMark(_ id: ExecutionID, attempt: Int?, before place: LogPlace) async throws -> LogMark
    /// The beginning and the end of the newest output, at most ``LogPreview/limit`` bytes.
    ///
    /// Of what has ended it is kept beside the record: whoever shows lists and records never reads long output.
    func logPreview(_ id: ExecutionID) async throws -> LogSlice
    /// All attempts of an execution in the order of their numbers, the one that goes on included.
    func attempts(of id: ExecutionID) async throws -> [AttemptRecord]
    /// The chunks in bytes that were read from the archive.
    ///
    /// - Throws: when they are not what was written there.
    func chunks(of part: ArchivedPart, in bytes: [UInt8]) throws -> [LogChunk]
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
