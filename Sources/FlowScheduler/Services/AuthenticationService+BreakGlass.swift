// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// All rights for a while, in an emergency.
extension AuthenticationService {
    /// The longest that may be asked for, in minutes.
    package var longestGlassMinutes: Int64 { self.settings.now.integer(.breakGlassMinutes) }

    /// Begins a session in the place of the one that asks: with everything on everything, and without the second person.
    ///
    /// It asks for the password again, or for a new sign-on where the person has none here: a session that somebody left open must
    /// not be enough.
    ///
    /// - Parameters:
    ///   - password: nil where another system signs the person in.
    ///   - proof: of a sign-on that has just been, ``SignIn/proof``.
    ///   - minutes: nil = as long as may be.
    /// - Throws: `invalid`, `forbidden`, `conflict` where there is no session of this server.
    package func breakGlass(
        password: String?,
        proof: String? = nil,
        reason: String,
        minutes: Int64?,
        in session: AuthenticatedSession
    ) async throws -> (signIn: SignIn, glass: BrokenGlass) {
        let principal = session.principal
        try principal.require(.breakGlassUse)
        guard let store = self.store as? any GlassStore, !session.isForwarded, !session.isOfToken else {
            throw CoreError(.conflict, "A proxy signs you in, so there is no session here that could take all rights.")
        }
        try self.check(reason, minutes)
        let now = self.clock.now
        let user = try await self.person(of: session, password: password, proof: proof, at: now)
        let length = (minutes ?? self.longestGlassMinutes) * 60_000
        let glass = BrokenGlass(until: now.advanced(byMilliseconds: length), reason: reason)
        let token = Self.makeToken()
        var wanted = UserSession(
            tokenHash: Self.hash(of: token),
            userID: user.id,
            createdAt: now,
            expiresAt: session.expiresAt,
            address: principal.origin.address,
            userAgent: principal.origin.userAgent
        )
        wanted.provider = session.provider
        wanted.glass = glass
        try await store.breakGlass(wanted, replacing: session.tokenHash, by: principal.change(at: now, reason: reason))
        return (SignIn(token: token, expiresAt: wanted.expiresAt, user: user), glass)
    }

    /// Who asks, proved anew.
    private func person(
        of session: AuthenticatedSession,
        password: String?,
        proof: String?,
        at now: Timestamp
    ) async throws -> User {
        if let provider = session.provider {
            guard let proof, let seal, FreshSignOn(proof, seal: seal)?.fits(session, at: now) == true,
                let user = try await self.store.user(session.principal.userID), user.state == .active
            else {
                throw CoreError(
                    .conflict,
                    "Prove at '\(provider)' who you are first (/api/v1/auth/oidc/\(provider)/start?fresh=true), and take all rights "
                        + "within five minutes."
                )
            }
            return user
        }
        guard let password else {
            throw CoreError(
                .invalid,
                "All rights cannot be taken",
                details: [.init(path: "password", code: "required", message: "this field is required")]
            )
        }
        do { return try await self.require(password: password, of: session, for: .glassBreak) } catch let error
            as CoreError
            where error.code == .forbidden
        {
            throw CoreError(
                .invalid,
                "The password is wrong.",
                details: [.init(path: "password", code: "wrong", message: "this is not your password")]
            )
        }
    }

    /// Ends it before its time; without it nothing happens.
    package func mendGlass(in session: AuthenticatedSession) async throws {
        guard let store = self.store as? any GlassStore, session.principal.glass != nil else { return }
        try await store.mendGlass(of: session.tokenHash, by: session.principal.change(at: self.clock.now))
    }

    private func check(_ reason: String, _ minutes: Int64?) throws {
        var faults = FaultCollector()
        faults.require(
            !reason.isEmpty && reason.utf8.count <= BrokenGlass.reasonLimit && !TextRules.hasControlCharacters(reason),
            "reason",
            "length",
            "say in 1 to \(BrokenGlass.reasonLimit) bytes why, without control characters"
        )
        if let minutes {
            let longest = self.longestGlassMinutes
            faults.require(
                (BrokenGlass.leastMinutes...longest).contains(minutes),
                "minutes",
                "range",
                "\(BrokenGlass.leastMinutes) to \(longest) minutes"
            )
        }
        try faults.check("All rights cannot be taken")
    }
}
