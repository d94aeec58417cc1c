// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// The password was right, and a code is wanted too.
package struct SecondFactorWanted: Error, Sendable {
    /// To be sent with the code.
    package let ticket: String
    package let expiresAt: Timestamp
}

/// A new second factor, told this once.
package struct SecondFactorSetup: Sendable {
    /// For who types it.
    package let secret: String
    /// For who photographs it.
    package let uri: String
}

/// One-time codes (RFC 6238) and recovery codes beside the password.
extension AuthenticationService {
    private static let issuer = "QuartzFlow"

    /// Signs in with the code that was wanted: one of the phone, or a recovery code.
    ///
    /// - Throws: `unauthenticated`, `tooManyRequests`.
    package func signIn(
        ticket: String,
        code: String,
        device: String? = nil,
        origin: Origin
    ) async throws -> SignIn {
        let now = self.clock.now
        let hash = Self.hash(of: ticket)
        let said = self.seal.flatMap { SignInTicket(ticket, seal: $0) }
        guard ticket.utf8.count <= SignInTicket.limit, let id = self.tickets.withLock({ $0.take(hash, said, at: now) }),
            let user = try await self.store.user(id), user.state == .active, said?.fits(user) ?? true
        else {
            throw CoreError(
                .unauthenticated,
                "This sign-in took too long, or too many codes were wrong. Begin again with the password."
            )
        }
        let key = ExactText(user.username.lowercased())
        let address = origin.address ?? ""
        let known = self.device(device, of: user)
        try self.takeAttempt(key, address: address, device: known)
        let change = Change(by: .user(user.id, user.username), at: now, origin: origin)
        guard try await self.accepts(code, of: user.id, by: change) else {
            await self.noteRefusal(key, shown: user.username, origin: origin)
            throw CoreError(.unauthenticated, "The code is wrong, or was used already. Wait for the next one.")
        }
        self.tickets.withLock { $0.spend(hash) }
        self.noteSuccess(key, address: address, device: known)
        var signIn = try await self.begin(for: user, origin: origin, at: now)
        signIn.device = self.mark(of: user.id, passwordHash: user.passwordHash)
        return signIn
    }

    /// Lets somebody who has shown the password go on to the code.
    func want(codeOf user: User) -> SecondFactorWanted {
        let endsAt = self.clock.now.advanced(byMilliseconds: SignInTickets.lifeMilliseconds)
        if let ticket = self.seal.flatMap({ SignInTicket(of: user, endsAt: endsAt).sealed($0) }) {
            return SecondFactorWanted(ticket: ticket, expiresAt: endsAt)
        }
        // Without the key a recovery code is still good, at this server.
        let ticket = Self.makeToken()
        let end = self.tickets.withLock { $0.add(Self.hash(of: ticket), user: user.id, at: self.clock.now) }
        return SecondFactorWanted(ticket: ticket, expiresAt: end)
    }

    private func accepts(_ code: String, of user: UserID, by change: Change) async throws -> Bool {
        guard let factors, let factor = try await factors.secondFactor(of: user), factor.isConfirmed else {
            return false
        }
        if let hash = RecoveryCode.hash(code) {
            return try await factors.useRecoveryCode(hash: hash, of: user, by: change)
        }
        guard let step = try self.open(factor, of: user).step(of: code, at: change.at, after: factor.lastStep) else {
            return false
        }
        return try await factors.useStep(step, of: user)
    }

    /// - Throws: `unavailable` without the key; recovery codes are good without.
    private func open(_ factor: SecondFactor, of user: UserID) throws -> TOTP {
        guard let text = self.seal?.open(factor.sealed, name: SecondFactor.name(of: user), version: 1),
            let totp = TOTP(base32: text)
        else {
            throw CoreError(
                .unavailable,
                "The server has lost its master key, so it can't check this code. A recovery code is still good; or an "
                    + "administrator resets the second factor (quicflow-server user reset-totp)."
            )
        }
        return totp
    }

    // MARK: The own one

    package func secondFactor(_ session: AuthenticatedSession) async throws -> SecondFactor? {
        try await self.factors?.secondFactor(of: session.principal.userID)
    }

