// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on output.
///
/// New pieces go into `log_piece`; what an older version stored is in `log_chunk`, and of an attempt that was under way at the
/// upgrade it comes before the pieces.
struct LogTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// Where an attempt's output ends, in bytes and in lines.
    struct End: Hashable, Sendable {
        var offset: Int64 = 0
        var breaks: Int64 = 0
    }

    // MARK: Writing

    /// Adds chunks of one attempt, in their order; what is there already is left as it is.
    ///
    /// - Returns: those that are new, as they were stored.
    func append(_ chunks: [PreparedChunk], to attempt: LogAttempt) throws -> [LogChunk] {
        guard !chunks.isEmpty else { return [] }
        var end = try self.end(of: attempt)
        var new: [PreparedChunk] = []
        var places: [End] = []
        for chunk in chunks {
            guard let rest = chunk.suffix(from: end.offset) else { continue }
            new.append(rest)
            places.append(End(offset: rest.chunk.offset, breaks: end.breaks))
            end = End(offset: rest.chunk.end, breaks: end.breaks + rest.breaks)
        }
        try self.insert(zip(new, places).map { Self.values($0, of: attempt, $1.breaks) })
        return new.map(\.chunk)
    }

    /// Adds chunks that reports brought.
    ///
    /// An agent that took an attempt over tells its output from the beginning: what was streamed before is there already.
    ///
    /// - Parameter dropped: numbers of chunks that are not stored.
    /// - Returns: for each, whether something of it is new.
    func insert(_ chunks: [LogChunk], except dropped: Set<Int>) throws -> [Bool] {
        var isNew = [Bool](repeating: false, count: chunks.count)
        let kept = chunks.indices.filter { !dropped.contains($0) }
        var ends = try self.ends(of: Set(kept.map { chunks[$0].logAttempt }))
        var indices: [Int] = []
        var rows: [[RecordValue]] = []
        for index in kept {
            let chunk = chunks[index]
            let end = ends[chunk.logAttempt] ?? End()
            let prepared = PreparedChunk(chunk, compresses: chunk.bytes.count > Self.shortBytes)
            guard let rest = prepared.suffix(from: end.offset) else { continue }
            indices.append(index)
            rows.append(Self.values(rest, of: chunk.logAttempt, end.breaks))
            ends[chunk.logAttempt] = End(offset: rest.chunk.end, breaks: end.breaks + rest.breaks)
        }
        for (index, isStored) in zip(indices, try self.insert(rows)) { isNew[index] = isStored }
        return isNew
    }

    /// Where the output of attempts ends: one wait for all of them.
    private func ends(of attempts: Set<LogAttempt>) throws -> [LogAttempt: End] {
        let order = Array(attempts)
        let found = try self.db.firstEach(
            """
            SELECT coalesce((SELECT byte_end FROM log_piece WHERE execution_id = ?1 AND attempt = ?2
                    ORDER BY byte_offset DESC LIMIT 1),
                (SELECT byte_offset FROM log_chunk WHERE execution_id = ?1 AND attempt = ?2 LIMIT 1),
                (SELECT byte_end FROM archive_part WHERE execution_id = ?1 AND attempt = ?2 LIMIT 1), -1),
                coalesce((SELECT breaks_before + breaks FROM log_piece WHERE execution_id = ?1 AND attempt = ?2
                    ORDER BY byte_offset DESC LIMIT 1), -1)
            """,
            order.map { [.id($0.execution), .number($0.attempt)] }
        ) { End(offset: $0.integer(0), breaks: $0.integer(1)) }
        var ends: [LogAttempt: End] = [:]
        for (attempt, end) in zip(order, found) {
            guard let end, end.offset >= 0 else { continue }
            // Of an older version, or archived: that is seldom.
            ends[attempt] = end.breaks >= 0 ? end : try self.end(of: attempt)
        }
        return ends
    }

    /// What reports bring is not longer; to compress it would hold up the writer for little.
    private static let shortBytes = 8 << 10

    private static func values(_ piece: PreparedChunk, of attempt: LogAttempt, _ breaks: Int64) -> [RecordValue] {
        [
            .id(attempt.execution), .number(attempt.attempt), .integer(piece.chunk.offset), .integer(piece.chunk.end),
            .integer(breaks), .integer(piece.breaks), .text(piece.chunk.stream.rawValue), .number(piece.body.encoding),
            .bytes(piece.body.bytes),
        ]
    }

    @discardableResult
    private func insert(_ rows: [[RecordValue]]) throws -> [Bool] {
        guard !rows.isEmpty else { return [] }
        return try self.db.changesOfEach(
            """
            INSERT INTO log_piece (execution_id, attempt, byte_offset, byte_end, breaks_before, breaks, stream, encoding,
                body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (execution_id, attempt, byte_offset) DO NOTHING
            """,
            rows
        ).map { $0 == 1 }
    }

    /// Deletes what is in the archive now.
    func delete(_ part: ArchivedPart) throws {
        for table in ["log_piece", "log_chunk"] {
            try self.db.run(
                "DELETE FROM \(table) WHERE execution_id = ? AND attempt = ? AND byte_offset >= ? AND byte_offset < ?",
                [.id(part.execution), .number(part.attempt), .integer(part.offset), .integer(part.end)]
            )
        }
    }

    /// Deletes the first pieces of an execution, at most so many.
    ///
    /// - Returns: how many there were.
    func delete(_ count: Int, of id: ExecutionID) throws -> Int {
        var deleted = 0
        for table in ["log_chunk", "log_piece"] where deleted < count {
            deleted += try self.db.run(
                """
                DELETE FROM \(table) WHERE execution_id = ?1 AND (attempt, byte_offset) IN (
                    SELECT attempt, byte_offset FROM \(table) WHERE execution_id = ?1 ORDER BY attempt, byte_offset LIMIT ?2)
                """,
                [.id(id), .number(count - deleted)]
            )
        }
        return deleted
    }

    func deleteAll(of id: ExecutionID) throws {
        try self.db.run("DELETE FROM log_piece WHERE execution_id = ?", [.id(id)])
        try self.db.run("DELETE FROM log_chunk WHERE execution_id = ?", [.id(id)])
    }

    // MARK: Places

    /// Bytes stored of an attempt, as they were before they were compressed.
    func size(of attempt: LogAttempt) throws -> Int64 {
        try self.db.first(
            """
            SELECT coalesce((SELECT CAST(sum(byte_end - byte_offset) AS BIGINT) FROM log_piece
                    WHERE execution_id = ?1 AND attempt = ?2), 0)
                + coalesce((SELECT CAST(sum(length(bytes)) AS BIGINT) FROM log_chunk
                    WHERE execution_id = ?1 AND attempt = ?2), 0)
            """,
            [.id(attempt.execution), .number(attempt.attempt)]
        ) { $0.integer(0) } ?? 0
    }

    /// Attempts that have output in the database.
    func storedAttempts(of id: ExecutionID) throws -> [Int] {
        try self.db.all(
            """
            SELECT attempt FROM log_piece WHERE execution_id = ?1 UNION SELECT attempt FROM log_chunk WHERE execution_id = ?1
            ORDER BY attempt
            """,
            [.id(id)]
        ) { Int($0.integer(0)) }
    }

    func newestAttempt(of id: ExecutionID) throws -> Int? {
        try self.db.first(
            """
            SELECT max(number) FROM (SELECT max(attempt) AS number FROM log_piece WHERE execution_id = ?1
                UNION ALL SELECT max(attempt) AS number FROM log_chunk WHERE execution_id = ?1
                UNION ALL SELECT max(attempt) AS number FROM archive_part WHERE execution_id = ?1) AS newest
            """,
            [.id(id)]
        ) { $0.optionalNumber(0) } ?? nil
    }

    /// Where the last chunk ends.
    func end(of id: ExecutionID, attempt: Int) throws -> Int64 {
        try self.db.first(
            """
            SELECT coalesce((SELECT byte_end FROM log_piece WHERE execution_id = ?1 AND attempt = ?2
                    ORDER BY byte_offset DESC LIMIT 1),
                (SELECT byte_offset + length(bytes) FROM log_chunk WHERE execution_id = ?1 AND attempt = ?2
                    ORDER BY byte_offset DESC LIMIT 1),
                (SELECT byte_end FROM archive_part WHERE execution_id = ?1 AND attempt = ?2
                    ORDER BY byte_offset DESC LIMIT 1), 0)
            """,
            [.id(id), .number(attempt)]
        ) { $0.integer(0) } ?? 0
    }

    private func end(of attempt: LogAttempt) throws -> End {
        let key: [RecordValue] = [.id(attempt.execution), .number(attempt.attempt)]
        let end = try self.db.first(
            """
            SELECT byte_end, breaks_before + breaks FROM log_piece WHERE execution_id = ? AND attempt = ?
            ORDER BY byte_offset DESC LIMIT 1
            """,
            key
        ) { End(offset: $0.integer(0), breaks: $0.integer(1)) }
        if let end { return end }
        // Of an older version there is at most what one attempt may have been under way with.
        var old = End()
        try self.db.step(
            "SELECT byte_offset, bytes FROM log_chunk WHERE execution_id = ? AND attempt = ? ORDER BY byte_offset",
            key
        ) { row in
            let bytes = row.bytes(1)
            old = End(
                offset: row.integer(0) + Int64(bytes.count),
                breaks: old.breaks + LogChunk.lineBreaks(in: bytes[...])
            )
            return true
        }
        guard old == End() else { return old }
        // Output that comes when all before it is archived already goes on with the count of the last part there.
        let archived = try self.db.first(
            """
            SELECT byte_end, breaks_before FROM archive_part WHERE execution_id = ? AND attempt = ?
            ORDER BY byte_offset DESC LIMIT 1
            """,
            key
        ) { End(offset: $0.integer(0), breaks: $0.integer(1)) }
        return archived ?? End()
    }

    /// The last piece that begins at or before a byte, or before a line does.
    func mark(of attempt: LogAttempt, before place: LogPlace) throws -> LogMark {
        let (condition, value) =
            switch place {
            case .offset(let offset): ("byte_offset <= ?", offset)
            // A piece with as many breaks before it may begin within the line.
            case .line(let line): ("breaks_before < ?", line - 1)
            }
        for table in ["log_piece", "archive_part"] {
            let mark = try self.db.first(
                """
                SELECT byte_offset, breaks_before FROM \(table) WHERE execution_id = ? AND attempt = ? AND \(condition)
                ORDER BY byte_offset DESC LIMIT 1
                """,
                [.id(attempt.execution), .number(attempt.attempt), .integer(value)]
            ) { LogMark(attempt: attempt.attempt, offset: $0.integer(0), breaks: $0.integer(1)) }
            if let mark { return mark }
        }
        return LogMark(attempt: attempt.attempt, offset: 0, breaks: 0)
    }
}

extension LogChunk {
    fileprivate var logAttempt: LogAttempt { LogAttempt(execution: self.executionID, attempt: self.attempt) }
}
