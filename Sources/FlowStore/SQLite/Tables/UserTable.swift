// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Statements on users and their sessions.
struct UserTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(username: String, passwordHash: String, grants: [Grant], at now: Timestamp) throws -> User {
        try self.db.run(
            "INSERT INTO user (username, password_hash, role, created_at) VALUES (?, ?, ?, ?)",
            [.text(username), .text(passwordHash), .text((grants.map(\.role).max() ?? .viewer).rawValue), .time(now)]
        )
        let id = self.db.lastInsertedRowID
        return User(
            id: id,
            username: username,
            passwordHash: passwordHash,
            grants: try grants.map { try GrantTable(self.db).insert($0.role, $0.scope, for: id) },
            createdAt: now
        )
    }

    func find(_ id: UserID) throws -> User? {
        try self.withGrants(
            self.db.first("SELECT \(UserRecord.columns) FROM user WHERE id = ?", [.integer(id)]) {
                UserRecord.decode($0)
            }
        )
    }

    func find(named username: String) throws -> User? {
        try self.withGrants(
            self.db.first("SELECT \(UserRecord.columns) FROM user WHERE username = ?", [.text(username)]) {
                UserRecord.decode($0)
            }
        )
    }

    /// Called at the end of what may have taken the last administrator's rights.
    ///
    /// - Throws: `conflict` when nobody is administrator everywhere any more; the transaction goes back with it.
    func requireAdministrator() throws {
        let isThere = try self.db.first(
            "SELECT 1 FROM user_grant WHERE role = ? AND is_everywhere = 1 LIMIT 1",
            [.text(Role.admin.rawValue)]
        ) { _ in true }
        guard isThere == true else { throw StoreFault.lastAdministrator }
    }

    private func withGrants(_ user: User?) throws -> User? {
        guard var user else { return nil }
        user.grants = try GrantTable(self.db).of(user: user.id)
        return user
    }

    func setPasswordHash(_ hash: String, of id: UserID) throws -> Bool {
        try self.db.run("UPDATE user SET password_hash = ? WHERE id = ?", [.text(hash), .integer(id)]) == 1
    }

    func count() throws -> Int { try self.db.first("SELECT count(*) FROM user") { $0.number(0) } ?? 0 }

    func insert(_ session: UserSession) throws {
        try self.db.run(
            "INSERT INTO user_session (token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
            [
                .bytes(session.tokenHash), .integer(session.userID), .time(session.createdAt), .time(session.expiresAt),
            ]
        )
    }

    func session(_ tokenHash: [UInt8], at now: Timestamp) throws -> (UserSession, User)? {
        let found = try self.db.first(
            """
            SELECT \(UserRecord.sessionColumns), \(UserRecord.columns)
            FROM user_session JOIN user ON user.id = user_session.user_id WHERE token_hash = ? AND expires_at > ?
            """,
            [.bytes(tokenHash), .time(now)]
        ) { (UserRecord.decodeSession($0), UserRecord.decode($0, from: 4)) }
        guard let (session, user) = found, let user = try self.withGrants(user) else { return nil }
        return (session, user)
    }

    func deleteSession(_ tokenHash: [UInt8]) throws {
        try self.db.run("DELETE FROM user_session WHERE token_hash = ?", [.bytes(tokenHash)])
    }

    func deleteSessions(expiredAt now: Timestamp) throws {
        try self.db.run("DELETE FROM user_session WHERE expires_at <= ?", [.time(now)])
    }
}
