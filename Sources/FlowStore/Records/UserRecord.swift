// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``User`` and ``UserSession`` as rows.
enum UserRecord {
    static let columns = "user.id, user.username, user.password_hash, user.created_at"

    /// Reads the columns from position `first` on: behind those of a session in a join.
    ///
    /// Grants have rows of their own.
    static func decode(_ row: some RecordRow, from first: Int = 0) -> User {
        User(
            id: row.integer(first),
            username: row.text(first + 1),
            passwordHash: row.text(first + 2),
            grants: [],
            createdAt: row.time(first + 3)
        )
    }

    static let sessionColumns =
        "user_session.token_hash, user_session.user_id, user_session.created_at, user_session.expires_at"

    static func decodeSession(_ row: some RecordRow) -> UserSession {
        UserSession(tokenHash: row.bytes(0), userID: row.integer(1), createdAt: row.time(2), expiresAt: row.time(3))
    }
}
