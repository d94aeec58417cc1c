// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
import Foundation
import Synchronization

/// Who people are: signing in and out, and the sessions in between.
///
/// A session's token has 256 random bits and is only known to its holder; the store has its SHA-256. An unknown user and
/// a wrong password are answered alike and in the same time.
package final class AuthenticationService: Sendable {
    private let store: any UserStore
    private let hasher: any PasswordHasher
    private let clock: any WallClock
    private let lifetimeMilliseconds: Int64
    private let limiter: Mutex<SignInLimiter>
    /// What passwords of unknown users are compared with, made once.
    private let decoy = Mutex<String?>(nil)

    /// Signs people in for `sessionLifetimeMilliseconds`, 12 h unless said otherwise.
    package convenience init(
        store: any UserStore,
        hasher: any PasswordHasher,
        clock: any WallClock,
        sessionLifetimeMilliseconds: Int64 = 12 * 3_600_000
    ) {
        self.init(
            store: store,
            hasher: hasher,
            clock: clock,
            sessionLifetimeMilliseconds: sessionLifetimeMilliseconds,
            limits: SignInLimiter.Limits()
        )
    }

    init(
        store: any UserStore,
        hasher: any PasswordHasher,
        clock: any WallClock,
        sessionLifetimeMilliseconds: Int64,
        limits: SignInLimiter.Limits
    ) {
        self.store = store
        self.hasher = hasher
        self.clock = clock
        self.lifetimeMilliseconds = sessionLifetimeMilliseconds
        self.limiter = Mutex(SignInLimiter(limits: limits))
    }

    // MARK: Sessions

    /// - Throws: `unauthenticated` with one message for every reason, `tooManyRequests` after too many attempts.
    package func signIn(username: String, password: String, origin: Origin) async throws -> SignIn {
        let address = origin.address ?? ""
        let now = self.clock.now
        // Bounded before anything compares or hashes them, and because the time of the hash grows with the input.
        let isPlausible = username.utf8.count <= 256 && password.utf8.count <= 1024
        // What cannot be a name counts for its address, and is one name among itself.
        let key = ExactText(isPlausible ? username.lowercased() : "")
        if let wait = self.limiter.withLock({ $0.attempt(user: key, address: address, now: now) }) {
            throw CoreError(.tooManyRequests, "Too many attempts to sign in. Wait \(wait) s and try again.")
        }
        let user = isPlausible ? try await self.store.user(named: username) : nil
        let hash = try await self.hashToCompare(user)
        let matches = await self.hasher.verify(isPlausible ? password : "", against: hash)
        guard let user, matches else {
            throw CoreError(.unauthenticated, "The user name or the password is wrong.")
        }
        self.limiter.withLock { $0.succeeded(user: key, address: address) }
        try await self.store.deleteExpiredSessions(at: now)
        let token = Self.makeToken()
        let session = UserSession(
            tokenHash: Self.hash(of: token),
            userID: user.id,
            createdAt: now,
            expiresAt: now.advanced(byMilliseconds: self.lifetimeMilliseconds)
        )
        try await self.store.createSession(
            session,
            by: Change(by: .user(user.id, user.username), at: now, origin: origin)
        )
        return SignIn(token: token, expiresAt: session.expiresAt, user: user)
    }

    package func signOut(_ session: AuthenticatedSession) async throws {
        try await self.store.deleteSession(
            tokenHash: session.tokenHash,
            by: session.principal.change(at: self.clock.now)
        )
    }

    /// The session of a token; nil when there is none or it is over.
    package func session(token: String) async throws -> AuthenticatedSession? {
        // Only what can be a token costs a look into the store.
        guard token.utf8.count == Self.tokenLength else { return nil }
        return try await self.session(tokenHash: Self.hash(of: token))
    }

    /// Looks again whether a session is still good; for connections that live longer than a request.
    package func refresh(_ session: AuthenticatedSession) async throws -> AuthenticatedSession? {
        try await self.session(tokenHash: session.tokenHash)
    }

    private func session(tokenHash: [UInt8]) async throws -> AuthenticatedSession? {
        guard let (session, user) = try await self.store.session(tokenHash: tokenHash, at: self.clock.now),
            ConstantTime.equal(session.tokenHash, tokenHash)
        else { return nil }
        return AuthenticatedSession(
            principal: Principal(user),
            tokenHash: tokenHash,
            expiresAt: session.expiresAt
        )
    }

    // MARK: Users

    package func createUser(
        username: String,
        password: String,
        role: Role,
        as principal: Principal
    ) async throws -> User {
        try principal.require(.usersWrite)
        return try await self.create(
            username: username,
            password: password,
            role: role,
            by: principal.change(at: self.clock.now)
        )
    }

    /// Creates the first administrator; does nothing when there is any user.
    ///
    /// - Returns: the new user, or nil.
    package func createFirstAdministrator(username: String, password: String) async throws -> User? {
        guard try await self.store.userCount() == 0 else { return nil }
        return try await self.create(
            username: username,
            password: password,
            role: .admin,
            by: .system(at: self.clock.now)
        )
    }

    /// Sets a password: everybody their own, administrators any.
    package func setPassword(_ password: String, of username: String, as principal: Principal) async throws {
        if username != principal.username { try principal.require(.usersWrite) }
        guard let user = try await self.store.user(named: username) else {
            throw CoreError(.notFound, "There is no user '\(username)'.")
        }
        try Self.check(username: username, password: password)
        try await self.store.setPasswordHash(
            try await self.hasher.hash(password),
            of: user.id,
            by: principal.change(at: self.clock.now)
        )
    }

    private func create(username: String, password: String, role: Role, by change: Change) async throws -> User {
        try Self.check(username: username, password: password)
        return try await self.store.createUser(
            username: username,
            passwordHash: try await self.hasher.hash(password),
            role: role,
            by: change
        )
    }

    private static func check(username: String, password: String) throws(CoreError) {
        var faults = FaultCollector()
        faults.require(
            TextRules.isLabelName(username, limit: 64) && !username.contains("/"),
            "username",
            "syntax",
            "a user name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64"
        )
        faults.require(
            password.count >= 8 && password.utf8.count <= 1024,
            "password",
            "length",
            "a password has at least 8 characters and at most 1024 bytes"
        )
        try faults.check("The user cannot be saved")
    }

    // MARK: Inside

    private func hashToCompare(_ user: User?) async throws -> String {
        if let user { return user.passwordHash }
        if let decoy = self.decoy.withLock({ $0 }) { return decoy }
        let made = try await self.hasher.hash(Self.makeToken())
        self.decoy.withLock { $0 = made }
        return made
    }

    private static let tokenLength = 43

    /// 256 random bits in unpadded base64url (RFC 4648, 5).
    private static func makeToken() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func hash(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

/// A fresh session; the only time its token is seen.
package struct SignIn: Sendable {
    package let token: String
    package let expiresAt: Timestamp
    package let user: User
}

/// A session that was looked up.
package struct AuthenticatedSession: Hashable, Sendable {
    package var principal: Principal
    package let tokenHash: [UInt8]
    package let expiresAt: Timestamp
}
