// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on output.
struct LogTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// - Parameter dropped: numbers of chunks that are not stored.
    /// - Returns: for each, whether the chunk is new.
    func insert(_ chunks: [LogChunk], except dropped: Set<Int>) throws -> [Bool] {
        let kept = chunks.indices.filter { !dropped.contains($0) }
        var isNew = [Bool](repeating: false, count: chunks.count)
        for (index, isStored) in zip(kept, try self.insert(kept.map { chunks[$0] })) { isNew[index] = isStored }
        return isNew
    }

    /// - Returns: for each, whether the chunk is new.
    func insert(_ chunks: [LogChunk]) throws -> [Bool] {
        try self.db.runEach(
            """
            INSERT INTO log_chunk (execution_id, attempt, byte_offset, stream, bytes) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            chunks.map { chunk in
                [
                    .id(chunk.executionID), .number(chunk.attempt), .integer(chunk.offset),
                    .text(chunk.stream.rawValue), .bytes(chunk.bytes),
                ]
            }
        ).map { $0 == 1 }
    }

    /// Stores a chunk under an attempt, whatever the chunk itself says of it.
    func insert(_ chunk: LogChunk, of attempt: LogAttempt) throws -> Bool {
        var chunk = chunk
        chunk.executionID = attempt.execution
        chunk.attempt = attempt.attempt
        return try self.insert([chunk]) == [true]
    }

    func deleteAll(of id: ExecutionID) throws {
        try self.db.run("DELETE FROM log_chunk WHERE execution_id = ?", [.id(id)])
    }

    /// Bytes stored of an attempt.
    func size(of attempt: LogAttempt) throws -> Int64 {
        try self.db.first(
            "SELECT coalesce(sum(length(bytes)), 0) FROM log_chunk WHERE execution_id = ? AND attempt = ?",
            [.id(attempt.execution), .number(attempt.attempt)]
        ) { $0.integer(0) } ?? 0
    }

    func newestAttempt(of id: ExecutionID) throws -> Int? {
        try self.db.first("SELECT max(attempt) FROM log_chunk WHERE execution_id = ?", [.id(id)]) {
            $0.optionalNumber(0)
        } ?? nil
    }

    /// Where the last chunk ends.
    func end(of id: ExecutionID, attempt: Int) throws -> Int64 {
        try self.db.first(
            """
            SELECT byte_offset + length(bytes) FROM log_chunk WHERE execution_id = ? AND attempt = ?
            ORDER BY byte_offset DESC LIMIT 1
            """,
            [.id(id), .number(attempt)]
        ) { $0.integer(0) } ?? 0
    }

    /// Chunks that reach beyond `offset`, in order, until `limit` bytes are reached; at least one.
    ///
    /// A chunk that begins before `offset` loses its beginning.
    func chunks(of id: ExecutionID, attempt: Int, from offset: Int64, limit: Int) throws -> [LogChunk] {
        // The chunk at or before the offset may reach beyond it.
        let start =
            try self.db.first(
                """
                SELECT max(byte_offset) FROM log_chunk WHERE execution_id = ? AND attempt = ? AND byte_offset <= ?
                """,
                [.id(id), .number(attempt), .integer(offset)]
            ) { $0.optionalInteger(0) } ?? nil
        var chunks: [LogChunk] = []
        var size = 0
        try self.db.step(
            """
            SELECT byte_offset, stream, bytes FROM log_chunk
            WHERE execution_id = ? AND attempt = ? AND byte_offset >= ? ORDER BY byte_offset
            """,
            [.id(id), .number(attempt), .integer(start ?? offset)]
        ) { row in
            guard let chunk = try Self.chunk(row, of: id, attempt: attempt, from: offset) else { return true }
            if !chunks.isEmpty, size + chunk.bytes.count > limit { return false }
            // The first may be longer than asked for: somebody who asks for little still gets on.
            size += chunk.bytes.count
            chunks.append(chunk)
            return size < limit
        }
        return chunks
    }

    /// - Returns: nil when the chunk ends before `offset`.
    private static func chunk(
        _ row: SQLiteRow,
        of id: ExecutionID,
        attempt: Int,
        from offset: Int64
    ) throws -> LogChunk? {
        guard let stream = OutputStream(rawValue: row.text(1)) else {
            throw StoreFault.unreadable("'\(row.text(1))' is not an output stream")
        }
        var chunk = LogChunk(
            executionID: id,
            attempt: attempt,
            offset: row.integer(0),
            stream: stream,
            bytes: row.bytes(2)
        )
        let before = offset - chunk.offset
        if before >= Int64(chunk.bytes.count) { return nil }
        if before > 0 {
            chunk.bytes.removeFirst(Int(before))
            chunk.offset = offset
        }
        return chunk
    }
}
