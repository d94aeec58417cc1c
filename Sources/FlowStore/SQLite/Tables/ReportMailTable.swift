// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on reports by mail.
struct ReportMailTable {
    private static let columns =
        "id, draft, created_by, created_at, updated_at, next_at, next_from, next_until, last_at"

    let db: Database
    init(_ db: Database) { self.db = db }

    private func mail(_ row: SQLiteRow) throws -> ReportMail {
        var next: ReportMail.Due?
        if let at = row.optionalTime(5), let from = row.optionalTime(6), let until = row.optionalTime(7) {
            next = ReportMail.Due(at: at, from: from, until: until)
        }
        return ReportMail(
            id: row.integer(0),
            draft: try JSONColumn.decode(row.text(1)),
            createdBy: row.text(2),
            createdAt: row.time(3),
            updatedAt: row.time(4),
            next: next,
            lastAt: row.optionalTime(8)
        )
    }

    func all() throws -> [ReportMail] {
        try self.db.all("SELECT \(Self.columns) FROM report_mail ORDER BY id") { try self.mail($0) }
    }

    func require(_ id: Int64) throws -> ReportMail {
        let found = try self.db.first("SELECT \(Self.columns) FROM report_mail WHERE id = ?", [.integer(id)]) {
            try self.mail($0)
        }
        guard let found else { throw StoreFault.noReportMail(id) }
        return found
    }

    func due(at now: Timestamp, limit: Int) throws -> [ReportMail] {
        try self.db.all(
            "SELECT \(Self.columns) FROM report_mail WHERE next_at <= ? ORDER BY next_at, id LIMIT ?",
            [.time(now), .number(limit)]
        ) { try self.mail($0) }
    }

    func insert(_ draft: ReportMailDraft, next: ReportMail.Due?, by change: Change) throws -> ReportMail {
        try self.db.run(
            """
            INSERT INTO report_mail (draft, created_by, created_at, updated_at, next_at, next_from, next_until)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(try JSONColumn.encode(draft)), .text(change.actor.name), .time(change.at), .time(change.at),
                .time(next?.at), .time(next?.from), .time(next?.until),
            ]
        )
        return try self.require(try self.db.lastInsertedRowID)
    }

    func update(_ mail: ReportMail) throws {
        try self.db.run(
            """
            UPDATE report_mail SET draft = ?, updated_at = ?, next_at = ?, next_from = ?, next_until = ? WHERE id = ?
            """,
            [
                .text(try JSONColumn.encode(mail.draft)), .time(mail.updatedAt), .time(mail.next?.at),
                .time(mail.next?.from), .time(mail.next?.until), .integer(mail.id),
            ]
        )
    }

    func delete(_ id: Int64) throws { try self.db.run("DELETE FROM report_mail WHERE id = ?", [.integer(id)]) }

    /// Goes on to the next one, but only from the one that is known.
    ///
    /// - Returns: false when it stands elsewhere, or says something else.
    func move(_ mail: ReportMail, to next: ReportMail.Due?, at now: Timestamp) throws -> Bool {
        try self.db.run(
            """
            UPDATE report_mail SET next_at = ?, next_from = ?, next_until = ?, last_at = ?
            WHERE id = ? AND next_at = ? AND draft = ?
            """,
            [
                .time(next?.at), .time(next?.from), .time(next?.until), .time(now), .integer(mail.id),
                .time(mail.next?.at), .text(try JSONColumn.encode(mail.draft)),
            ]
        ) == 1
    }
}
