// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// Finds out who asks, from a bearer token or the console's cookie.
struct RequestAuthenticator: Sendable {
    static let cookieName = "qf_session"

    /// What a request brought to show who it is.
    enum Credential: Hashable, Sendable {
        case bearer(String)
        /// Sent by the browser on its own: whoever made the browser send the request may be somebody else.
        case cookie(String)
        /// A trusted proxy says who it is; the browser that it speaks for sends its requests on its own, too.
        case forwarded(ExternalIdentity)

        /// Whether a page of another site could have made the browser send it.
        var isAmbient: Bool { if case .bearer = self { false } else { true } }
    }

    let authentication: AuthenticationService
    /// Nil where no proxy signs people in.
    var trusted: TrustedHeaders?

    /// A bearer token counts before everything else, because whoever made the request wrote it.
    ///
    /// Then counts whom the proxy names, and then the console's cookie.
    static func credential(
        authorization: String?,
        cookies: [String],
        forwarded: ExternalIdentity? = nil
    ) -> Credential? {
        if let authorization {
            let parts = authorization.utf8.split(separator: 0x20, maxSplits: 1)
            if parts.count == 2, HeaderText.equal(parts[0], "bearer") { return String(parts[1]).map { .bearer($0) } }
            // What a proxy asked for itself and passes on.
            return forwarded.map { .forwarded($0) }
        }
        if let forwarded { return .forwarded(forwarded) }
        return Cookie.value(of: Self.cookieName, in: cookies).map { .cookie($0) }
    }

    /// - Parameters:
    ///   - isUse: whether it keeps the session alive.
    ///   - address: where the request comes from.
    ///   - request: its id, for the audit.
    ///   - stranger: called before anything is done for somebody who has no account here; what it throws is thrown.
    func session(
        of credential: Credential,
        isUse: Bool,
        address: String?,
        request: String? = nil,
        stranger: @Sendable () throws -> Void
    ) async throws -> AuthenticatedSession? {
        switch credential {
        case .forwarded(let identity):
            guard let trusted else { return nil }
            return try await self.authentication.session(
                forwarded: identity,
                map: trusted.map,
                requiresAdministrator: trusted.requiresAdministrator,
                origin: Origin(via: .console, address: address, request: request),
                stranger: stranger
            )
        case .bearer(let token):
            return try await self.authentication.session(token: token, isUse: isUse, address: address)
        case .cookie(let token):
            // A browser never gets an API token; one that stands in a cookie was put there by somebody else.
            guard !token.hasPrefix(APITokenFormat.mark) else { return nil }
            return try await self.authentication.session(token: token, isUse: isUse, address: address)
        }
    }

    /// Checks that a request that changes something and is authenticated by the cookie was made by the console itself.
    static func requireSameSite(
        method: HTTPRequest.Method,
        csrf: String?,
        origin: String?,
        host: HostAuthority?
    ) throws {
        guard method != .get, method != .head else { return }
        guard csrf == "1" else {
            throw APIFailure(
                .forbidden,
                "forbidden",
                "A request of a browser needs the header 'X-QF-CSRF: 1'."
            )
        }
        if let origin, host?.matches(origin: origin) != true {
            throw APIFailure(.forbidden, "forbidden", "The request comes from a page of another site.")
        }
    }
}
