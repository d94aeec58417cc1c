// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How providers are spoken to.
package protocol OIDCTransport: Sendable {
    /// Sends a request, within seconds, without following redirects, reading a bounded answer.
    func exchange(_ request: OIDCRequest, with provider: OIDCProvider) async throws -> OIDCResponse
}

package struct OIDCRequest: Hashable, Sendable {
    package let url: String
    package var authorization: String?
    /// `application/x-www-form-urlencoded`; nil = GET.
    package var form: String?

    package init(url: String, authorization: String? = nil, form: String? = nil) {
        self.url = url
        self.authorization = authorization
        self.form = form
    }
}

package struct OIDCResponse: Hashable, Sendable {
    package let status: Int
    /// `max-age` of the answer's Cache-Control; nil when it has none.
    package let maximumAge: Int?
    package let body: [UInt8]

    package init(status: Int, maximumAge: Int? = nil, body: [UInt8]) {
        self.status = status
        self.maximumAge = maximumAge
        self.body = body
    }
}
