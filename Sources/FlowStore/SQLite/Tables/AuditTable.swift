// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the audit.
struct AuditTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// Writes the row of a change, in the change's own transaction.
    func record<Value: Encodable>(
        _ change: Change,
        _ action: AuditAction,
        _ object: AuditObject,
        groups: [GroupID] = [],
        before: Value? = nil,
        after: Value? = nil
    ) throws {
        try self.insert(
            AuditEntry(
                change: change,
                action: action,
                object: object,
                groups: Array(Set(groups)),
                flags: Self.flags(of: change),
                diff: try AuditDiff.text(before: before, after: after)
            )
        )
    }

    /// A change that has no before and after, such as a sign-in, or whose difference is known already.
    func record(
        _ change: Change,
        _ action: AuditAction,
        _ object: AuditObject,
        groups: [GroupID] = [],
        diff: String? = nil
    ) throws {
        try self.insert(
            AuditEntry(
                change: change,
                action: action,
                object: object,
                groups: Array(Set(groups)),
                flags: Self.flags(of: change),
                diff: diff
            )
        )
    }

    private static func flags(of change: Change) -> [String] {
        (change.isEmergency ? ["break_glass"] : []) + (change.approval == nil ? [] : ["two_person"])
    }

    /// Pairs of users of whom one made the other's account, set its password or enabled it.
    ///
    /// What was done on the server's own host is not here: that is the way out.
    func kin(since: Timestamp) throws -> [(UserID, UserID)] {
        try self.db.all(
            """
            SELECT actor_id, object_id FROM audit WHERE at >= ? AND actor_kind = 'user' AND object_kind = 'user'
                AND action IN ('user.create', 'user.password', 'user.enable') AND outcome = 'ok' AND actor_id <> object_id
            """,
            [.time(since)]
        ) { (UserID($0.text(0)) ?? 0, UserID($0.text(1)) ?? 0) }
    }

    func insert(_ entry: AuditEntry) throws {
        try self.db.run(
            """
            INSERT INTO audit (\(AuditRecord.valueColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            try AuditRecord.values(entry)
        )
    }

    /// Newest first.
    func page(_ query: AuditQuery, countingTo bound: Int) throws -> Page<AuditEntry> {
        let (filter, values) = try self.filter(query)
        let total =
            try self.db.first(
                "SELECT count(*) FROM (SELECT 1 FROM audit\(filter) LIMIT ?)",
                values + [.number(bound + 1)]
            ) { $0.number(0) } ?? 0
        return Page(items: try self.rows(query), total: min(total, bound), isTotalExact: total <= bound)
    }

    /// Newest first.
    func rows(_ query: AuditQuery) throws -> [AuditEntry] {
        let (filter, values) = try self.filter(query)
        return try self.db.all(
            "SELECT \(AuditRecord.columns) FROM audit\(filter) ORDER BY id DESC LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try AuditRecord.decode($0) }
    }

    private func filter(_ query: AuditQuery) throws -> (sql: String, values: [RecordValue]) {
        var conditions: [String] = []
        var values: [RecordValue] = []
        func add(_ condition: String, _ value: RecordValue?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("at >= ?", query.since.map { .time($0) })
        add("at < ?", query.until.map { .time($0) })
        add("actor_name = ?", query.actor.map { .text($0) })
        add("action = ?", query.action.map { .text($0.rawValue) })
        add("object_kind = ?", query.objectKind.map { .text($0) })
        add("object_id = ?", query.objectID.map { .text($0) })
        add("outcome = ?", query.outcome.map { .text($0.rawValue) })
        add("id < ?", query.below.map { .integer($0) })
        if let scope = try ScopeCondition.audit(query.scope) {
            conditions.append(scope.sql)
            values += scope.values
        }
        return (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "), values)
    }

    func unsealed(limit: Int) throws -> [AuditEntry] {
        try self.db.all(
            "SELECT \(AuditRecord.columns) FROM audit WHERE hash IS NULL ORDER BY id LIMIT ?",
            [.number(limit)]
        ) { try AuditRecord.decode($0) }
    }

    func sealed(of chain: String, after sequence: Int64, limit: Int) throws -> [AuditEntry] {
        try self.db.all(
            "SELECT \(AuditRecord.columns) FROM audit WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?",
            [.text(chain), .integer(sequence), .number(limit)]
        ) { try AuditRecord.decode($0) }
    }

    func seal(_ id: Int64, _ seal: AuditEntry.Seal) throws -> Bool {
        try self.db.run(
            "UPDATE audit SET chain = ?, seq = ?, kid = ?, hash = ? WHERE id = ? AND hash IS NULL",
            [.text(seal.chain), .integer(seal.sequence), .text(seal.kid), .bytes(seal.hash), .integer(id)]
        ) == 1
    }

    func chains() throws -> [AuditChainState] {
        try self.db.all("SELECT chain, seq, hash, anchor_seq, anchor_hash FROM audit_chain ORDER BY chain") { row in
            let chain = row.text(0)
            return AuditChainState(
                head: AuditHead(chain: chain, sequence: row.integer(1), hash: row.bytes(2)),
                anchor: row.isNull(3) ? nil : AuditHead(chain: chain, sequence: row.integer(3), hash: row.bytes(4))
            )
        }
    }

    func head(of chain: String) throws -> AuditHead? {
        try self.db.first("SELECT seq, hash FROM audit_chain WHERE chain = ?", [.text(chain)]) {
            AuditHead(chain: chain, sequence: $0.integer(0), hash: $0.bytes(1))
        }
    }

    func setHead(_ head: AuditHead) throws {
        try self.db.run(
            """
            INSERT INTO audit_chain (chain, seq, hash) VALUES (?, ?, ?)
            ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
            """,
            [.text(head.chain), .integer(head.sequence), .bytes(head.hash)]
        )
    }

    /// Takes the oldest sealed rows; each chain keeps the last hash that went as its anchor.
    ///
    /// Only a chain's beginning goes, never a row from its middle: a clock that was wrong for a while leaves rows that
    /// wait for those before them.
    func prune(before time: Timestamp, limit: Int) throws -> Int {
        var removed = 0
        for state in try self.chains() where removed < limit {
            let first = (state.anchor?.sequence ?? 0) + 1
            let rows = try self.db.all(
                "SELECT seq, hash, at FROM audit WHERE chain = ? AND seq >= ? ORDER BY seq LIMIT ?",
                [.text(state.head.chain), .integer(first), .number(limit - removed)]
            ) { (sequence: $0.integer(0), hash: $0.bytes(1), at: $0.time(2)) }
            guard let last = rows.prefix(while: { $0.at < time }).last else { continue }
            removed += try self.db.run(
                "DELETE FROM audit WHERE chain = ? AND seq BETWEEN ? AND ?",
                [.text(state.head.chain), .integer(first), .integer(last.sequence)]
            )
            try self.db.run(
                "UPDATE audit_chain SET anchor_seq = ?, anchor_hash = ? WHERE chain = ?",
                [.integer(last.sequence), .bytes(last.hash), .text(state.head.chain)]
            )
        }
        return removed
    }
}
