// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A console or API user.
package struct User: Hashable, Sendable {
    package let id: UserID
    package var username: String
    package var passwordHash: String
    package var grants: [Grant]
    package var state: State
    /// Somebody else knows the password: nothing else is possible before it is changed.
    package var mustChangePassword: Bool
    package var createdAt: Timestamp
    package var lastSignIn: Timestamp?
    /// Besides the password, signing in takes a code.
    package var hasSecondFactor: Bool
    /// Who signs them in, other than this server by their password.
    package var provider: String?

    package enum State: String, Sendable, CaseIterable {
        case active, disabled
        /// A tombstone: the number is not given again.
        case deleted
    }

    package init(
        id: UserID,
        username: String,
        passwordHash: String,
        grants: [Grant],
        state: State = .active,
        mustChangePassword: Bool = false,
        createdAt: Timestamp,
        lastSignIn: Timestamp? = nil,
        hasSecondFactor: Bool = false,
        provider: String? = nil
    ) {
        self.hasSecondFactor = hasSecondFactor
        self.provider = provider
        self.id = id
        self.username = username
        self.passwordHash = passwordHash
        self.grants = grants
        self.state = state
        self.mustChangePassword = mustChangePassword
        self.lastSignIn = lastSignIn
        self.createdAt = createdAt
    }

    /// The highest of the built-in roles, wherever it holds; nil without any of them.
    package var role: Role? { self.grants.compactMap(\.role.builtIn).max() }
}

/// A signed-in session; the bearer token itself is only known to its holder.
package struct UserSession: Hashable, Sendable {
    package let tokenHash: [UInt8]
    package let userID: UserID
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    /// The last request that a person made; up to a minute behind.
    package var lastUsedAt: Timestamp
    /// Where it was opened.
    package let address: String?
    /// What the program that opened it called itself.
    package let userAgent: String?
    /// Where somebody signed in who did not do so here.
    package var provider: String?
    /// What the session is called there.
    package var providerSession: String?
    /// All rights, until a time.
    package var glass: BrokenGlass?

    package init(
        tokenHash: [UInt8],
        userID: UserID,
        createdAt: Timestamp,
        expiresAt: Timestamp,
        lastUsedAt: Timestamp? = nil,
        address: String? = nil,
        userAgent: String? = nil
    ) {
        self.tokenHash = tokenHash
        self.userID = userID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt ?? createdAt
        self.address = address
        self.userAgent = userAgent
    }

    /// Of one user at once.
    package static let limit = 20

    /// Names the session to people: 16 hexadecimal digits of the hash, from which no token follows.
    package var id: String {
        self.tokenHash.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
