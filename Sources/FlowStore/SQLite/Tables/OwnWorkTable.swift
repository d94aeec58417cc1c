// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what the product did for itself.
struct OwnWorkTable {
    private static let columns = "started_at, finished_at, units"
    /// Rows that go in one step, more than one step adds.
    private static let excess = 50

    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ id: RunID, kind: String) throws -> OwnWork? {
        guard let kind = OwnWork.Kind(rawValue: kind) else { return nil }
        return try self.db.first("SELECT \(Self.columns) FROM own_work WHERE run_id = ?", [.id(id)]) { row in
            OwnWork(kind, try JSONColumn.decode(row.text(2)), from: row.time(0), until: row.time(1))
        }
    }

    func save(_ work: OwnWork) throws {
        try self.db.run(
            """
            INSERT INTO own_work (run_id, started_at, finished_at, failed, units) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at,
                failed = excluded.failed, units = excluded.units
            """,
            [
                .id(work.id), .time(work.startedAt), .time(work.finishedAt),
                .number(work.tally.counts[.failure] ?? 0), .text(try JSONColumn.encode(work.units)),
            ]
        )
    }

    /// Keeps the newest.
    func trim(to limit: Int) throws {
        let ids = try self.db.all(
            "SELECT run_id FROM own_work ORDER BY run_id DESC LIMIT ? OFFSET ?",
            [.number(Self.excess), .number(limit)]
        ) { RecordValue.bytes($0.bytes(0)) }
        for id in ids {
            try self.db.run("DELETE FROM run WHERE id = ?", [id])
            try self.db.run("DELETE FROM own_work WHERE run_id = ?", [id])
        }
    }
}
