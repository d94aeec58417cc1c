// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on webhooks, and on what was called by them.
struct HookTable {
    private static let columns = """
        id, job_id, name, format, addresses, mapping, conditions, enabled, secret, older_secret, older_until, owner, topic, \
        file, created_at, updated_at
        """

    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: Webhooks

    func insert(_ hook: Hook) throws {
        try self.db.run(
            "INSERT INTO hook (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [.id(hook.id), .integer(hook.job)] + (try Self.values(hook)) + [
                .time(hook.createdAt), .time(hook.updatedAt),
            ]
        )
    }

    func update(_ hook: Hook) throws {
        try self.db.run(
            """
            UPDATE hook SET name = ?, format = ?, addresses = ?, mapping = ?, conditions = ?, enabled = ?, secret = ?,
                older_secret = ?, older_until = ?, owner = ?, topic = ?, file = ?, updated_at = ? WHERE id = ?
            """,
            (try Self.values(hook)) + [.time(hook.updatedAt), .id(hook.id)]
        )
    }

    func delete(_ id: HookID) throws { try self.db.run("DELETE FROM hook WHERE id = ?", [.id(id)]) }

    func find(_ id: HookID) throws -> Hook? {
        try self.db.first("SELECT \(Self.columns) FROM hook WHERE id = ?", [.id(id)]) { try Self.decode($0) }
    }

    func require(_ id: HookID) throws -> Hook {
        guard let hook = try self.find(id) else { throw StoreFault.noHook(id) }
        return hook
    }

    func of(job: JobID) throws -> [Hook] {
        try self.db.all("SELECT \(Self.columns) FROM hook WHERE job_id = ? ORDER BY name", [.integer(job)]) {
            try Self.decode($0)
        }
    }

    /// - Parameter topic: nil = whatever it is.
    func of(format: HookFormat, topic: String?) throws -> [Hook] {
        guard let topic else {
            return try self.db.all(
                "SELECT \(Self.columns) FROM hook WHERE format = ? ORDER BY id",
                [.text(format.rawValue)]
            ) {
                try Self.decode($0)
            }
        }
        return try self.db.all(
            "SELECT \(Self.columns) FROM hook WHERE topic = ? AND format = ? ORDER BY id",
            [.text(topic), .text(format.rawValue)]
        ) { try Self.decode($0) }
    }

    func all() throws -> [Hook] {
        try self.db.all("SELECT \(Self.columns) FROM hook ORDER BY id") { try Self.decode($0) }
    }

    private static func values(_ hook: Hook) throws -> [RecordValue] {
        [
            .text(hook.draft.name), .text(hook.draft.format.rawValue),
            .text(try JSONColumn.encode(hook.draft.addresses.map(\.description))),
            .text(try JSONColumn.encode(hook.draft.mapping)), .text(try JSONColumn.encode(hook.draft.conditions)),
            .flag(hook.draft.isEnabled), .text(hook.secret), .text(hook.older), .time(hook.olderUntil),
            .integer(hook.owner), .text(hook.draft.topic),
            .text(try hook.draft.file.map { try JSONColumn.encode($0) }),
        ]
    }

    private static func decode(_ row: some RecordRow) throws -> Hook {
        guard let format = HookFormat(rawValue: row.text(3)) else {
            throw StoreFault.unreadable("'\(row.text(3))' is no format of a webhook")
        }
        let addresses: [String] = try JSONColumn.decode(row.text(4))
        let ranges = addresses.compactMap { AddressRange($0) }
        // One that is lost would let everybody in.
        guard ranges.count == addresses.count else { throw StoreFault.unreadable("the addresses of a webhook") }
        return Hook(
            id: try row.id(0),
            job: row.integer(1),
            draft: HookDraft(
                name: row.text(2),
                format: format,
                topic: row.optionalText(12),
                file: try row.optionalText(13).map { try JSONColumn.decode($0) },
                addresses: ranges,
                mapping: try JSONColumn.decode(row.text(5)),
                conditions: try JSONColumn.decode(row.text(6)),
                isEnabled: row.flag(7)
            ),
            secret: row.text(8),
            older: row.optionalText(9),
            olderUntil: row.optionalTime(10),
            owner: row.integer(11),
            createdAt: row.time(14),
            updatedAt: row.time(15)
        )
    }

    // MARK: Hosts that join

    func noteJoin(of agent: AgentID, at now: Timestamp) throws {
        try self.db.run(
            "INSERT INTO host_join (agent, at) VALUES (?, ?) ON CONFLICT (agent) DO NOTHING",
            [.agent(agent), .time(now)]
        )
    }

    func joins(before bound: Timestamp, limit: Int) throws -> [(agent: AgentID, at: Timestamp)] {
        try self.db.all(
            "SELECT agent, at FROM host_join WHERE at <= ? ORDER BY at, agent LIMIT ?",
            [.time(bound), .number(limit)]
        ) { (try $0.agent(0), $0.time(1)) }
    }

    func endJoins(of agents: [AgentID]) throws {
        try self.db.runEach("DELETE FROM host_join WHERE agent = ?", agents.map { [.agent($0)] })
    }

    // MARK: Repetitions

    func run(of key: String, by hook: HookID, since: Timestamp) throws -> RunID? {
        try self.db.first(
            "SELECT run_id FROM hook_seen WHERE hook_id = ? AND repeat_key = ? AND at > ?",
            [.id(hook), .text(key), .time(since)]
        ) { try $0.id(0) }
    }

    func remember(_ key: String, by hook: HookID, run: RunID, at now: Timestamp) throws {
        try self.db.run(
            """
            INSERT INTO hook_seen (hook_id, repeat_key, run_id, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (hook_id, repeat_key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at
            """,
            [.id(hook), .text(key), .id(run), .time(now)]
        )
    }

    func pruneRepetitions(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM hook_seen WHERE (hook_id, repeat_key) IN
                (SELECT hook_id, repeat_key FROM hook_seen WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [.time(bound), .number(limit)]
        )
    }

    // MARK: Calls

    func insert(_ delivery: HookDelivery) throws {
        try self.db.run(
            """
            INSERT INTO hook_delivery (hook_id, at, outcome, detail, run_id, address, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(delivery.hook), .time(delivery.at), .text(delivery.outcome.rawValue), .text(delivery.detail),
                .id(delivery.run), .text(delivery.address), .number(delivery.bytes),
            ]
        )
        // A caller that never stops must not fill the disk before its calls are old.
        let id = try self.db.lastInsertedRowID
        // A message writes one for each of its listeners, always in the same order: a prime above how many there can be, so
        // that each one's turn comes.
        guard id % 101 == 0 else { return }
        try self.db.run(
            """
            DELETE FROM hook_delivery WHERE hook_id = ?1 AND id <= coalesce(
                (SELECT id FROM hook_delivery WHERE hook_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2), 0)
            """,
            [.id(delivery.hook), .number(Hook.deliveryLimit)]
        )
    }

    func deliveries(of hook: HookID, _ page: PageRequest) throws -> Page<HookDelivery> {
        let total =
            try self.db.first("SELECT count(*) FROM hook_delivery WHERE hook_id = ?", [.id(hook)]) {
                $0.number(0)
            } ?? 0
        let items = try self.db.all(
            """
            SELECT id, hook_id, at, outcome, detail, run_id, address, bytes FROM hook_delivery
            WHERE hook_id = ? ORDER BY id DESC LIMIT ? OFFSET ?
            """,
            [.id(hook), .number(page.size), .number(page.offset)]
        ) { row in
            guard let outcome = HookDelivery.Outcome(rawValue: row.text(3)) else {
                throw StoreFault.unreadable("'\(row.text(3))' is no outcome of a webhook's call")
            }
            return HookDelivery(
                id: row.integer(0),
                hook: try row.id(1),
                at: row.time(2),
                outcome: outcome,
                detail: row.optionalText(4),
                run: try row.optionalID(5),
                address: row.optionalText(6),
                bytes: row.number(7)
            )
        }
        return Page(items: items, total: total)
    }

    func pruneDeliveries(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            "DELETE FROM hook_delivery WHERE id IN (SELECT id FROM hook_delivery WHERE at < ? ORDER BY at LIMIT ?)",
            [.time(bound), .number(limit)]
        )
    }
}
