// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// People whom another system signs in.
extension AuthenticationService {
    /// Who has no session here is looked at again after this: a live connection ends and comes back; milliseconds.
    private static let forwardedLifetime: Int64 = 15 * 60_000

    /// Who asks, by the word of a proxy that is trusted; there is no session, so each request says it anew.
    ///
    /// - Parameters:
    ///   - map: which roles the groups stand for.
    ///   - requiresAdministrator: others are nobody.
    ///   - stranger: called before anything is done for somebody who has no account here; what it throws is thrown.
    /// - Returns: nil when the account is locked here, or is no administrator's where that is asked.
    /// - Throws: `forbidden` for somebody who has no role here.
    package func session(
        forwarded identity: ExternalIdentity,
        map: GroupMap,
        requiresAdministrator: Bool,
        origin: Origin,
        stranger: @Sendable () throws -> Void = {}
    ) async throws -> AuthenticatedSession? {
        let wishes = map.wishes(of: identity.groups)
        guard let user = try await self.account(of: identity, wishes: wishes, origin: origin, stranger: stranger) else {
            if requiresAdministrator { return nil }
            throw Self.noRole(identity)
        }
        guard user.state == .active else { return nil }
        if requiresAdministrator {
            guard user.grants.contains(where: { $0.role.builtIn == .admin && $0.scope == .all }) else { return nil }
        } else if user.grants.isEmpty {
            throw Self.noRole(identity)
        }
        let now = self.clock.now
        return AuthenticatedSession(
            principal: Principal(user),
            mustChangePassword: false,
            // Opens nothing: it only tells one caller from another.
            tokenHash: Self.hash(of: "\(identity.issuer)\n\(identity.subject)"),
            expiresAt: now.advanced(byMilliseconds: Self.forwardedLifetime),
            lastUsedAt: now,
            isForwarded: true
        )
    }

    /// Opens a session for somebody who has proved at a provider who they are.
    ///
    /// - Parameters:
    ///   - session: what the session is called there.
    ///   - isFresh: they have just proved it, as they were asked to.
    /// - Throws: ``OIDCFault``.
    func signIn(
        as identity: ExternalIdentity,
        wishes: [RoleWish],
        session: String?,
        isFresh: Bool = false,
        origin: Origin
    ) async throws -> SignIn {
        // Requests of this kind are counted before they are looked at.
        guard let user = try await self.account(of: identity, wishes: wishes, origin: origin, stranger: {}) else {
            throw OIDCFault(.noRole, "none of \(identity.groups.count) groups has a role here")
        }
        guard user.state == .active else { throw OIDCFault(.locked, "'\(user.username)' is disabled") }
        guard !user.grants.isEmpty else {
            throw OIDCFault(.noRole, "none of \(identity.groups.count) groups has a role here any more")
        }
        let now = self.clock.now
        var signIn = try await self.begin(
            for: user,
            origin: origin,
            at: now,
            elsewhere: (identity.provider, session.flatMap { $0.utf8.count <= 255 ? $0 : nil })
        )
        if isFresh {
            let proof = FreshSignOn(user: user.id, session: Self.hash(of: signIn.token), at: now)
            signIn.proof = self.seal.flatMap { proof.sealed($0) }
        }
        return signIn
    }

    /// Gives the session of a handover a token that nobody has seen on the way; the one that was carried opens nothing from then on.
    ///
    /// - Returns: nil when that was done before, or the session is over.
    func take(_ handover: SignOnHandover) async throws -> (token: String, proof: String?)? {
        let token = Self.makeToken()
        let hash = Self.hash(of: token)
        let isFirst = try await self.store.replaceSession(
            tokenHash: Self.hash(of: handover.token),
            with: hash,
            at: self.clock.now
        )
        guard isFirst else { return nil }
        // As long as that of a browser: from the sign-on on.
        let begun = handover.endsAt.advanced(byMilliseconds: -SignOnHandover.lifetime)
        let proof = handover.isFresh ? FreshSignOn(user: handover.user, session: hash, at: begun) : nil
        return (token, self.seal.flatMap { proof?.sealed($0) })
    }

    /// Looks again at somebody whom a proxy named, as long as that word is good.
    func refresh(forwarded session: AuthenticatedSession) async throws -> AuthenticatedSession? {
        guard self.clock.now < session.expiresAt, let user = try await self.store.user(session.principal.userID),
            user.state == .active
        else { return nil }
        var session = session
        session.principal = Principal(user)
        return session
    }

    /// The account of an identity, with the roles of its groups.
    private func account(
        of identity: ExternalIdentity,
        wishes: [RoleWish],
        origin: Origin,
        stranger: @Sendable () throws -> Void
    ) async throws -> User? {
        guard let store = self.store as? any ExternalAccountStore else {
            throw CoreError(.unavailable, "This server's store keeps no accounts of others.")
        }
        var change = Change.system(at: self.clock.now)
        change.origin = origin
        return try await ExternalAccounts(store: store).account(
            of: identity,
            wishes: wishes,
            by: change,
            stranger: stranger
        )
    }

    static func noRole(_ identity: ExternalIdentity) -> CoreError {
        CoreError(
            .forbidden,
            "'\(identity.name.shortened(toBytes: 64))' is signed in at '\(identity.provider)', but none of the groups there "
                + "has a role here. Ask an administrator.",
            details: [.init(path: "", code: "no_role", message: "no role on this server")]
        )
    }
}
