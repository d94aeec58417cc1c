// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on views of lists.
struct SavedViewTable {
    private static let columns = "id, user_id, list, name, query, updated_at"

    let db: Database
    init(_ db: Database) { self.db = db }

    private func view(_ row: SQLiteRow) throws -> SavedView {
        guard let list = SavedView.List(rawValue: row.text(2)) else {
            throw StoreFault.unreadable("'\(row.text(2))' is not a list with views")
        }
        return SavedView(
            id: row.integer(0),
            owner: row.integer(1),
            list: list,
            name: row.text(3),
            query: try JSONColumn.decode(row.text(4)),
            updatedAt: row.time(5)
        )
    }

    func all(of owner: UserID) throws -> [SavedView] {
        try self.db.all(
            "SELECT \(Self.columns) FROM saved_view WHERE user_id = ? ORDER BY list, id",
            [.integer(owner)]
        ) { try self.view($0) }
    }

    func find(_ name: String, of list: SavedView.List, owner: UserID) throws -> SavedView? {
        try self.db.first(
            "SELECT \(Self.columns) FROM saved_view WHERE user_id = ? AND list = ? AND name = ?",
            [.integer(owner), .text(list.rawValue), .text(name)]
        ) { try self.view($0) }
    }

    func count(of list: SavedView.List, owner: UserID) throws -> Int {
        try self.db.first(
            "SELECT count(*) FROM saved_view WHERE user_id = ? AND list = ?",
            [.integer(owner), .text(list.rawValue)]
        ) { $0.number(0) } ?? 0
    }

    func insert(_ view: SavedView) throws -> Int64 {
        try self.db.run(
            "INSERT INTO saved_view (user_id, list, name, query, updated_at) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(view.owner), .text(view.list.rawValue), .text(view.name),
                .text(try JSONColumn.encode(view.query)), .time(view.updatedAt),
            ]
        )
        return try self.db.lastInsertedRowID
    }

    func update(_ id: Int64, query: [String: String], at now: Timestamp) throws {
        try self.db.run(
            "UPDATE saved_view SET query = ?, updated_at = ? WHERE id = ?",
            [.text(try JSONColumn.encode(query)), .time(now), .integer(id)]
        )
    }

    /// - Returns: whether there was one of this owner.
    func delete(_ id: Int64, of owner: UserID) throws -> Bool {
        try self.db.run("DELETE FROM saved_view WHERE id = ? AND user_id = ?", [.integer(id), .integer(owner)]) == 1
    }

    func deleteAll(of owner: UserID) throws {
        try self.db.run("DELETE FROM saved_view WHERE user_id = ?", [.integer(owner)])
    }
}
