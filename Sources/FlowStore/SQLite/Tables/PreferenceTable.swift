// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what people have chosen for their own eyes.
struct PreferenceTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func all(of owner: UserID) throws -> [String: String] {
        let rows = try self.db.all(
            "SELECT name, value FROM user_preference WHERE user_id = ? ORDER BY name",
            [.integer(owner)]
        ) { ($0.text(0), $0.text(1)) }
        return Dictionary(rows) { $1 }
    }

    func set(_ name: String, to value: String, of owner: UserID) throws {
        try self.db.run(
            """
            INSERT INTO user_preference (user_id, name, value) VALUES (?, ?, ?)
                ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value
            """,
            [.integer(owner), .text(name), .text(value)]
        )
    }

    func delete(_ name: String, of owner: UserID) throws {
        try self.db.run("DELETE FROM user_preference WHERE user_id = ? AND name = ?", [.integer(owner), .text(name)])
    }

    func deleteAll(of owner: UserID) throws {
        try self.db.run("DELETE FROM user_preference WHERE user_id = ?", [.integer(owner)])
    }
}
