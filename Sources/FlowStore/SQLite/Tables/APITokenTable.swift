// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on API tokens.
struct APITokenTable {
    private static let columns = """
        api_token.id, api_token.user_id, user.username, api_token.name, api_token.hash, api_token.prefix, \
        api_token.permissions, api_token.groups, api_token.created_at, api_token.expires_at, api_token.last_used_at, \
        api_token.last_address
        """
    private static let source = "api_token JOIN user ON user.id = api_token.user_id"

    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(_ token: APIToken) throws -> APIToken {
        let permissions = token.permissions.map(\.rawValue).sorted()
        let groups: RecordValue =
            switch token.scope {
            case .all: .null
            case .groups(let groups): .text(try JSONColumn.encode(groups.sorted()))
            }
        try self.db.run(
            """
            INSERT INTO api_token (user_id, name, hash, prefix, permissions, groups, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(token.userID), .text(token.name), .bytes(token.hash), .text(token.prefix),
                .text(try JSONColumn.encode(permissions)), groups, .time(token.createdAt), .time(token.expiresAt),
            ]
        )
        return try self.require(self.db.lastInsertedRowID)
    }

    func require(_ id: Int64) throws -> APIToken {
        guard let token = try self.find(id) else { throw StoreFault.noToken(id) }
        return token
    }

    func find(_ id: Int64) throws -> APIToken? {
        try self.db.first("SELECT \(Self.columns) FROM \(Self.source) WHERE api_token.id = ?", [.integer(id)]) {
            try Self.decode($0)
        }
    }

    func find(hash: [UInt8], at now: Timestamp) throws -> APIToken? {
        try self.db.first(
            """
            SELECT \(Self.columns) FROM \(Self.source)
            WHERE api_token.hash = ? AND api_token.expires_at > ? AND user.state = 'active'
            """,
            [.bytes(hash), .time(now)]
        ) { try Self.decode($0) }
    }

    func isTaken(_ name: String, of user: UserID) throws -> Bool {
        try self.db.first(
            "SELECT 1 FROM api_token WHERE user_id = ? AND name = ?",
            [.integer(user), .text(name)]
        ) { _ in true } ?? false
    }

    func count(of user: UserID) throws -> Int {
        try self.db.first("SELECT count(*) FROM api_token WHERE user_id = ?", [.integer(user)]) { $0.number(0) } ?? 0
    }

    func all(of user: UserID?) throws -> [APIToken] {
        try self.db.all(
            """
            SELECT \(Self.columns) FROM \(Self.source) WHERE api_token.user_id = ?1 OR ?1 IS NULL
            ORDER BY user.username, api_token.name
            """,
            [user.map { .integer($0) } ?? .null]
        ) { try Self.decode($0) }
    }

    func touch(_ id: Int64, address: String?, at now: Timestamp) throws {
        try self.db.run(
            "UPDATE api_token SET last_used_at = ?, last_address = ? WHERE id = ?",
            [.time(now), .text(address), .integer(id)]
        )
    }

    func delete(_ id: Int64) throws { try self.db.run("DELETE FROM api_token WHERE id = ?", [.integer(id)]) }

    func deleteAll(of user: UserID) throws {
        try self.db.run("DELETE FROM api_token WHERE user_id = ?", [.integer(user)])
    }

    private static func decode(_ row: some RecordRow) throws -> APIToken {
        let words: [String] = try JSONColumn.decode(row.text(6))
        let groups: [GroupID]? = try row.optionalText(7).map { try JSONColumn.decode($0) }
        return APIToken(
            id: row.integer(0),
            userID: row.integer(1),
            username: row.text(2),
            name: row.text(3),
            hash: row.bytes(4),
            prefix: row.text(5),
            // A permission that this version does not know is none.
            permissions: Set(words.compactMap(Permission.init)),
            scope: groups.map { .groups(Set($0)) } ?? .all,
            createdAt: row.time(8),
            expiresAt: row.time(9),
            lastUsedAt: row.optionalTime(10),
            lastAddress: row.optionalText(11)
        )
    }
}
