// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what is archived.
struct ArchiveTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns =
        "execution_id, attempt, byte_offset, byte_end, breaks_before, object, place, length, checksum"

    private static func decode(_ row: StoredRow) throws -> ArchivedPart {
        ArchivedPart(
            execution: try row.id(0),
            attempt: Int(row.integer(1)),
            offset: row.integer(2),
            end: row.integer(3),
            breaks: row.integer(4),
            object: row.text(5),
            position: Int(row.integer(6)),
            length: Int(row.integer(7)),
            checksum: row.bytes(8)
        )
    }

    /// The first part that reaches beyond an offset.
    func part(of id: ExecutionID, attempt: Int, from offset: Int64) throws -> ArchivedPart? {
        try self.db.first(
            """
            SELECT \(Self.columns) FROM archive_part WHERE execution_id = ? AND attempt = ? AND byte_end > ?
            ORDER BY byte_offset LIMIT 1
            """,
            [.id(id), .number(attempt), .integer(offset)]
        ) { try Self.decode($0) }
    }

    func insert(_ parts: [ArchivedPart]) throws {
        try self.db.runEach(
            "INSERT INTO archive_part (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            parts.map { part in
                [
                    .id(part.execution), .number(part.attempt), .integer(part.offset), .integer(part.end),
                    .integer(part.breaks), .text(part.object), .number(part.position), .number(part.length),
                    .bytes(part.checksum),
                ]
            }
        )
    }

    func deleteAll(of id: ExecutionID) throws {
        try self.db.run("DELETE FROM archive_part WHERE execution_id = ?", [.id(id)])
    }

    /// Deletes the first parts of an execution, at most so many.
    ///
    /// - Returns: how many there were.
    func delete(_ count: Int, of id: ExecutionID) throws -> Int {
        try self.db.run(
            """
            DELETE FROM archive_part WHERE execution_id = ?1 AND (attempt, byte_offset) IN (
                SELECT attempt, byte_offset FROM archive_part WHERE execution_id = ?1 ORDER BY attempt, byte_offset LIMIT ?2)
            """,
            [.id(id), .number(count)]
        )
    }

    /// Deletes parts of executions with an earlier nominal time that are gone.
    func deleteOrphans(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM archive_part WHERE (execution_id, attempt, byte_offset) IN (
                SELECT execution_id, attempt, byte_offset FROM archive_part
                WHERE execution_id < ?
                    AND NOT EXISTS (SELECT 1 FROM execution WHERE execution.id = archive_part.execution_id)
                LIMIT ?)
            """,
            [.id(ExecutionID.lowerBound(at: bound)), .number(limit)]
        )
    }

    /// Ended executions with an earlier nominal time that have output here or in the archive.
    func withOutput(before bound: Timestamp, limit: Int) throws -> [ExecutionID] {
        var ids: Set<ExecutionID> = []
        for table in ["archive_part", "log_piece", "log_chunk"] {
            ids.formUnion(
                try self.db.all(
                    """
                    SELECT DISTINCT execution_id FROM \(table) WHERE execution_id < ? AND EXISTS (
                        SELECT 1 FROM execution WHERE execution.id = \(table).execution_id AND status NOT IN (1, 2))
                    ORDER BY execution_id LIMIT ?
                    """,
                    [.id(ExecutionID.lowerBound(at: bound)), .number(limit)]
                ) { try $0.id(0) }
            )
        }
        return Array(ids.sorted().prefix(limit))
    }

    // MARK: Objects

    func begin(_ name: String, bytes: Int, at now: Timestamp) throws {
        try self.db.run(
            """
            INSERT INTO archive_object (name, bytes, begun_at, is_there) VALUES (?, ?, ?, 0)
            ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, begun_at = excluded.begun_at
            """,
            [.text(name), .number(bytes), .time(now)]
        )
    }

    /// - Returns: false when somebody gave the object up meanwhile.
    func finish(_ name: String) throws -> Bool {
        try self.db.run("UPDATE archive_object SET is_there = 1 WHERE name = ?", [.text(name)]) == 1
    }

    func unused(begunBefore bound: Timestamp, limit: Int) throws -> [String] {
        try self.db.all(
            """
            SELECT name FROM archive_object WHERE (is_there = 1 OR begun_at < ?)
                AND NOT EXISTS (SELECT 1 FROM archive_part WHERE archive_part.object = archive_object.name)
            ORDER BY name LIMIT ?
            """,
            [.time(bound), .number(limit)]
        ) { $0.text(0) }
    }

    func remove(_ name: String) throws {
        try self.db.run("DELETE FROM archive_object WHERE name = ?", [.text(name)])
    }

    func figures() throws -> ArchiveFigures {
        try self.db.first(
            """
            SELECT CAST(count(*) AS BIGINT), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM archive_object
            WHERE is_there = 1
            """
        ) { ArchiveFigures(objects: $0.integer(0), bytes: $0.integer(1)) } ?? ArchiveFigures()
    }
}
