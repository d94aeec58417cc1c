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
    /// Where people whom a proxy signs in sign out.
    var proxyLogoutURL: String?
    /// Where people sign in and out elsewhere.
    var oidc: OIDCService?

    func signIn(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let username = reader.requiredString("username")
        let password = reader.requiredString("password")
        try reader.finish()
        do {
            let session = try await self.authentication.signIn(
                username: username,
                password: password,
                device: self.device(call),
                origin: call.origin
            )
            return self.answer(session, call)
        } catch let wanted as SecondFactorWanted {
            var failure = APIFailure(
                .unauthorized,
                "totp_required",
                "The password is right. Send the code of your application, or a recovery code, with this ticket to "
                    + "POST /api/v1/auth/login/totp."
            )
            failure.members = [.init("ticket", wanted.ticket), .init("expires_at", wanted.expiresAt)]
            throw failure
        }
    }

    /// The second step, for who has a second factor.
    func signInWithCode(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let ticket = reader.requiredString("ticket")
        let code = reader.requiredString("code")
        try reader.finish()
        let session = try await self.authentication.signIn(
            ticket: ticket,
            code: code,
            device: self.device(call),
            origin: call.origin
        )
        return self.answer(session, call)
    }

    private func answer(_ result: SignIn, _ call: APICall) -> APIAnswer {
        call.context.identity.username = result.user.username
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
            headers: self.cookies(for: result)
        )
    }

    func signOut(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let session = try call.authenticated
        if session.isForwarded {
            // There is nothing here that could end; the browser goes where it can.
            return .data([.init("url", self.proxyLogoutURL)])
        }
        try await self.authentication.signOut(session)
        if let provider = session.provider {
            let url = await self.oidc?.endURL(of: provider)
            return .data(.object([.init("url", url)]), headers: [.setCookie: self.cookie("", maxAge: 0)])
        }
        return .data(.null, headers: [.setCookie: self.cookie("", maxAge: 0)])
    }

    func changePassword(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let old = reader.requiredString("old_password")
        let new = reader.requiredString("new_password")
        try reader.finish()
        let session = try await self.authentication.changePassword(from: old, to: new, in: call.authenticated)
        return .data(
            .object([.init("token", session.token), .init("expires_at", session.expiresAt)]),
            headers: self.cookies(for: session)
        )
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
            Self.user(principal.userID, principal.username, principal.grants.compactMap(\.role.builtIn).max()) + [
                .init("permissions", permissions),
                .init("must_change_password", call.session?.mustChangePassword == true),
                .init("must_set_up_totp", call.session?.mustSetUpSecondFactor == true),
                .init("grants", principal.grants.map(GrantPresenter.grant)),
                .init("scopes", GrantPresenter.scopes(of: principal)),
                .init("token_id", principal.token?.id), .init("provider", call.session?.provider),
                .init(
                    "break_glass",
                    principal.glass.map { JSON.object([.init("until", $0.until), .init("reason", $0.reason)]) }
                ),
            ]
        )
    }

    private static func user(_ id: UserID, _ name: String, _ role: Role?) -> [JSON.Member] {
        [.init("id", id), .init("username", name), .init("role", role?.rawValue)]
    }

    func cookie(for session: SignIn) -> String {
        self.cookie(session.token, maxAge: max(0, session.expiresAt.milliseconds(since: self.clock.now) / 1000))
    }

    /// The session's, and the one by which this browser is known at the next sign-in.
    private func cookies(for session: SignIn) -> HTTPFields {
        var headers: HTTPFields = [.setCookie: self.cookie(for: session)]
        if let device = session.device {
            headers.append(
                HTTPField(
                    name: .setCookie,
                    value: self.deviceCookie.setting(device, maxAge: AuthenticationService.deviceSeconds)
                )
            )
        }
        return headers
    }

    static let proofCookieName = "qf_proof"

    /// Shows for some minutes that the person has just proved at a provider who they are.
    func proofCookie(_ proof: String) -> String {
        Cookie(name: Self.proofCookieName, path: Endpoint.base + "/auth/break-glass", isSecure: self.isSecure)
            .setting(proof, maxAge: FreshSignOn.lifeMilliseconds / 1000)
    }

    private var deviceCookie: Cookie {
        Cookie(name: "qf_device", path: Endpoint.base + "/auth", isSecure: self.isSecure)
    }

    private func device(_ call: APICall) -> String? {
        Cookie.value(of: self.deviceCookie.name, in: call.request.headers[values: .cookie])
    }

    private func cookie(_ token: String, maxAge: Int64) -> String {
        Cookie(name: RequestAuthenticator.cookieName, isSecure: self.isSecure).setting(token, maxAge: maxAge)
    }
}
