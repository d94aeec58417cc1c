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
    }

    let authentication: AuthenticationService

    /// A bearer token counts before a cookie: it was written by whoever made the request.
    static func credential(authorization: String?, cookies: [String]) -> Credential? {
        if let authorization {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return .bearer(String(parts[1]))
        }
        for header in cookies {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == Self.cookieName else { continue }
                return .cookie(String(parts[1]))
            }
        }
        return nil
    }

    func session(of credential: Credential) async throws -> AuthenticatedSession? {
        switch credential {
        case .bearer(let token), .cookie(let token): try await self.authentication.session(token: token)
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
                "A request with the session cookie needs the header 'X-QF-CSRF: 1'."
            )
        }
        if let origin, host?.matches(origin: origin) != true {
            throw APIFailure(.forbidden, "forbidden", "The request comes from a page of another site.")
        }
    }
}