    /// Makes a secret that counts from its first code on; asks the password, because a stolen session must not keep its
    /// owner out.
    package func beginSecondFactor(password: String, in session: AuthenticatedSession) async throws -> SecondFactorSetup
    {
        let user = try await self.require(password: password, of: session, for: .secondFactorStart)
        guard let factors, let seal else {
            throw CoreError(.unavailable, "The server has lost its master key, so no second factor can be set up.")
        }
        var random = SystemRandomNumberGenerator()
        let totp = TOTP.generate(using: &random)
        try await factors.beginSecondFactor(
            sealed: try seal.seal(totp.base32, name: SecondFactor.name(of: user.id), version: 1),
            of: user.id,
            by: session.principal.change(at: self.clock.now)
        )
        return SecondFactorSetup(
            secret: totp.base32,
            uri: totp.uri(issuer: Self.issuer, account: user.username)
        )
    }

    /// Lets the new secret count: its first code shows that the phone has it.
    ///
    /// - Returns: the recovery codes, told this once.
    package func confirmSecondFactor(code: String, in session: AuthenticatedSession) async throws -> [String] {
        let user = session.principal.userID
        let now = self.clock.now
        let key = ExactText(session.principal.username.lowercased())
        let address = session.principal.origin.address ?? ""
        try self.takeAttempt(key, address: address)
        guard let factors, let factor = try await factors.secondFactor(of: user), !factor.isConfirmed else {
            throw StoreFault.secondFactorThere
        }
        guard let step = try self.open(factor, of: user).step(of: code, at: now, after: factor.lastStep) else {
            throw CoreError(.forbidden, "The code is wrong. Is the clock of the phone right?")
        }
        self.limiter.withLock { $0.succeeded(user: key, address: address) }
        let codes = Self.makeRecoveryCodes()
        try await factors.confirmSecondFactor(
            step: step,
            recoveryHashes: codes.compactMap { RecoveryCode.hash($0) },
            of: user,
            by: session.principal.change(at: now)
        )
        return codes
    }

    /// - Returns: other recovery codes, told this once; those of before are worth nothing.
    package func renewRecoveryCodes(password: String, in session: AuthenticatedSession) async throws -> [String] {
        let user = try await self.require(password: password, of: session, for: .recoveryCodesRenew)
        let codes = Self.makeRecoveryCodes()
        guard let factors else { throw StoreFault.noSecondFactor }
        try await factors.replaceRecoveryCodes(
            codes.compactMap { RecoveryCode.hash($0) },
            of: user.id,
            by: session.principal.change(at: self.clock.now)
        )
        return codes
    }

    /// Turns it off; asks password and code, which is what it protects.
    package func endSecondFactor(password: String, code: String, in session: AuthenticatedSession) async throws {
        let user = try await self.require(password: password, of: session, for: .secondFactorEnd)
        let change = session.principal.change(at: self.clock.now)
        guard try await self.accepts(code, of: user.id, by: change) else {
            throw CoreError(.forbidden, "The code is wrong, or was used already. Wait for the next one.")
        }
        try await self.factors?.removeSecondFactor(of: user.id, endsSessions: false, by: change)
    }

    /// Takes somebody's second factor away, whose phone is lost, and ends their sessions.
    package func resetSecondFactor(of user: UserID, as session: AuthenticatedSession) async throws {
        try session.principal.require(.usersWrite)
        try await self.factors?.removeSecondFactor(
            of: user,
            endsSessions: true,
            by: session.principal.change(at: self.clock.now)
        )
    }

    /// Whether somebody has to set one up before anything else.
    ///
    /// Without the key nobody could, and so nobody has to.
    func mustSetUpSecondFactor(_ user: User) -> Bool {
        guard user.provider == nil, !user.hasSecondFactor, self.factors != nil, self.seal != nil else { return false }
        return switch self.settings.now.text(.signInSecondFactor) {
        case "all": true
        case "admins": user.grants.contains { $0.role.builtIn == .admin }
        default: false
        }
    }

    private static func makeRecoveryCodes() -> [String] {
        var random = SystemRandomNumberGenerator()
        return (0..<RecoveryCode.count).map { _ in RecoveryCode.generate(using: &random) }
    }
}
