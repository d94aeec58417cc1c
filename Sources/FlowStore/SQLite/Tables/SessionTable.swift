// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on sessions of people.
struct SessionTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// What the user has not used for longest goes when there are too many.
    func insert(_ session: UserSession) throws {
        try self.db.run(
            """
            INSERT INTO user_session (
                token_hash, user_id, created_at, expires_at, last_used_at, address, user_agent, provider, provider_session)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .bytes(session.tokenHash), .integer(session.userID), .time(session.createdAt), .time(session.expiresAt),
                .time(session.lastUsedAt), .text(session.address), .text(session.userAgent), .text(session.provider),
                .text(session.providerSession),
            ]
        )
        try self.db.run(
            """
            DELETE FROM user_session WHERE token_hash IN (
                SELECT token_hash FROM user_session WHERE user_id = ?1 AND token_hash <> ?2
                ORDER BY last_used_at DESC, token_hash LIMIT \(Int64.max) OFFSET ?3)
            """,
            [.integer(session.userID), .bytes(session.tokenHash), .number(UserSession.limit - 1)]
        )
    }

    func find(_ tokenHash: [UInt8], at now: Timestamp) throws -> (UserSession, User)? {
        let found = try self.db.first(
            """
            SELECT \(UserRecord.sessionColumns), \(UserRecord.columns)
            FROM user_session JOIN user ON user.id = user_session.user_id
            WHERE token_hash = ? AND expires_at > ? AND user.state = 'active'
            """,
            [.bytes(tokenHash), .time(now)]
        ) { (UserRecord.decodeSession($0), try UserRecord.decode($0, from: UserRecord.sessionWidth)) }
        guard let (session, found) = found else { return nil }
        var user = found
        user.grants = try GrantTable(self.db).of(user: user.id)
        return (session, user)
    }

    /// Last used first.
    func of(user: UserID, at now: Timestamp) throws -> [UserSession] {
        try self.db.all(
            """
            SELECT \(UserRecord.sessionColumns) FROM user_session WHERE user_id = ? AND expires_at > ?
            ORDER BY last_used_at DESC, token_hash
            """,
            [.integer(user), .time(now)]
        ) { UserRecord.decodeSession($0) }
    }

    func setGlass(_ glass: BrokenGlass?, of tokenHash: [UInt8]) throws {
        try self.db.run(
            "UPDATE user_session SET glass_until = ?, glass_reason = ? WHERE token_hash = ?",
            [.time(glass?.until), .text(glass?.reason), .bytes(tokenHash)]
        )
    }

    func touch(_ tokenHash: [UInt8], at now: Timestamp) throws {
        try self.db.run(
            "UPDATE user_session SET last_used_at = max(last_used_at, ?) WHERE token_hash = ?",
            [.time(now), .bytes(tokenHash)]
        )
    }

    /// - Returns: whether there was one that has not expired.
    func replace(_ tokenHash: [UInt8], with newHash: [UInt8], at now: Timestamp) throws -> Bool {
        try self.db.run(
            """
            UPDATE user_session SET token_hash = ?, last_used_at = max(last_used_at, ?)
            WHERE token_hash = ? AND expires_at > ?
            """,
            [.bytes(newHash), .time(now), .bytes(tokenHash), .time(now)]
        ) > 0
    }

    func delete(_ tokenHash: [UInt8]) throws {
        try self.db.run("DELETE FROM user_session WHERE token_hash = ?", [.bytes(tokenHash)])
    }

    func deleteAll(of user: UserID, except tokenHash: [UInt8]?) throws {
        try self.db.run(
            "DELETE FROM user_session WHERE user_id = ? AND token_hash <> ?",
            [.integer(user), .bytes(tokenHash ?? [])]
        )
    }

    func deleteAll(expiredAt now: Timestamp) throws {
        try self.db.run("DELETE FROM user_session WHERE expires_at <= ?", [.time(now)])
    }
}
