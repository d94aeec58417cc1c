// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on roles that people made.
struct RoleTable {
    private static let columns = "name, description, permissions, created_at, updated_at"

    let db: Database
    init(_ db: Database) { self.db = db }

    func all() throws -> [OwnRole] {
        try self.db.all("SELECT \(Self.columns) FROM own_role ORDER BY name") { try Self.decode($0) }
    }

    func find(_ name: String) throws -> OwnRole? {
        try self.db.first("SELECT \(Self.columns) FROM own_role WHERE name = ?", [.text(name)]) { try Self.decode($0) }
    }

    /// What a grant's word means.
    ///
    /// A role that is gone, as only a hand in the database can do it, opens nothing.
    func granted(_ name: String) throws -> GrantedRole {
        if let role = Role(rawValue: name) { return GrantedRole(role) }
        if let role = try self.find(name) { return GrantedRole(role) }
        let never = Timestamp.distantPast
        return GrantedRole(OwnRole(name: name, description: "", permissions: [], createdAt: never, updatedAt: never))
    }

    /// Who has it, by name.
    func users(of name: String) throws -> [String] {
        try self.db.all(
            """
            SELECT DISTINCT user.username FROM user_grant JOIN user ON user.id = user_grant.user_id
            WHERE user_grant.role = ? AND user.state <> 'deleted' ORDER BY user.username
            """,
            [.text(name)]
        ) { $0.text(0) }
    }

    func insert(_ role: OwnRole) throws {
        try self.db.run(
            "INSERT INTO own_role (\(Self.columns)) VALUES (?, ?, ?, ?, ?)",
            [
                .text(role.name), .text(role.description), .text(try Self.words(role.permissions)),
                .time(role.createdAt), .time(role.updatedAt),
            ]
        )
    }

    func update(_ role: OwnRole) throws {
        try self.db.run(
            "UPDATE own_role SET description = ?, permissions = ?, updated_at = ? WHERE name = ?",
            [
                .text(role.description), .text(try Self.words(role.permissions)), .time(role.updatedAt),
                .text(role.name),
            ]
        )
    }

    func delete(_ name: String) throws { try self.db.run("DELETE FROM own_role WHERE name = ?", [.text(name)]) }

    private static func words(_ permissions: Set<Permission>) throws -> String {
        try JSONColumn.encode(permissions.map(\.rawValue).sorted())
    }

    /// Permissions that only a later version knows open nothing here.
    private static func decode(_ row: some RecordRow) throws -> OwnRole {
        let words: [String] = try JSONColumn.decode(row.text(2))
        return OwnRole(
            name: row.text(0),
            description: row.text(1),
            permissions: Set(words.compactMap { Permission(rawValue: $0) }),
            createdAt: row.time(3),
            updatedAt: row.time(4)
        )
    }
}
