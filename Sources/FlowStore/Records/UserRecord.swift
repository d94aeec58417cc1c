// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``User`` and ``UserSession`` as rows.
enum UserRecord {
    static let columns =
        "user.id, user.username, user.password_hash, user.created_at, user.state, "
        + "user.must_change, user.last_sign_in, "
        + "(SELECT count(*) FROM user_totp WHERE user_totp.user_id = user.id AND user_totp.is_confirmed = 1), "
        + "(SELECT min(provider) FROM user_identity WHERE user_identity.user_id = user.id)"

    /// Reads the columns from position `first` on: behind those of a session in a join.
    ///
    /// Grants have rows of their own.
    static func decode(_ row: some RecordRow, from first: Int = 0) throws -> User {
        let word = row.text(first + 4)
        guard let state = User.State(rawValue: word) else { throw StoreFault.unreadable("'\(word)' is not a state") }
        return User(
            id: row.integer(first),
            username: row.text(first + 1),
            passwordHash: row.text(first + 2),
            grants: [],
            state: state,
            mustChangePassword: row.flag(first + 5),
            createdAt: row.time(first + 3),
            lastSignIn: row.optionalTime(first + 6),
            hasSecondFactor: row.integer(first + 7) > 0,
            provider: row.optionalText(first + 8)
        )
    }

    static let sessionColumns =
        "user_session.token_hash, user_session.user_id, user_session.created_at, user_session.expires_at, "
        + "user_session.last_used_at, user_session.address, user_session.user_agent, "
        + "user_session.provider, user_session.provider_session, user_session.glass_until, user_session.glass_reason"
    /// How many columns a session has.
    static let sessionWidth = 11

    static func decodeSession(_ row: some RecordRow) -> UserSession {
        var session = UserSession(
            tokenHash: row.bytes(0),
            userID: row.integer(1),
            createdAt: row.time(2),
            expiresAt: row.time(3),
            lastUsedAt: row.time(4),
            address: row.optionalText(5),
            userAgent: row.optionalText(6)
        )
        session.provider = row.optionalText(7)
        session.providerSession = row.optionalText(8)
        session.glass = row.optionalTime(9).map { BrokenGlass(until: $0, reason: row.optionalText(10) ?? "") }
        return session
    }
}
