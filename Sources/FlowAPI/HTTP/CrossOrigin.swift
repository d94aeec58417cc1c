// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Which pages of other origins may use the API, and how they are told (the CORS protocol of the Fetch standard).
///
/// They bring a bearer token. `Access-Control-Allow-Credentials` is never said, so that a browser keeps answers to requests with the
/// console's cookie from them; and a write with the cookie has to come from an own page anyway.
struct CrossOrigin: Sendable {
    private let allowed: Set<WebOrigin>

    init(allowed: [WebOrigin] = []) { self.allowed = Set(allowed) }

    var isEmpty: Bool { self.allowed.isEmpty }

    /// - Parameter origin: as it stands in a request.
    func allows(_ origin: String) -> Bool {
        guard !self.allowed.isEmpty, let origin = WebOrigin(origin) else { return false }
        return self.allowed.contains(origin)
    }

    /// What a page may read of an answer besides its body.
    func exposed(to origin: String) -> HTTPFields {
        [.accessControlAllowOrigin: origin, .accessControlExposeHeaders: Self.readable]
    }

    /// The answer to a browser that asks before it sends.
    func preflight(of origin: String, methods: [HTTPRequest.Method]) -> HTTPFields {
        [
            .accessControlAllowOrigin: origin,
            .accessControlAllowMethods: methods.map(\.rawValue).sorted().joined(separator: ", "),
            .accessControlAllowHeaders: Self.writable, .accessControlMaxAge: "600",
        ]
    }

    private static let readable =
        "Content-Disposition, Deprecation, ETag, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
        + "WWW-Authenticate, X-Request-ID"
    private static let writable =
        "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, X-QF-Background, X-QF-Reason, X-Request-ID"
}
