// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A console or API user.
package struct User: Hashable, Sendable {
    package let id: UserID
    package var username: String
    package var passwordHash: String
    package var grants: [Grant]
    package var createdAt: Timestamp

    package init(id: UserID, username: String, passwordHash: String, grants: [Grant], createdAt: Timestamp) {
        self.id = id
        self.username = username
        self.passwordHash = passwordHash
        self.grants = grants
        self.createdAt = createdAt
    }

    /// The highest role, wherever it holds; nil without any grant.
    package var role: Role? { self.grants.map(\.role).max() }
}

/// A signed-in session; the bearer token itself is only known to its holder.
package struct UserSession: Hashable, Sendable {
    package let tokenHash: [UInt8]
    package let userID: UserID
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(tokenHash: [UInt8], userID: UserID, createdAt: Timestamp, expiresAt: Timestamp) {
        self.tokenHash = tokenHash
        self.userID = userID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
