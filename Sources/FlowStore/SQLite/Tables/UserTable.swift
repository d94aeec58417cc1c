// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on users and their sessions.
struct UserTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(
        username: String,
        passwordHash: String,
        grants: [Grant],
        mustChangePassword: Bool = false,
        at now: Timestamp
    ) throws -> User {
        try self.db.run(
            "INSERT INTO user (username, password_hash, role, created_at, must_change) VALUES (?, ?, ?, ?, ?)",
            [
                .text(username), .text(passwordHash),
                .text((grants.compactMap(\.role.builtIn).max() ?? .viewer).rawValue), .time(now),
                .flag(mustChangePassword),
            ]
        )
        let id = try self.db.lastInsertedRowID
        return User(
            id: id,
            username: username,
            passwordHash: passwordHash,
            grants: try grants.map { try GrantTable(self.db).insert($0.role, $0.scope, for: id) },
            mustChangePassword: mustChangePassword,
            createdAt: now
        )
    }

    func find(_ id: UserID) throws -> User? {
        try self.withGrants(
            self.db.first("SELECT \(UserRecord.columns) FROM user WHERE id = ?", [.integer(id)]) {
                try UserRecord.decode($0)
            }
        )
    }

    func find(named username: String) throws -> User? {
        try self.withGrants(
            // An older version took names that differ in case only: then the exact one is meant.
            self.db.first(
                """
                SELECT \(UserRecord.columns) FROM user WHERE username = ?1 COLLATE NOCASE
                ORDER BY username = ?1 DESC LIMIT 1
                """,
                [.text(username)]
            ) { try UserRecord.decode($0) }
        )
    }

    /// Called at the end of what may have taken the last administrator's rights.
    ///
    /// - Throws: `conflict` when nobody is administrator everywhere any more; the transaction goes back with it.
    func requireAdministrator() throws {
        let isThere = try self.db.first(
            """
            SELECT 1 FROM user_grant JOIN user ON user.id = user_grant.user_id
            WHERE user_grant.role = ? AND is_everywhere = 1 AND user.state = 'active'
                -- Others' systems may be away, or take the role back.
                AND NOT EXISTS (SELECT 1 FROM user_identity WHERE user_identity.user_id = user.id)
            LIMIT 1
            """,
            [.text(Role.admin.rawValue)]
        ) { _ in true }
        guard isThere == true else { throw StoreFault.lastAdministrator }
    }

    private func withGrants(_ user: User?) throws -> User? {
        guard var user else { return nil }
        user.grants = try GrantTable(self.db).of(user: user.id)
        return user
    }

    func setPassword(_ hash: String, mustChange: Bool, of id: UserID) throws {
        try self.db.run(
            "UPDATE user SET password_hash = ?, must_change = ? WHERE id = ?",
            [.text(hash), .flag(mustChange), .integer(id)]
        )
    }

    func setName(_ name: String, of id: UserID) throws {
        try self.db.run("UPDATE user SET username = ? WHERE id = ?", [.text(name), .integer(id)])
    }

    func setLastSignIn(_ time: Timestamp, of id: UserID) throws {
        try self.db.run("UPDATE user SET last_sign_in = ? WHERE id = ?", [.time(time), .integer(id)])
    }

    func setState(_ state: User.State, of id: UserID) throws {
        try self.db.run("UPDATE user SET state = ? WHERE id = ?", [.text(state.rawValue), .integer(id)])
    }

    /// Leaves the number and nothing to sign in with; the name is free again and stands in the audit.
    func bury(_ id: UserID) throws {
        // No name of a living user begins with this character.
        try self.db.run(
            "UPDATE user SET state = ?, username = ?, password_hash = '' WHERE id = ?",
            [.text(User.State.deleted.rawValue), .text("~\(id)"), .integer(id)]
        )
        try self.db.run("DELETE FROM user_grant WHERE user_id = ?", [.integer(id)])
        try self.db.run("DELETE FROM user_identity WHERE user_id = ?", [.integer(id)])
        try APITokenTable(self.db).deleteAll(of: id)
        try SavedViewTable(self.db).deleteAll(of: id)
        try PreferenceTable(self.db).deleteAll(of: id)
    }

    /// All who are not deleted, by name.
    func all() throws -> [User] {
        try self.db.all("SELECT \(UserRecord.columns) FROM user WHERE state <> 'deleted' ORDER BY username") {
            try UserRecord.decode($0)
        }.compactMap { try self.withGrants($0) }
    }

    /// Somebody who is not deleted.
    func require(_ id: UserID) throws -> User {
        guard let user = try self.find(id), user.state != .deleted else { throw StoreFault.noUser(id) }
        return user
    }

    func count() throws -> Int { try self.db.first("SELECT count(*) FROM user") { $0.number(0) } ?? 0 }
}
