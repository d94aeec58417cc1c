// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on requests that wait for another person.
struct ApprovalTable {
    private static let columns = """
        id, action, object_kind, object_id, object_name, version, groups, payload, digest, requester, requester_name, reason, \
        created_at, state, decider, decider_name, remark, decided_at, outcome, likeness
        """

    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ approval: Approval) throws {
        try self.db.run(
            """
            INSERT INTO approval (id, action, object_kind, object_id, object_name, version, groups, payload, digest, requester,
                requester_name, reason, created_at, expires_at, state, likeness)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(approval.id), .text(approval.action.rawValue), .text(approval.object.kind),
                .text(approval.object.id),
                .text(approval.object.name), approval.version.map { .integer($0) } ?? .null,
                .text(try JSONColumn.encode(approval.groups)), .text(approval.payload), .text(approval.digest),
                .integer(approval.requester), .text(approval.requesterName), .text(approval.reason),
                .time(approval.createdAt), .time(approval.expiresAt), .text(approval.state.rawValue),
                .text(approval.likeness),
            ]
        )
    }

    /// Writes what came of it.
    func update(_ approval: Approval, at now: Timestamp) throws {
        try self.db.run(
            """
            UPDATE approval SET state = ?, decider = ?, decider_name = ?, remark = ?, decided_at = ?, outcome = ?, ended_at = ?
            WHERE id = ?
            """,
            [
                .text(approval.state.rawValue), approval.decider.map { .integer($0) } ?? .null,
                .text(approval.deciderName), .text(approval.comment), .time(approval.decidedAt), .text(approval.result),
                approval.state.isOpen ? .null : .time(now), .id(approval.id),
            ]
        )
    }

    func find(_ id: ApprovalID) throws -> Approval? {
        try self.db.first("SELECT \(Self.columns) FROM approval WHERE id = ?", [.id(id)]) { try Self.decode($0) }
    }

    func require(_ id: ApprovalID) throws -> Approval {
        guard let approval = try self.find(id) else { throw StoreFault.noApproval(id) }
        return approval
    }

    /// The open one of a person that asks for the same.
    func open(like approval: Approval, at now: Timestamp) throws -> Approval? {
        try self.db.first(
            """
            SELECT \(Self.columns) FROM approval INDEXED BY approval_open
            WHERE state = 'pending' AND requester = ? AND (digest = ? OR likeness = ?) AND expires_at > ?
            """,
            [.integer(approval.requester), .text(approval.digest), .text(approval.likeness), .time(now)]
        ) { try Self.decode($0) }
    }

    func openCount(by requester: UserID?) throws -> Int {
        let condition = requester == nil ? "" : " AND requester = ?"
        return try self.db.first(
            "SELECT count(*) FROM approval INDEXED BY approval_open WHERE state = 'pending'\(condition)",
            requester.map { [.integer($0)] } ?? []
        ) { $0.number(0) } ?? 0
    }

    func due(at now: Timestamp, limit: Int) throws -> [Approval] {
        try self.db.all(
            """
            SELECT \(Self.columns) FROM approval INDEXED BY approval_open
            WHERE state = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?
            """,
            [.time(now), .number(limit)]
        ) { try Self.decode($0) }
    }

    /// Those that wait and have something sealed in them.
    func sealed() throws -> [Approval] {
        try self.db.all(
            """
            SELECT \(Self.columns) FROM approval INDEXED BY approval_open
            WHERE state = 'pending' AND payload LIKE '%"qfs1.%' ORDER BY created_at, id
            """
        ) { try Self.decode($0) }
    }

    /// Asked at each start of a server, which a request that can't be read must not stop.
    func hasSealed() throws -> Bool {
        try self.db.first(
            "SELECT 1 FROM approval INDEXED BY approval_open WHERE state = 'pending' AND payload LIKE '%\"qfs1.%' LIMIT 1"
        ) { _ in true } ?? false
    }

    /// Puts the same request, sealed with another key, in the place of one that waits.
    func replace(_ payload: String, likeness: String?, of approval: Approval) throws {
        let digest = Approval.digest(
            action: approval.action,
            object: approval.object,
            version: approval.version,
            payload: payload
        )
        try self.db.run(
            "UPDATE approval SET payload = ?, digest = ?, likeness = ? WHERE id = ? AND digest = ? AND state = 'pending'",
            [.text(payload), .text(digest), .text(likeness), .id(approval.id), .text(approval.digest)]
        )
    }

    func page(_ query: ApprovalQuery) throws -> Page<Approval> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if !query.states.isEmpty {
            let states = query.states.map(\.rawValue).sorted()
            conditions.append("state IN (\(states.map { _ in "?" }.joined(separator: ", ")))")
            values += states.map { .text($0) }
        }
        if let requester = query.requester {
            conditions.append("requester = ?")
            values.append(.integer(requester))
        }
        if let decider = query.decider {
            conditions.append("requester <> ?")
            values.append(.integer(decider))
        }
        if let object = query.object {
            conditions.append("object_kind = ? AND object_id = ?")
            values += [.text(object.kind), .text(object.id)]
        }
        if let scope = try ScopeCondition.notifications(query.scope, table: "approval") {
            conditions.append("(requester = ? OR \(scope.sql))")
            values += [.integer(query.viewer)] + scope.values
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total = try self.db.first("SELECT count(*) FROM approval\(filter)", values) { $0.number(0) } ?? 0
        let items = try self.db.all(
            "SELECT \(Self.columns) FROM approval\(filter) ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try Self.decode($0) }
        return Page(items: items, total: total)
    }

    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM approval WHERE id IN (SELECT id FROM approval INDEXED BY approval_by_end
                WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ?)
            """,
            [.time(bound), .number(limit)]
        )
    }

    private static func decode(_ row: some RecordRow) throws -> Approval {
        guard let action = Approval.Action(rawValue: row.text(1)), let state = Approval.State(rawValue: row.text(13))
        else { throw StoreFault.unreadable("'\(row.text(1))', '\(row.text(13))' of a request for approval") }
        var approval = Approval(
            id: try row.id(0),
            action: action,
            object: Approval.Object(kind: row.text(2), id: row.text(3), name: row.text(4)),
            version: row.optionalInteger(5),
            groups: try JSONColumn.decode(row.text(6)),
            payload: row.text(7),
            requester: row.integer(9),
            requesterName: row.text(10),
            reason: row.optionalText(11),
            createdAt: row.time(12)
        )
        // What was changed in the database is not what somebody is asked about.
        guard approval.digest == row.text(8) else {
            throw StoreFault.unreadable("the digest of request \(approval.id)")
        }
        approval.state = state
        approval.decider = row.optionalInteger(14)
        approval.deciderName = row.optionalText(15)
        approval.comment = row.optionalText(16)
        approval.decidedAt = row.optionalTime(17)
        approval.result = row.optionalText(18)
        approval.likeness = row.optionalText(19)
        return approval
    }
}
