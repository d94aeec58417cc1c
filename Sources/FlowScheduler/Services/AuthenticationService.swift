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
    let store: any UserStore & APITokenStore & AuditStore
    /// Nil over a store that has none.
    let factors: (any SecondFactorStore)?
    /// Nil while the master key is missing.
    let seal: SecretSeal?
    private let hasher: any PasswordHasher
    let clock: any WallClock
    let settings: LiveSettings
    let limiter: Mutex<SignInLimiter>
    let tickets = Mutex(SignInTickets())
    private let refusals = Mutex(RefusalGate())
    /// What passwords of unknown users are compared with, made once.
    private let decoy = Mutex<String?>(nil)

    /// - Parameters:
    ///   - settings: how long people stay signed in, in all and without doing anything.
    ///   - seal: for the secrets of second factors.
    package convenience init(
        store: any UserStore & APITokenStore & AuditStore,
        hasher: any PasswordHasher,
        clock: any WallClock,
        settings: LiveSettings = LiveSettings(),
        seal: SecretSeal? = nil
    ) {
        self.init(
            store: store,
            hasher: hasher,
            clock: clock,
            settings: settings,
            seal: seal,
            limits: SignInLimiter.Limits()
        )
    }

    init(
        store: any UserStore & APITokenStore & AuditStore,
        hasher: any PasswordHasher,
        clock: any WallClock,
        settings: LiveSettings = LiveSettings(),
        seal: SecretSeal? = nil,
        limits: SignInLimiter.Limits
    ) {
        self.store = store
        self.factors = store as? any SecondFactorStore
        self.seal = seal
        self.hasher = hasher
        self.clock = clock
        self.settings = settings
        self.limiter = Mutex(SignInLimiter(limits: limits))
    }

    private var lifetimeMilliseconds: Int64 { self.settings.now.integer(.signInLongestHours) * 3_600_000 }
    private var idleMilliseconds: Int64 { self.settings.now.integer(.signInIdleMinutes) * 60_000 }
    private var passwordMinimum: Int { Int(self.settings.now.integer(.signInPasswordLength)) }

    // MARK: Sessions

    /// - Throws: `unauthenticated` with one message for every reason, `tooManyRequests` after too many attempts,
    ///   ``SecondFactorWanted`` when the password was right and a code is needed.
    package func signIn(username: String, password: String, origin: Origin) async throws -> SignIn {
        let address = origin.address ?? ""
        let now = self.clock.now
        // Bounded before anything compares or hashes them, and because the time of the hash grows with the input.
        let isPlausible = username.utf8.count <= 256 && password.utf8.count <= 1024
        // What cannot be a name counts for its address, and is one name among itself.
        let key = ExactText(isPlausible ? username.lowercased() : "")
        try self.takeAttempt(key, address: address)
        let user = isPlausible ? try await self.store.user(named: username) : nil
        let hash = try await self.hashToCompare(user)
        let matches = await self.hasher.verify(isPlausible ? password : "", against: hash)
        guard let user, matches, user.state == .active, user.provider == nil else {
            await self.noteRefusal(key, shown: isPlausible ? username : "", origin: origin)
            throw CoreError(.unauthenticated, "The user name or the password is wrong.")
        }
        // Not yet a success: who knows the password must not try codes without end.
        if user.hasSecondFactor { throw self.want(codeOf: user) }
        self.limiter.withLock { $0.succeeded(user: key, address: address) }
        return try await self.begin(for: user, origin: origin, at: now)
    }

    /// - Throws: `tooManyRequests`.
    func takeAttempt(_ key: ExactText, address: String) throws(CoreError) {
        let wait = self.limiter.withLock { $0.attempt(user: key, address: address, now: self.clock.now) }
        guard let wait else { return }
        throw CoreError(
            .tooManyRequests,
            "Too many attempts to sign in. Wait \(wait) s and try again.",
            retryAfter: wait
        )
    }

    /// Opens a session for somebody who has just proved who they are.
    ///
    /// - Parameter elsewhere: the provider where they did, and what the session is called there.
    func begin(
        for user: User,
        origin: Origin,
        at now: Timestamp,
        elsewhere: (provider: String, session: String?)? = nil
    ) async throws -> SignIn {
        try await self.store.deleteExpiredSessions(at: now)
        let token = Self.makeToken()
        var session = UserSession(
            tokenHash: Self.hash(of: token),
            userID: user.id,
            createdAt: now,
            expiresAt: now.advanced(byMilliseconds: self.lifetimeMilliseconds),
            address: origin.address,
            userAgent: origin.userAgent
        )
        session.provider = elsewhere?.provider
        session.providerSession = elsewhere?.session
        try await self.store.createSession(
            session,
            by: Change(by: .user(user.id, user.username), at: now, origin: origin)
        )
        return SignIn(token: token, expiresAt: session.expiresAt, user: user)
    }

    /// A refused attempt stands in the audit as of somebody whose name is not proven.
    func noteRefusal(_ key: ExactText, shown username: String, origin: Origin) async {
        let now = self.clock.now
        let isNew = self.refusals.withLock { $0.admits(user: key, address: origin.address ?? "", now: now) }
        guard isNew else { return }
        let name = String(decoding: username.utf8.prefix(64), as: UTF8.self)
        let change = Change(by: Actor(.anonymous, name: name), at: now, origin: origin)
        // The answer is the same whether it could be written or not.
        try? await self.store.recordAudit(
            AuditEntry(change: change, action: .signIn, object: AuditObject("user", "", name: name), outcome: .denied)
        )
    }

    package func signOut(_ session: AuthenticatedSession) async throws {
        try await self.store.deleteSession(
            tokenHash: session.tokenHash,
            by: session.principal.change(at: self.clock.now)
        )
    }

    /// The session of a token; nil when there is none or it is over.
    ///
    /// - Parameters:
    ///   - isUse: whether a person did something; what a page asks for on its own keeps no session alive.
    ///   - address: where the request comes from, for the last use of an API token.
    package func session(token: String, isUse: Bool, address: String? = nil) async throws -> AuthenticatedSession? {
        if token.hasPrefix(APITokenFormat.mark) { return try await self.session(apiToken: token, address: address) }
        // Only what can be a token costs a look into the store.
        guard token.utf8.count == Self.tokenLength else { return nil }
        guard let session = try await self.session(tokenHash: Self.hash(of: token)) else { return nil }
        let now = self.clock.now
        if isUse, now.milliseconds(since: session.lastUsedAt) >= Self.touchInterval {
            // A store that cannot write now is no reason to refuse what only reads.
            try? await self.store.touchSession(tokenHash: session.tokenHash, at: now)
        }
        return session
    }

    /// What a program signs in with.
    private func session(apiToken text: String, address: String?) async throws -> AuthenticatedSession? {
        guard APITokenFormat.accepts(text) else { return nil }
        let hash = APITokenFormat.hash(text)
        guard let (session, token) = try await self.session(apiTokenHash: hash) else { return nil }
        let now = self.clock.now
        if now.milliseconds(since: token.lastUsedAt ?? .distantPast) >= Self.touchInterval {
            try? await self.store.touchAPIToken(token.id, address: address, at: now)
        }
        return session
    }

    private func session(apiTokenHash hash: [UInt8]) async throws -> (AuthenticatedSession, APIToken)? {
        guard let (token, user) = try await self.store.apiToken(hash: hash, at: self.clock.now),
            ConstantTime.equal(token.hash, hash), self.isTrusted(user)
        else { return nil }
        let session = AuthenticatedSession(
            principal: Principal(user, token: token.limits),
            // A program cannot change it; its person is asked at the next sign-in.
            mustChangePassword: false,
            tokenHash: hash,
            expiresAt: token.expiresAt,
            lastUsedAt: self.clock.now
        )
        return (session, token)
    }

    /// Somebody who left the other system can't sign in there any more; what they made here ends some time after.
    private func isTrusted(_ user: User) -> Bool {
        user.provider == nil
            || self.clock.now.milliseconds(since: user.lastSignIn ?? user.createdAt)
                < ExternalIdentity.trustMilliseconds
    }

    /// How exactly the last use is known; milliseconds.
    private static let touchInterval: Int64 = 60_000

    /// Looks again whether a session is still good; for connections that live longer than a request.
    package func refresh(_ session: AuthenticatedSession) async throws -> AuthenticatedSession? {
        if session.isForwarded { return try await self.refresh(forwarded: session) }
        if session.isOfToken { return try await self.session(apiTokenHash: session.tokenHash)?.0 }
        return try await self.session(tokenHash: session.tokenHash)
    }

    private func session(tokenHash: [UInt8]) async throws -> AuthenticatedSession? {
        guard let (session, user) = try await self.store.session(tokenHash: tokenHash, at: self.clock.now),
            ConstantTime.equal(session.tokenHash, tokenHash), !self.isOver(session)
        else { return nil }
        return AuthenticatedSession(
            principal: Principal(user),
            mustChangePassword: user.mustChangePassword,
            mustSetUpSecondFactor: self.mustSetUpSecondFactor(user),
            tokenHash: tokenHash,
            expiresAt: session.expiresAt,
            lastUsedAt: session.lastUsedAt,
            provider: session.provider
        )
    }

    /// Settings that became stricter count for sessions that are there, too.
    private func isOver(_ session: UserSession) -> Bool {
        self.clock.now.milliseconds(since: session.lastUsedAt) >= self.idleMilliseconds
            || self.clock.now.milliseconds(since: session.createdAt) >= self.lifetimeMilliseconds
    }

    // MARK: Own and others' sessions

    /// The sessions of whoever asks, last used first.
    package func ownSessions(_ session: AuthenticatedSession) async throws -> [SessionView] {
        try await self.sessions(of: session.principal.userID, asking: session)
    }

    /// The sessions of a user, last used first.
    package func sessions(of user: UserID, as session: AuthenticatedSession) async throws -> [SessionView] {
        try session.principal.require(.usersRead)
        return try await self.sessions(of: user, asking: session)
    }

    private func sessions(of user: UserID, asking: AuthenticatedSession) async throws -> [SessionView] {
        try await self.store.sessions(of: user, at: self.clock.now).filter { !self.isOver($0) }.map {
            SessionView(session: $0, isCurrent: $0.tokenHash == asking.tokenHash)
        }
    }

    /// Ends one of the own sessions, or without `id` all but the one that asks.
    package func endOwnSessions(id: String?, _ session: AuthenticatedSession) async throws {
        try await self.store.endSessions(
            of: session.principal.userID,
            id: id,
            keeping: session.tokenHash,
            by: session.principal.change(at: self.clock.now)
        )
    }

    /// Ends one session of a user, or without `id` all.
    package func endSessions(of user: UserID, id: String?, as session: AuthenticatedSession) async throws {
        try session.principal.require(.usersWrite)
        try await self.store.endSessions(
            of: user,
            id: id,
            keeping: nil,
            by: session.principal.change(at: self.clock.now)
        )
    }

    // MARK: Passwords

    /// Creates the first administrator; does nothing when there is any user.
    ///
    /// - Returns: the new user, or nil.
    package func createFirstAdministrator(username: String, password: String) async throws -> User? {
        guard try await self.store.userCount() == 0 else { return nil }
        try AccountRules.check(username: username, password: password, minimum: self.passwordMinimum)
        do {
            return try await self.store.createUser(
                username: username,
                passwordHash: try await self.hasher.hash(password),
                role: .admin,
                by: .system(at: self.clock.now)
            )
        } catch let error as CoreError where error.code == .nameTaken {
            // Another server started at the same moment, and was first.
            return nil
        }
    }

    /// Changes the own password; asks the old one, ends all sessions, and begins another.
    ///
    /// Who changes a password because somebody else may know it wants that one's session gone too, and it may be a copy of
    /// this one's token. Wrong passwords count like failed attempts to sign in: a stolen session must not try them.
    ///
    /// - Returns: the session that takes the place of the one that asks.
    package func changePassword(
        from old: String,
        to new: String,
        in session: AuthenticatedSession
    ) async throws -> SignIn {
        let principal = session.principal
        let now = self.clock.now
        let user = try await self.require(password: old, of: session, for: .userPassword)
        try AccountRules.check(username: principal.username, password: new, minimum: self.passwordMinimum)
        guard old != new else {
            throw CoreError(.invalid, "The new password is the old one. Choose another.")
        }
        try await self.store.setPassword(
            try await self.hasher.hash(new),
            mustChange: false,
            of: user.id,
            keeping: nil,
            by: principal.change(at: now)
        )
        return try await self.begin(for: user, origin: principal.origin, at: now)
    }

    /// Asks whoever has a session for the password, before what a stolen one must not do.
    ///
    /// - Parameter action: what stands in the audit when it is wrong.
    /// - Returns: the user.
    /// - Throws: `forbidden`, `tooManyRequests`.
    func require(
        password: String,
        of session: AuthenticatedSession,
        for action: AuditAction
    ) async throws -> User {
        let principal = session.principal
        let address = principal.origin.address ?? ""
        let key = ExactText(principal.username.lowercased())
        try self.takeAttempt(key, address: address)
        guard password.utf8.count <= AccountRules.passwordLimit,
            let user = try await self.store.user(principal.userID), user.state == .active,
            await self.hasher.verify(password, against: user.passwordHash)
        else {
            try await self.store.recordAudit(
                AuditEntry(
                    change: principal.change(at: self.clock.now),
                    action: action,
                    object: AuditObject("user", String(principal.userID), name: principal.username),
                    outcome: .denied
                )
            )
            throw CoreError(.forbidden, "The password is wrong.")
        }
        self.limiter.withLock { $0.succeeded(user: key, address: address) }
        return user
    }

    // MARK: Inside

    private func hashToCompare(_ user: User?) async throws -> String {
        // Whom another system signs in has none; that must not be told by the time it takes.
        if let user, !user.passwordHash.isEmpty { return user.passwordHash }
        if let decoy = self.decoy.withLock({ $0 }) { return decoy }
        let made = try await self.hasher.hash(Self.makeToken())
        self.decoy.withLock { $0 = made }
        return made
    }

    private static let tokenLength = 43

    /// 256 random bits in unpadded base64url (RFC 4648, 5).
    static func makeToken() -> String {
        var random = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    static func hash(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
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
    /// Nothing but changing the password and signing out is possible.
    package let mustChangePassword: Bool
    /// Nothing but setting up a second factor and signing out is possible.
    package var mustSetUpSecondFactor = false
    package let tokenHash: [UInt8]
    package let expiresAt: Timestamp
    package let lastUsedAt: Timestamp
    /// A proxy says at each request who asks; there is no session to end.
    package var isForwarded = false
    /// Where the person signed in, if not here.
    package var provider: String?

    /// It was opened with an API token, not by a person who signed in.
    package var isOfToken: Bool { self.principal.token != nil }
}

/// A session in a list.
package struct SessionView: Hashable, Sendable {
    package let session: UserSession
    /// It is the one that asks.
    package let isCurrent: Bool
}
