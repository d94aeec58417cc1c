// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// `/auth`: signing in and out.
struct AuthRoutes: Sendable {
    let authentication: AuthenticationService
    let clock: any WallClock
    let isSecure: Bool

    func signIn(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let username = reader.requiredString("username")
        let password = reader.requiredString("password")
        try reader.finish()
        let result = try await self.authentication.signIn(
            username: username,
            password: password,
            origin: call.origin
        )
        call.context.identity.username = result.user.username
        let seconds = max(0, result.expiresAt.milliseconds(since: self.clock.now) / 1000)
        return .data(
            .object([
                .init("token", result.token),
                .init("expires_at", result.expiresAt),
                .init(
                    "user",
                    JSON.object(
                        Self.user(result.user.id, result.user.username, result.user.role) + [
                            .init("must_change_password", result.user.mustChangePassword)
                        ]
                    )
                ),
            ]),
            headers: [.setCookie: self.cookie(result.token, maxAge: seconds)]
        )
    }

    func signOut(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.signOut(call.authenticated)
        return .data(.null, headers: [.setCookie: self.cookie("", maxAge: 0)])
    }

    func changePassword(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let old = reader.requiredString("old_password")
        let new = reader.requiredString("new_password")
        try reader.finish()
        try await self.authentication.changePassword(from: old, to: new, in: call.authenticated)
        return .done
    }

    func sessions(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return UserPresenter.sessions(try await self.authentication.ownSessions(call.authenticated))
    }

    /// All but the one that asks.
    func endSessions(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.endOwnSessions(id: nil, call.authenticated)
        return .done
    }

    func endSession(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.endOwnSessions(id: call.sessionID(), call.authenticated)
        return .done
    }

    func whoAmI(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let permissions = principal.permissions.map(\.rawValue).sorted()
        return .data(
            Self.user(principal.userID, principal.username, principal.grants.map(\.role).max()) + [
                .init("permissions", permissions),
                .init("must_change_password", call.session?.mustChangePassword == true),
                .init("grants", principal.grants.map(GrantPresenter.grant)),
                .init("scopes", GrantPresenter.scopes(of: principal)),
                .init("token_id", principal.token?.id),
            ]
        )
    }

    private static func user(_ id: UserID, _ name: String, _ role: Role?) -> [JSON.Member] {
        [.init("id", id), .init("username", name), .init("role", role?.rawValue)]
    }

    private func cookie(_ token: String, maxAge: Int64) -> String {
        let secure = self.isSecure ? "; Secure" : ""
        return
            "\(RequestAuthenticator.cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(maxAge)\(secure)"
    }
}
