// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what is shown of long output beside its record.
struct PreviewTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// The beginning and the end of an execution's newest output, read from the pieces.
    func make(of execution: Execution) throws -> LogSlice {
        let logs = LogTable(self.db)
        let output = try AttemptOutputs(execution, self.db)
        let attempt = output.newest ?? output.last
        let state = try output.state(of: attempt)
        let id = execution.id
        let isLong = state.storedEnd > Int64(LogPreview.limit)
        let head = try logs.chunks(
            of: id,
            attempt: attempt,
            from: 0,
            limit: isLong ? LogPreview.headBytes : LogPreview.limit
        )
        let from = state.storedEnd - Int64(LogPreview.tailBytes)
        let tail =
            isLong ? try logs.chunks(of: id, attempt: attempt, from: from, limit: LogPreview.tailBytes) : []
        return LogSlice(
            attempt: attempt,
            lastAttempt: output.last,
            chunks: LogPreview.chunks(head: head, tail: tail, storedEnd: state.storedEnd),
            totalBytes: state.totalBytes,
            isTruncated: state.isTruncated,
            storedEnd: state.storedEnd,
            isComplete: state.isComplete,
            isOver: try output.isOver()
        )
    }

    /// Keeps what is shown of an execution that has ended with long output; of short output it is the output.
    func keep(_ execution: Execution) throws {
        guard try AttemptOutputs(execution, self.db).isOver() else { return }
        let preview = try self.make(of: execution)
        guard preview.storedEnd > Int64(LogPreview.limit) else { return }
        try self.save(preview, of: execution.id)
    }

    /// Keeps what is shown of an execution, short or long, before its output leaves the database.
    func keepBeforeArchiving(_ execution: Execution) throws {
        guard try self.find(execution.id) == nil else { return }
        try self.save(try self.make(of: execution), of: execution.id)
    }

    private func save(_ preview: LogSlice, of id: ExecutionID) throws {
        try self.db.run(
            """
            INSERT INTO output_preview (execution_id, attempt, last_attempt, total_bytes, stored_end, truncated, body)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (execution_id) DO UPDATE SET attempt = excluded.attempt, last_attempt = excluded.last_attempt,
                total_bytes = excluded.total_bytes, stored_end = excluded.stored_end, truncated = excluded.truncated,
                body = excluded.body
            """,
            [
                .id(id), .number(preview.attempt), .number(preview.lastAttempt), .integer(preview.totalBytes),
                .integer(preview.storedEnd), .flag(preview.isTruncated), .bytes(ChunkList.encode(preview.chunks)),
            ]
        )
    }

    func find(_ id: ExecutionID) throws -> LogSlice? {
        try self.db.first(
            """
            SELECT attempt, last_attempt, total_bytes, stored_end, truncated, body FROM output_preview
            WHERE execution_id = ?
            """,
            [.id(id)]
        ) { row in
            let attempt = Int(row.integer(0))
            return LogSlice(
                attempt: attempt,
                lastAttempt: Int(row.integer(1)),
                chunks: try ChunkList.decode(row.bytes(5), of: LogAttempt(execution: id, attempt: attempt)),
                totalBytes: row.integer(2),
                isTruncated: row.integer(4) == 1,
                storedEnd: row.integer(3),
                isComplete: true,
                isOver: true
            )
        }
    }

    func delete(_ id: ExecutionID) throws {
        try self.db.run("DELETE FROM output_preview WHERE execution_id = ?", [.id(id)])
    }
}
