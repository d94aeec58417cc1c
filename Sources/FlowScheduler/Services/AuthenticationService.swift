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
    let hasher: any PasswordHasher
    let clock: any WallClock
    let settings: LiveSettings
    let limiter: Mutex<SignInLimiter>
    let tickets = Mutex(SignInTickets())
    private let refusals = Mutex(RefusalGate())
    let queue = SignInQueue()
    private let places = Mutex(KnownPlaces())
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

    /// How long a browser stays known; seconds.
    package static let deviceSeconds = DeviceMark.lifeMilliseconds / 1000

    private var lifetimeMilliseconds: Int64 { self.settings.now.integer(.signInLongestHours) * 3_600_000 }
    private var idleMilliseconds: Int64 { self.settings.now.integer(.signInIdleMinutes) * 60_000 }

    // MARK: Sessions

    /// - Parameter device: what an earlier sign-in gave to this browser.
    /// - Throws: `unauthenticated` with one message for every reason, `tooManyRequests` after too many attempts, `unavailable` when too many
    ///   wait already, ``SecondFactorWanted`` when the password was right and a code is needed.
    package func signIn(
        username: String,
        password: String,
        device: String? = nil,
        origin: Origin
    ) async throws -> SignIn {
        let address = origin.address ?? ""
        let now = self.clock.now
        // Bounded before anything compares or hashes them, and because the time of the hash grows with the input.
        let isPlausible = username.utf8.count <= 256 && password.utf8.count <= 1024
        // What cannot be a name counts for its address, and is one name among itself.
        let key = ExactText(isPlausible ? username.lowercased() : "")
        // Looked up before the attempt is counted only for who brings a mark: refusing costs no look into the store.
        var user = isPlausible && device != nil ? try await self.store.user(named: username) : nil
        let known = self.device(device, of: user)
        try self.takeAttempt(key, address: address, device: known)
        if isPlausible, user == nil { user = try await self.store.user(named: username) }
        let hash = try await self.hashToCompare(user)
        let matches = try await self.queue.perform(
            from: known ?? ExactText(SignInLimiter.network(of: address)),
            isKnown: known != nil || self.places.withLock { $0.contains(key, address: address, now: now) },
            failures: self.limiter.withLock { $0.failures(at: address, now: now) }
        ) { await self.hasher.verify(isPlausible ? password : "", against: hash) }
        guard let user, matches, user.state == .active, user.provider == nil else {
            await self.noteRefusal(key, shown: isPlausible ? username : "", origin: origin)
            throw CoreError(.unauthenticated, "The user name or the password is wrong.")
        }
        // Said to nobody but who knows the password.
        guard self.admits(passwordOf: user) else {
            await self.noteRefusal(key, shown: username, origin: origin)
            throw CoreError(
                .unauthenticated,
                "This installation takes no password of this account (setting signin.local). Sign in at the provider."
            )
        }
        // Not yet a success: who knows the password must not try codes without end.
        if user.hasSecondFactor { throw self.want(codeOf: user) }
        self.noteSuccess(key, address: address, device: known)
        var signIn = try await self.begin(for: user, origin: origin, at: now)
        signIn.device = self.mark(of: user.id, passwordHash: user.passwordHash)
        return signIn
    }

    /// Whether the installation lets somebody in by a password of their own (setting `signin.local`).
    private func admits(passwordOf user: User) -> Bool {
        switch LocalSignIn(rawValue: self.settings.now.text(.signInLocal)) {
        case .off: false
        case .admins: user.grants.contains { $0.role.builtIn == .admin && $0.scope == .all }
        case .all, nil: true
        }
    }

    /// Forgets the failures before it, and knows the place from now on.
    func noteSuccess(_ key: ExactText, address: String, device: ExactText? = nil) {
        self.limiter.withLock { $0.succeeded(user: key, address: address, device: device) }
        self.places.withLock { $0.add(key, address: address, now: self.clock.now) }
    }

    /// Which of the user's devices a mark is of; nil for none.
    func device(_ mark: String?, of user: User?) -> ExactText? {
        guard let mark, let user, let seal else { return nil }
        return DeviceMark.device(mark, of: user, now: self.clock.now, seal: seal)
    }

    /// A mark for the browser that has just signed in.
    func mark(of user: UserID, passwordHash: String) -> String? {
        self.seal.flatMap { DeviceMark.make(of: user, passwordHash: passwordHash, at: self.clock.now, seal: $0) }
    }

    /// - Throws: `tooManyRequests`.
    func takeAttempt(_ key: ExactText, address: String, device: ExactText? = nil) throws(CoreError) {
        let wait = self.limiter.withLock {
            $0.attempt(user: key, address: address, device: device, now: self.clock.now)
        }
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
        var principal = Principal(user)
        if let glass = session.glass, glass.until > self.clock.now {
            var emergency = user
            emergency.grants.append(BrokenGlass.grant)
            principal = Principal(emergency)
            principal.glass = glass
        }
        return AuthenticatedSession(
            principal: principal,
            mustChangePassword: user.mustChangePassword,
            mustSetUpSecondFactor: self.mustSetUpSecondFactor(user),
            tokenHash: tokenHash,
            expiresAt: session.expiresAt,
            lastUsedAt: session.lastUsedAt,
            provider: session.provider
        )
    }

    /// Settings that became stricter count for sessions that are there, too.
    func isOver(_ session: UserSession) -> Bool {
        self.clock.now.milliseconds(since: session.lastUsedAt) >= self.idleMilliseconds
            || self.clock.now.milliseconds(since: session.createdAt) >= self.lifetimeMilliseconds
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
