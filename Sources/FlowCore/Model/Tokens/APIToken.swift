// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a program signs in with: a part of its owner's rights, for a while.
package struct APIToken: Hashable, Sendable {
    package let id: Int64
    package let userID: UserID
    /// Of the owner; for lists.
    package var username: String
    /// Unique among the owner's.
    package let name: String
    /// SHA-256; the token itself is only known to its holder.
    package let hash: [UInt8]
    /// The first characters, to know it again.
    package let prefix: String
    package let permissions: Set<Permission>
    /// Where they hold at most.
    package let scope: Scope
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    /// Up to a minute behind.
    package var lastUsedAt: Timestamp?
    package var lastAddress: String?

    /// Of one user.
    package static let limit = 50

    package init(
        id: Int64 = 0,
        userID: UserID,
        username: String,
        name: String,
        hash: [UInt8],
        prefix: String,
        permissions: Set<Permission>,
        scope: Scope,
        createdAt: Timestamp,
        expiresAt: Timestamp,
        lastUsedAt: Timestamp? = nil,
        lastAddress: String? = nil
    ) {
        self.id = id
        self.userID = userID
        self.username = username
        self.name = name
        self.hash = hash
        self.prefix = prefix
        self.permissions = permissions
        self.scope = scope
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.lastAddress = lastAddress
    }

    /// What no token carries, whatever its owner may: a stolen one must not make others.
    package static let forbidden: Set<Permission> = [.usersRead, .usersWrite]

    package var limits: TokenLimits { TokenLimits(id: self.id, permissions: self.permissions, scope: self.scope) }
}

/// What a token leaves of its owner's rights.
package struct TokenLimits: Hashable, Sendable {
    package let id: Int64
    package let permissions: Set<Permission>
    package let scope: Scope

    package init(id: Int64, permissions: Set<Permission>, scope: Scope) {
        self.id = id
        self.permissions = permissions
        self.scope = scope
    }
}
