// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on settings that people made.
struct ChosenSettingTable {
    private static let revisionKey = "settings.revision"

    let db: Database
    init(_ db: Database) { self.db = db }

    func all() throws -> StoredSettings {
        var values: [SettingKey: StoredSetting] = [:]
        let rows = try self.db.all("SELECT key, value, updated_at, updated_by FROM chosen_setting") { row in
            (key: row.text(0), value: row.text(1), at: row.time(2), by: row.text(3))
        }
        for row in rows {
            // A later version's; it finds them again.
            guard let key = SettingKey(rawValue: row.key), let value = key.rule.value(written: row.value) else {
                continue
            }
            values[key] = StoredSetting(value: value, updatedAt: row.at, updatedBy: row.by)
        }
        return StoredSettings(revision: try self.revision(), values: values)
    }

    func set(_ key: SettingKey, to value: SettingValue?, by change: Change) throws {
        guard let value else {
            try self.db.run("DELETE FROM chosen_setting WHERE key = ?", [.text(key.rawValue)])
            return
        }
        try self.db.run(
            """
            INSERT INTO chosen_setting (key, value, updated_at, updated_by) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at,
                updated_by = excluded.updated_by
            """,
            [.text(key.rawValue), .text(value.written), .time(change.at), .text(change.actor.name)]
        )
    }

    func revision() throws -> Int64 { try ConfigTable(self.db).setting(Self.revisionKey).flatMap { Int64($0) } ?? 0 }

    func raiseRevision() throws {
        try ConfigTable(self.db).setSetting(Self.revisionKey, to: String(try self.revision() + 1))
    }
}
