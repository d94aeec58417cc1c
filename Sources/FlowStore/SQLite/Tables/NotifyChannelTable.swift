// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on channels and on rules that stand by themselves.
struct NotifyChannelTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns = "id, name, kind, is_enabled, settings, secrets, created_at, updated_at"

    private func channel(_ row: SQLiteRow) throws -> NotifyChannel {
        guard let kind = NotifyChannel.Kind(rawValue: row.text(2)) else {
            throw StoreFault.unreadable("'\(row.text(2))' is not a kind of channel")
        }
        return NotifyChannel(
            id: row.integer(0),
            draft: NotifyChannelDraft(
                name: row.text(1),
                kind: kind,
                isEnabled: row.flag(3),
                settings: try JSONColumn.decode(row.text(4)),
                secrets: try JSONColumn.decode(row.text(5))
            ),
            createdAt: row.time(6),
            updatedAt: row.time(7)
        )
    }

    func channels() throws -> [NotifyChannel] {
        try self.db.all("SELECT \(Self.columns) FROM notify_channel ORDER BY id") { try self.channel($0) }
    }

    func requireChannel(_ id: Int64) throws -> NotifyChannel {
        let found = try self.db.first("SELECT \(Self.columns) FROM notify_channel WHERE id = ?", [.integer(id)]) {
            try self.channel($0)
        }
        guard let found else { throw StoreFault.noNotifyChannel(id) }
        return found
    }

    func requireFree(_ name: String, except id: Int64?) throws {
        let other = try self.db.first("SELECT id FROM notify_channel WHERE name = ?", [.text(name)]) { $0.integer(0) }
        guard other == nil || other == id else { throw StoreFault.channelNameTaken(name) }
    }

    func insert(_ draft: NotifyChannelDraft, at now: Timestamp) throws -> NotifyChannel {
        try self.db.run(
            """
            INSERT INTO notify_channel (name, kind, is_enabled, settings, secrets, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            try self.values(draft) + [.time(now), .time(now)]
        )
        return NotifyChannel(id: try self.db.lastInsertedRowID, draft: draft, createdAt: now, updatedAt: now)
    }

    func update(_ channel: NotifyChannel) throws {
        try self.db.run(
            """
            UPDATE notify_channel SET name = ?, kind = ?, is_enabled = ?, settings = ?, secrets = ?, updated_at = ?
            WHERE id = ?
            """,
            try self.values(channel.draft) + [.time(channel.updatedAt), .integer(channel.id)]
        )
    }

    private func values(_ draft: NotifyChannelDraft) throws -> [RecordValue] {
        [
            .text(draft.name), .text(draft.kind.rawValue), .flag(draft.isEnabled),
            .text(try JSONColumn.encode(draft.settings)), .text(try JSONColumn.encode(draft.secrets)),
        ]
    }

    func deleteChannel(_ id: Int64) throws {
        try self.db.run("DELETE FROM notify_channel WHERE id = ?", [.integer(id)])
    }

    // MARK: Rules

    private func rule(_ row: SQLiteRow) throws -> OwnNotifyRule {
        OwnNotifyRule(
            id: row.integer(0),
            rule: try JSONColumn.decode(row.text(1)),
            match: try JSONColumn.decode(row.text(2)),
            createdAt: row.time(3),
            updatedAt: row.time(4)
        )
    }

    func rules() throws -> [OwnNotifyRule] {
        try self.db.all("SELECT id, rule, match, created_at, updated_at FROM notify_rule ORDER BY id") {
            try self.rule($0)
        }
    }

    func requireRule(_ id: Int64) throws -> OwnNotifyRule {
        let found = try self.db.first(
            "SELECT id, rule, match, created_at, updated_at FROM notify_rule WHERE id = ?",
            [.integer(id)]
        ) { try self.rule($0) }
        guard let found else { throw StoreFault.noNotifyRule(id) }
        return found
    }

    func insert(_ rule: NotifyRule, _ match: NotifyMatch, at now: Timestamp) throws -> OwnNotifyRule {
        try self.db.run(
            "INSERT INTO notify_rule (rule, match, created_at, updated_at) VALUES (?, ?, ?, ?)",
            [.text(try JSONColumn.encode(rule)), .text(try JSONColumn.encode(match)), .time(now), .time(now)]
        )
        return OwnNotifyRule(
            id: try self.db.lastInsertedRowID,
            rule: rule,
            match: match,
            createdAt: now,
            updatedAt: now
        )
    }

    func update(_ rule: OwnNotifyRule) throws {
        try self.db.run(
            "UPDATE notify_rule SET rule = ?, match = ?, updated_at = ? WHERE id = ?",
            [
                .text(try JSONColumn.encode(rule.rule)), .text(try JSONColumn.encode(rule.match)),
                .time(rule.updatedAt), .integer(rule.id),
            ]
        )
    }

    func deleteRule(_ id: Int64) throws {
        try self.db.run("DELETE FROM notify_rule WHERE id = ?", [.integer(id)])
    }
}
