// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func appendLog(_ pieces: [LogPiece]) async throws -> [LogPieceOutcome] {
        guard !pieces.isEmpty else { return [] }
        // Compressed before the one writer is asked for.
        let prepared = pieces.map { piece in
            (piece: piece, chunks: piece.chunks.map { PreparedChunk($0.of(piece.attempt), compresses: true) })
        }
        return try await self.write("append_log") { db in
            try prepared.map { try Self.append($0.piece, $0.chunks, db) }
        }
    }

    private static func append(
        _ piece: LogPiece,
        _ chunks: [PreparedChunk],
        _ db: Database
    ) throws -> LogPieceOutcome {
        let id = piece.attempt.execution
        guard let execution = try ExecutionTable(db).find(id) else { return .unknownExecution }
        guard execution.agentID == piece.agent else { return .notOwner }
        let added = try LogTable(db).append(chunks, to: piece.attempt)
        let output = try AttemptOutputs(execution, db)
        guard try output.isOver() else { return .stored(added: added, end: nil) }
        if !added.isEmpty { try PreviewTable(db).keep(execution) }
        let state = try output.state(of: output.newest ?? output.last)
        return .stored(added: added, end: LogEnd(totalBytes: state.totalBytes, isTruncated: state.isTruncated))
    }

    package func logHeads(_ attempts: [LogAttempt]) async throws -> [LogHead?] {
        try await self.read { db in
            let executions = ExecutionTable(db)
            let logs = LogTable(db)
            return try attempts.map { attempt in
                guard let execution = try executions.find(attempt.execution) else { return nil }
                return LogHead(
                    owner: execution.agentID,
                    end: try logs.end(of: attempt.execution, attempt: attempt.attempt),
                    storedBytes: try logs.size(of: attempt)
                )
            }
        }
    }

    package func attempts(of id: ExecutionID) async throws -> [AttemptRecord] {
        try await self.read { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            let recorded = try AttemptTable(db).all(of: id)
            var attempts = execution.attempts(recorded: recorded)
            // The last one stands in the execution's own row, and so does what it wrote.
            if attempts.count > recorded.count, let output = try ExecutionTable(db).output(of: id) {
                attempts[recorded.count].outputBytes = output.bytes ?? 0
                attempts[recorded.count].isOutputTruncated = output.isTruncated
            }
            return attempts
        }
    }

    package func log(
        _ id: ExecutionID,
        attempt wanted: Int?,
        from offset: Int64,
        limit: Int
    ) async throws -> LogSlice {
        try await self.read { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            let logs = LogTable(db)
            let output = try AttemptOutputs(execution, db)
            // Without a wish it is the newest that wrote something.
            let attempt = wanted ?? output.newest ?? output.last
            let state = try output.state(of: attempt)
            // What is archived comes before what is not.
            let archived = try ArchiveTable(db).part(of: id, attempt: attempt, from: offset)
            return LogSlice(
                attempt: attempt,
                lastAttempt: output.last,
                chunks: archived == nil
                    ? try logs.chunks(of: id, attempt: attempt, from: offset, limit: limit) : [],
                archived: archived,
                totalBytes: state.totalBytes,
                isTruncated: state.isTruncated,
                storedEnd: state.storedEnd,
                isComplete: state.isComplete,
                isOver: try output.isOver()
            )
        }
    }

    package func logMark(_ id: ExecutionID, attempt wanted: Int?, before place: LogPlace) async throws -> LogMark {
        try await self.read { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            let output = try AttemptOutputs(execution, db)
            let attempt = LogAttempt(execution: id, attempt: wanted ?? output.newest ?? output.last)
            return try LogTable(db).mark(of: attempt, before: place)
        }
    }

    package func logPreview(_ id: ExecutionID) async throws -> LogSlice {
        try await self.read { db in
            guard let execution = try ExecutionTable(db).find(id) else { throw StoreFault.noExecution(id) }
            let previews = PreviewTable(db)
            return try execution.status.isTerminal
                ? previews.find(id) ?? previews.make(of: execution) : previews.make(of: execution)
        }
    }
}

extension LogChunk {
    /// The chunk under an attempt, whatever it says of it itself.
    fileprivate func of(_ attempt: LogAttempt) -> LogChunk {
        var chunk = self
        chunk.executionID = attempt.execution
        chunk.attempt = attempt.attempt
        return chunk
    }
}
