// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Statements on users and their sessions.
struct UserTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func insert(username: String, passwordHash: String, role: Role, at now: Timestamp) throws -> User {
        try self.db.run(
            "INSERT INTO user (username, password_hash, role, created_at) VALUES (?, ?, ?, ?)",
            [.text(username), .text(passwordHash), .text(role.rawValue), .time(now)]
        )
        return User(
            id: self.db.lastInsertedRowID,
            username: username,
            passwordHash: passwordHash,
            role: role,
            createdAt: now
        )
    }

    func find(_ id: UserID) throws -> User? {
        try self.db.first("SELECT \(UserRecord.columns) FROM user WHERE id = ?", [.integer(id)]) {
            try UserRecord.decode($0)
        }
    }

    func find(named username: String) throws -> User? {
        try self.db.first("SELECT \(UserRecord.columns) FROM user WHERE username = ?", [.text(username)]) {
            try UserRecord.decode($0)
        }
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
        try self.db.first(
            """
            SELECT \(UserRecord.sessionColumns), \(UserRecord.columns)
            FROM user_session JOIN user ON user.id = user_session.user_id WHERE token_hash = ? AND expires_at > ?
            """,
            [.bytes(tokenHash), .time(now)]
        ) { (UserRecord.decodeSession($0), try UserRecord.decode($0, from: 4)) }
    }

    func deleteSession(_ tokenHash: [UInt8]) throws {
        try self.db.run("DELETE FROM user_session WHERE token_hash = ?", [.bytes(tokenHash)])
    }

    func deleteSessions(expiredAt now: Timestamp) throws {
        try self.db.run("DELETE FROM user_session WHERE expires_at <= ?", [.time(now)])
    }
}
