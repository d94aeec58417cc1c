// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Own and others' sessions.
extension AuthenticationService {
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
}
