// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// All rights for a while, in an emergency.
extension AuthenticationService {
    /// The longest that may be asked for, in minutes.
    package var longestGlassMinutes: Int64 { self.settings.now.integer(.breakGlassMinutes) }

    /// Begins a session in the place of the one that asks: with everything on everything, and without the second person.
    ///
    /// It asks for the password again, as a session that somebody left open must not be enough.
    ///
    /// - Parameter minutes: nil = as long as may be.
    /// - Throws: `invalid`, `forbidden`, `conflict` where there is no session of this server.
    package func breakGlass(
        password: String,
        reason: String,
        minutes: Int64?,
        in session: AuthenticatedSession
    ) async throws -> (signIn: SignIn, glass: BrokenGlass) {
        let principal = session.principal
        try principal.require(.breakGlassUse)
        guard let store = self.store as? any GlassStore, !session.isForwarded, !session.isOfToken,
            session.provider == nil
        else {
            throw CoreError(
                .conflict,
                "Only a session that was begun here with a password can take all rights. Another system signs you in."
            )
        }
        try self.check(reason, minutes)
        let now = self.clock.now
        let user: User
        do { user = try await self.require(password: password, of: session, for: .glassBreak) } catch let error
            as CoreError
            where error.code == .forbidden
        {
            throw CoreError(
                .invalid,
                "The password is wrong.",
                details: [.init(path: "password", code: "wrong", message: "this is not your password")]
            )
        }
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
        wanted.glass = glass
        try await store.breakGlass(wanted, replacing: session.tokenHash, by: principal.change(at: now, reason: reason))
        return (SignIn(token: token, expiresAt: wanted.expiresAt, user: user), glass)
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
