// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Passwords: the first one, changes, and what asks for one again.
extension AuthenticationService {
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
        let hash = try await self.hasher.hash(new)
        try await self.store.setPassword(
            hash,
            mustChange: false,
            of: user.id,
            keeping: nil,
            by: principal.change(at: now)
        )
        var signIn = try await self.begin(for: user, origin: principal.origin, at: now)
        signIn.device = self.mark(of: user.id, passwordHash: hash)
        return signIn
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
            try await self.queue.perform(
                from: ExactText("user \(principal.userID)"),
                isKnown: true,
                failures: 0,
                { await self.hasher.verify(password, against: user.passwordHash) }
            )
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

    private var passwordMinimum: Int { Int(self.settings.now.integer(.signInPasswordLength)) }
}
