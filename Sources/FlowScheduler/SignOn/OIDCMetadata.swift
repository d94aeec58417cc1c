// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3).
struct OIDCMetadata: Hashable, Sendable {
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysEndpoint: String
    let userInfoEndpoint: String?
    let endSessionEndpoint: String?
    /// The client's secret goes into the form, because the provider takes it nowhere else.
    let wantsSecretInForm: Bool
    /// It says on the way back who it is (RFC 9207).
    let namesItself: Bool

    /// - Throws: ``OIDCFault`` when it is another provider's, or lacks something.
    init(_ body: [UInt8], issuer: String) throws(OIDCFault) {
        guard let document = try? JSONParser.parse(body) else {
            throw OIDCFault(.unreachable, "the discovery document is no JSON")
        }
        // Another issuer could sign in anybody it likes (OpenID Connect Discovery 1.0, 4.3).
        guard let named = document["issuer"]?.claim, ExactText(named) == ExactText(issuer) else {
            let named = document["issuer"]?.claim?.shortened(toBytes: 200) ?? "nothing"
            throw OIDCFault(.untrusted, "the discovery document is of '\(named)' and not of '\(issuer)'")
        }
        func endpoint(_ name: String) throws(OIDCFault) -> String? {
            guard let text = document[name]?.claim else { return nil }
            guard OIDCProvider.isAcceptable(text) else {
                throw OIDCFault(.untrusted, "\(name) is no address with https")
            }
            return text
        }
        guard let authorization = try endpoint("authorization_endpoint"), let token = try endpoint("token_endpoint"),
            let keys = try endpoint("jwks_uri")
        else { throw OIDCFault(.unreachable, "the discovery document lacks an endpoint") }
        self.authorizationEndpoint = authorization
        self.tokenEndpoint = token
        self.keysEndpoint = keys
        self.userInfoEndpoint = try endpoint("userinfo_endpoint")
        self.endSessionEndpoint = try endpoint("end_session_endpoint")
        let methods = document["token_endpoint_auth_methods_supported"]?.texts ?? []
        self.wantsSecretInForm = !methods.isEmpty && !methods.contains("client_secret_basic")
        self.namesItself = document["authorization_response_iss_parameter_supported"] == .bool(true)
    }
}

extension JSON {
    /// The text of a string; nil for anything else.
    var claim: String? { if case .string(let text) = self { text } else { nil } }

    /// The strings of a list, or the one string; nil when there is anything else in it.
    var texts: [String]? {
        switch self {
        case .string(let text): return [text]
        case .array(let elements):
            let texts = elements.compactMap(\.claim)
            return texts.count == elements.count ? texts : nil
        default: return nil
        }
    }

    /// Seconds since 1970 (RFC 7519, 2: NumericDate); fractions are cut.
    var seconds: Int64? {
        switch self {
        case .integer(let seconds): seconds
        case .number(let seconds) where abs(seconds) < 1e15: Int64(seconds)
        default: nil
        }
    }
}
