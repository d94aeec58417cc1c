// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``User`` and ``UserSession`` as rows.
enum UserRecord {
    static let columns = "user.id, user.username, user.password_hash, user.role, user.created_at"

    /// Reads the columns from position `first` on: behind those of a session in a join.
    static func decode(_ row: some RecordRow, from first: Int = 0) throws -> User {
        let roleName = row.text(first + 3)
        guard let role = Role(rawValue: roleName) else { throw StoreFault.unreadable("'\(roleName)' is not a role") }
        return User(
            id: row.integer(first),
            username: row.text(first + 1),
            passwordHash: row.text(first + 2),
            role: role,
            createdAt: row.time(first + 4)
        )
    }

    static let sessionColumns =
        "user_session.token_hash, user_session.user_id, user_session.created_at, user_session.expires_at"

    static func decodeSession(_ row: some RecordRow) -> UserSession {
        UserSession(tokenHash: row.bytes(0), userID: row.integer(1), createdAt: row.time(2), expiresAt: row.time(3))
    }
}
