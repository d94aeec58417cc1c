// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Statements on the configuration version and the server's settings.
struct ConfigTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func version() throws -> Int64 {
        try self.db.first("SELECT version FROM config_version WHERE id = 1") { $0.integer(0) } ?? 0
    }

    /// Once in each transaction that changes jobs, groups or memberships.
    func raiseVersion() throws { try self.db.run("UPDATE config_version SET version = version + 1 WHERE id = 1") }

    func groupRules() throws -> [GroupRule] {
        try self.setting(Self.groupRulesKey).map { try JSONColumn.decode($0) } ?? []
    }

    func setGroupRules(_ rules: [GroupRule]) throws {
        try self.setSetting(Self.groupRulesKey, to: try JSONColumn.encode(rules))
    }

    private static let groupRulesKey = "group.rules"

    func setting(_ key: String) throws -> String? {
        try self.db.first("SELECT value FROM setting WHERE key = ?", [.text(key)]) { $0.text(0) }
    }

    func setSetting(_ key: String, to value: String) throws {
        try self.db.run(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [.text(key), .text(value)]
        )
    }
}
