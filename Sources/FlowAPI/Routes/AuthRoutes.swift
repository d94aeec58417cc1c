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
                .init("user", JSON.object(Self.user(result.user.id, result.user.username, result.user.role))),
            ]),
            headers: [.setCookie: self.cookie(result.token, maxAge: seconds)]
        )
    }

    func signOut(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        if var session = call.session {
            session.principal = try call.principal
            try await self.authentication.signOut(session)
        }
        return .data(.null, headers: [.setCookie: self.cookie("", maxAge: 0)])
    }

    func whoAmI(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let permissions = principal.permissions.map(\.rawValue).sorted()
        return .data(
            Self.user(principal.userID, principal.username, principal.grants.map(\.role).max()) + [
                .init("permissions", permissions), .init("grants", principal.grants.map(GrantPresenter.grant)),
                .init("scopes", GrantPresenter.scopes(of: principal)),
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
