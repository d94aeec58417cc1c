// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One short step of deleting what has become too old.
///
/// A step looks at a bounded number of rows whether they may go or not, so that those that must stay never make it long.
/// History is deleted as ranges of ids: ids begin with the time, so a range empties whole pages at the left edge of the
/// table, and new rows use them at the right one. A database stays the size of its retention.
struct Forgetting {
    /// Where the next step goes on: the key of the first row it looks at, or of the last one looked at.
    typealias Position = [RecordValue]

    private let db: Database
    private let bound: Timestamp
    private let limit: Int

    init(_ db: Database, before bound: Timestamp, limit: Int) {
        self.db = db
        self.bound = bound
        self.limit = limit
    }

    /// - Returns: what went, and where to go on; no position = the walk is over.
    func step(_ growth: Growth, from position: Position?) throws -> (Forgotten, Position?) {
        switch growth {
        case .executions:
            let step = try self.range(of: "execution", by: "id", from: position, "status NOT IN (1, 2)")
            for table in ["attempt", "output_preview", "placement_slot", "execution_output", "wave_member"] {
                try self.companions(table, from: position, to: step.1)
            }
            return step
        case .runs:
            let isUnused =
                "NOT EXISTS (SELECT 1 FROM execution AS e INDEXED BY execution_by_run WHERE e.run_id = run.id)"
            let step = try self.range(of: "run", by: "id", from: position, isUnused)
            try self.companions("own_work", of: "run", from: position, to: step.1)
            try WaveTable(self.db).deleteForgotten(
                from: position?.first ?? .bytes([]),
                to: step.1?.first ?? .id(ExecutionID.lowerBound(at: self.bound))
            )
            return step
        case .triggerKeys:
            let isUnused = "NOT EXISTS (SELECT 1 FROM run WHERE run.id = trigger_key.run_id)"
            return try self.range(of: "trigger_key", by: "run_id", from: position, isUnused)
        case .output: return try self.output(from: position)
        case .rollups: return try self.rollups(from: position)
        case .hostStatistics:
            let host = position?.first ?? .text("")
            let step = try HostStatisticsTable(self.db).prune(before: self.bound, after: host, limit: self.limit)
            return (Forgotten(count: step.count, isDone: step.next == nil), step.next.map { [$0] })
        case .jobVersions: return try self.jobVersions(from: position)
        case .groupSpans:
            let count = try SpanTable(self.db).prune(endedBefore: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .events:
            let count = try EventTable(self.db).prune(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .notifications:
            let count = try NotifyStateTable(self.db).prune(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .hookRepeats:
            let count = try HookTable(self.db).pruneRepetitions(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .hookCalls:
            let count = try HookTable(self.db).pruneDeliveries(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .backfills:
            let count = try BackfillTable(self.db).prune(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .approvals:
            let count = try ApprovalTable(self.db).prune(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .joinTokens:
            return try self.expired("join_token", "id IN (SELECT id FROM join_token WHERE expires_at < ? LIMIT ?)")
        case .audit:
            let count = try AuditTable(self.db).prune(before: self.bound, limit: self.limit)
            return (Forgotten(count: count, isDone: count < self.limit), nil)
        case .apiTokens:
            return try self.expired("api_token", "id IN (SELECT id FROM api_token WHERE expires_at < ? LIMIT ?)")
        case .sessions:
            return try self.expired(
                "user_session",
                "token_hash IN (SELECT token_hash FROM user_session WHERE expires_at <= ? LIMIT ?)"
            )
        }
    }

    /// Rows of a table whose key begins with the time.
    private func range(
        of table: String,
        by key: String,
        from position: Position?,
        _ condition: String
    ) throws -> (Forgotten, Position?) {
        let start = position?.first ?? .bytes([])
        let bound = RecordValue.id(ExecutionID.lowerBound(at: self.bound))
        let end = try self.db.first(
            "SELECT \(key) FROM \(table) WHERE \(key) >= ? AND \(key) < ? ORDER BY \(key) LIMIT 1 OFFSET ?",
            [start, bound, .number(self.limit)]
        ) { RecordValue.bytes($0.bytes(0)) }
        let count = try self.db.run(
            "DELETE FROM \(table) WHERE \(key) >= ? AND \(key) < ? AND \(condition)",
            [start, end ?? bound]
        )
        return (Forgotten(count: count, isDone: end == nil), end.map { [$0] })
    }

    /// Ends of attempts, and what is shown of their output, go with their executions; what the product did, with its runs.
    private func companions(
        _ table: String,
        of owner: String = "execution",
        from start: Position?,
        to end: Position?
    ) throws {
        try self.db.run(
            """
            DELETE FROM \(table) WHERE \(owner)_id >= ? AND \(owner)_id < ?
                AND NOT EXISTS (SELECT 1 FROM \(owner) WHERE \(owner).id = \(table).\(owner)_id)
            """,
            [start?.first ?? .bytes([]), end?.first ?? .id(ExecutionID.lowerBound(at: self.bound))]
        )
    }

    /// One execution may have many pieces, so the walk is by piece: those of older versions first.
    private func output(from position: Position?) throws -> (Forgotten, Position?) {
        if position == nil, case .postgres = self.db.connection {
            let days = OutputDays(self.db)
            try days.make(keeping: self.bound)
            if let count = try days.drop(before: self.bound) { return (Forgotten(count: count, isDone: false), nil) }
        }
        let isOld = position?.first != .text("log_piece")
        let table = isOld ? "log_chunk" : "log_piece"
        let (step, next) = try self.pieces(of: table, from: position.map { Position($0.dropFirst()) })
        if let next { return (step, [.text(table)] + next) }
        guard isOld else { return (step, nil) }
        return (Forgotten(count: step.count, isDone: false), [.text("log_piece")] + Self.firstPiece)
    }

    private static let firstPiece: Position = [.bytes([]), .integer(0), .integer(0)]

    private func pieces(of table: String, from position: Position?) throws -> (Forgotten, Position?) {
        let pieces = try self.db.all(
            """
            SELECT execution_id, attempt, byte_offset FROM \(table)
            WHERE (execution_id, attempt, byte_offset) > (?, ?, ?) AND execution_id < ?
            ORDER BY execution_id, attempt, byte_offset LIMIT ?
            """,
            (position ?? Self.firstPiece) + [.id(ExecutionID.lowerBound(at: self.bound)), .number(self.limit)]
        ) { row in (execution: row.bytes(0), attempt: row.integer(1), offset: row.integer(2)) }
        var gone: [Position] = []
        var kept: (execution: [UInt8], isThere: Bool)?
        for piece in pieces {
            if kept?.execution != piece.execution {
                let isThere = try self.exists("SELECT 1 FROM execution WHERE id = ?", [.bytes(piece.execution)])
                kept = (piece.execution, isThere)
            }
            guard kept?.isThere == false else { continue }
            gone.append([.bytes(piece.execution), .integer(piece.attempt), .integer(piece.offset)])
        }
        try self.db.runEach(
            "DELETE FROM \(table) WHERE execution_id = ? AND attempt = ? AND byte_offset = ?",
            gone
        )
        guard pieces.count == self.limit, let last = pieces.last else {
            return (Forgotten(count: gone.count, isDone: true), nil)
        }
        let next: Position = [.bytes(last.execution), .integer(last.attempt), .integer(last.offset)]
        return (Forgotten(count: gone.count, isDone: false), next)
    }

    /// By job, because hours are not what the table is ordered by.
    private func rollups(from position: Position?) throws -> (Forgotten, Position?) {
        var last = position?.first ?? .integer(-1)
        var count = 0
        for _ in 0..<self.limit {
            let job = try self.db.first("SELECT min(job_id) FROM execution_rollup WHERE job_id > ?", [last]) {
                $0.optionalInteger(0)
            }
            guard let job = job ?? nil else { return (Forgotten(count: count, isDone: true), nil) }
            count += try self.db.run(
                "DELETE FROM execution_rollup WHERE job_id = ? AND hour < ?",
                [.integer(job), .integer(RollupDeltas.hour(of: self.bound))]
            )
            last = .integer(job)
        }
        return (Forgotten(count: count, isDone: false), [last])
    }

    /// Versions that were replaced before the bound and that no open execution needs; those of a deleted job go with its
    /// last execution.
    private func jobVersions(from position: Position?) throws -> (Forgotten, Position?) {
        struct Version: Hashable {
            let job: JobID
            let number: Int64
        }
        let rows = try self.db.all(
            "SELECT rowid, uid, version, job_id, created_at FROM job_version WHERE rowid > ? ORDER BY rowid LIMIT ?",
            [position?.first ?? .integer(-1), .number(self.limit)]
        ) { row in
            (
                id: row.integer(0), uid: RecordValue.bytes(row.bytes(1)),
                version: Version(job: row.integer(3), number: row.integer(2)), createdAt: row.integer(4)
            )
        }
        let open = try Set(
            self.db.all(
                """
                SELECT DISTINCT job_id, job_version FROM execution INDEXED BY execution_by_status
                WHERE status IN (1, 2) AND status <> 3
                """
            ) { Version(job: $0.integer(0), number: $0.integer(1)) }
        )
        var count = 0
        for row in rows where row.createdAt < self.bound.milliseconds && !open.contains(row.version) {
            let current = try self.db.first("SELECT version FROM job WHERE uid = ?", [row.uid]) { $0.integer(0) }
            if let current {
                let replacedAt = try self.db.first(
                    "SELECT created_at FROM job_version WHERE uid = ? AND version > ? ORDER BY version LIMIT 1",
                    [row.uid, .integer(row.version.number)]
                ) { $0.integer(0) }
                guard row.version.number < current, (replacedAt ?? .max) < self.bound.milliseconds else { continue }
            } else {
                let job: [RecordValue] = [.integer(row.version.job)]
                guard
                    try !self.exists("SELECT 1 FROM execution INDEXED BY execution_by_job WHERE job_id = ?", job)
                else { continue }
                try self.db.run("DELETE FROM job_name WHERE job_id = ?", job)
            }
            count += try self.db.run("DELETE FROM job_version WHERE rowid = ?", [.integer(row.id)])
        }
        guard rows.count == self.limit, let last = rows.last else {
            return (Forgotten(count: count, isDone: true), nil)
        }
        return (Forgotten(count: count, isDone: false), [.integer(last.id)])
    }

    private func expired(_ table: String, _ condition: String) throws -> (Forgotten, Position?) {
        let count = try self.db.run(
            "DELETE FROM \(table) WHERE \(condition)",
            [.time(self.bound), .number(self.limit)]
        )
        return (Forgotten(count: count, isDone: count < self.limit), nil)
    }

    private func exists(_ sql: String, _ values: [RecordValue]) throws -> Bool {
        try self.db.first(sql + " LIMIT 1", values) { _ in true } ?? false
    }
}
