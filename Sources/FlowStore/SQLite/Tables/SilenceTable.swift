// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on silences.
struct SilenceTable {
    private static let columns =
        "id, match, groups, reason, created_by, created_at, until, ended_at, ended_by, caught, last_caught_at"

    let db: Database
    init(_ db: Database) { self.db = db }

    private func silence(_ row: SQLiteRow) throws -> NotifySilence {
        NotifySilence(
            id: row.integer(0),
            match: try JSONColumn.decode(row.text(1)),
            groups: try JSONColumn.decode(row.text(2)),
            reason: row.text(3),
            createdBy: row.text(4),
            createdAt: row.time(5),
            until: row.time(6),
            endedAt: row.optionalTime(7),
            endedBy: row.optionalText(8),
            caught: row.number(9),
            lastCaughtAt: row.optionalTime(10)
        )
    }

    func unsettled() throws -> [NotifySilence] {
        try self.db.all("SELECT \(Self.columns) FROM notify_silence WHERE settled_at IS NULL ORDER BY id") {
            try self.silence($0)
        }
    }

    func find(_ id: Int64, in scope: Scope) throws -> NotifySilence? {
        let condition = try ScopeCondition.notifications(scope, table: "notify_silence")
        return try self.db.first(
            "SELECT \(Self.columns) FROM notify_silence WHERE id = ?" + (condition.map { " AND " + $0.sql } ?? ""),
            [.integer(id)] + (condition?.values ?? [])
        ) { try self.silence($0) }
    }

    func page(
        _ state: NotifySilence.State?,
        _ page: PageRequest,
        in scope: Scope,
        at now: Timestamp,
        countingTo bound: Int
    ) throws -> Page<NotifySilence> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        switch state {
        case .active: conditions.append("ended_at IS NULL AND until > ?")
        case .ended: conditions.append("(ended_at IS NOT NULL OR until <= ?)")
        case nil: break
        }
        if state != nil { values.append(.time(now)) }
        if let scope = try ScopeCondition.notifications(scope, table: "notify_silence") {
            conditions.append(scope.sql)
            values += scope.values
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total =
            try self.db.first(
                "SELECT count(*) FROM (SELECT 1 FROM notify_silence\(filter) LIMIT ?)",
                values + [.number(bound + 1)]
            ) { $0.number(0) } ?? 0
        let items = try self.db.all(
            "SELECT \(Self.columns) FROM notify_silence\(filter) ORDER BY id DESC LIMIT ? OFFSET ?",
            values + [.number(page.size), .number(page.offset)]
        ) { try self.silence($0) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    func insert(_ draft: SilenceDraft, by change: Change) throws -> NotifySilence {
        try self.db.run(
            """
            INSERT INTO notify_silence (match, groups, reason, created_by, created_at, until) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(try JSONColumn.encode(draft.match)), .text(try JSONColumn.encode(draft.groups)),
                .text(draft.reason), .text(change.actor.name), .time(change.at), .time(draft.until),
            ]
        )
        return NotifySilence(
            id: try self.db.lastInsertedRowID,
            match: draft.match,
            groups: draft.groups,
            reason: draft.reason,
            createdBy: change.actor.name,
            createdAt: change.at,
            until: draft.until
        )
    }

    func end(_ silence: NotifySilence) throws {
        try self.db.run(
            "UPDATE notify_silence SET ended_at = ?, ended_by = ? WHERE id = ?",
            [.time(silence.endedAt), .text(silence.endedBy), .integer(silence.id)]
        )
    }

    /// Columns that people don't write, so that neither writes over the other.
    func note(_ caught: NotifyChanges.Caught) throws {
        try self.db.run(
            "UPDATE notify_silence SET caught = caught + ?, last_caught_at = ? WHERE id = ?",
            [.number(caught.count), .time(caught.at), .integer(caught.silence)]
        )
    }

    func settle(_ id: Int64, at now: Timestamp) throws {
        try self.db.run("UPDATE notify_silence SET settled_at = ? WHERE id = ?", [.time(now), .integer(id)])
    }

    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM notify_silence WHERE id IN
                (SELECT id FROM notify_silence WHERE settled_at < ? LIMIT ?)
            """,
            [.time(bound), .number(limit)]
        )
    }
}
