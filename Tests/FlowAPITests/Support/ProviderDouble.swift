// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import FlowCore
import FlowScheduler
import Foundation
import Synchronization

/// An OpenID provider that signs with real keys and can be told to lie.
final class ProviderDouble: OIDCTransport {
    static let issuer = "https://id.example"
    static let clientID = "flow"

    struct State {
        var keys = [ProviderKey.p256("one")]
        /// Which of them signs.
        var signer = 0
        /// Changes the claims before they are signed.
        var change: @Sendable (inout [String: JSON]) -> Void = { _ in }
        /// Makes the token in another way.
        var forge: (@Sendable (_ claims: [String: JSON], _ keys: [ProviderKey]) throws -> String)?
        var groups: [String]? = ["ops"]
        var userInfo: [String: JSON]?
        var isDown = false
        /// Ends of addresses that do not answer.
        var silent: Set<String> = []
        var namesItself = false
        var document: @Sendable (inout [String: JSON]) -> Void = { _ in }
        var nonce = ""
        var challenge = ""
        var subject = "u-1"
        var requests: [OIDCRequest] = []
        var now = Timestamp(milliseconds: 0)
    }

    let state = Mutex(State())

    func set(_ change: (inout State) -> Void) { self.state.withLock { change(&$0) } }

    func count(_ suffix: String) -> Int { self.state.withLock { $0.requests.count { $0.url.hasSuffix(suffix) } } }

    func exchange(_ request: OIDCRequest, with provider: OIDCProvider) async throws -> OIDCResponse {
        try self.state.withLock { state in
            state.requests.append(request)
            if state.isDown || state.silent.contains(where: { request.url.hasSuffix($0) }) {
                throw CoreError(.unavailable, "connect timeout")
            }
            switch request.url {
            case Self.issuer + "/.well-known/openid-configuration":
                var document: [String: JSON] = [
                    "issuer": .string(Self.issuer), "authorization_endpoint": .string(Self.issuer + "/auth?tenant=1"),
                    "token_endpoint": .string(Self.issuer + "/token"), "jwks_uri": .string(Self.issuer + "/keys"),
                    "userinfo_endpoint": .string(Self.issuer + "/me"),
                    "end_session_endpoint": .string(Self.issuer + "/end"),
                    "authorization_response_iss_parameter_supported": .bool(state.namesItself),
                ]
                state.document(&document)
                return Self.answer(document)
            case Self.issuer + "/keys":
                return Self.answer(["keys": .array(state.keys.map { $0.json })])
            case Self.issuer + "/me": return Self.answer(state.userInfo ?? [:])
            case Self.issuer + "/token":
                let fields = Self.fields(request.form ?? "")
                let digest = Array(SHA256.hash(data: Array((fields["code_verifier"] ?? "").utf8)))
                guard fields["code"] == "good", ProviderKey.text(digest) == state.challenge else {
                    return Self.answer(["error": .string("invalid_grant")], status: 400)
                }
                let seconds = state.now.milliseconds / 1000
                var claims: [String: JSON] = [
                    "iss": .string(Self.issuer), "aud": .string(Self.clientID), "sub": .string(state.subject),
                    "exp": .integer(seconds + 300), "iat": .integer(seconds), "nonce": .string(state.nonce),
                    "preferred_username": .string("ada"), "sid": .string("s-1"),
                ]
                if let groups = state.groups { claims["groups"] = .array(groups.map { .string($0) }) }
                state.change(&claims)
                let token = try state.forge?(claims, state.keys) ?? state.keys[state.signer].token(claims)
                return Self.answer(["id_token": .string(token), "access_token": .string("access")])
            default: return OIDCResponse(status: 404, body: [])
            }
        }
    }

    static func fields(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1].removingPercentEncoding ?? "" : "")
            }
        ) { $1 }
    }

    private static func answer(_ body: [String: JSON], status: Int = 200) -> OIDCResponse {
        OIDCResponse(status: status, body: JSONWriter.bytes(body.json))
    }
}

/// A key of a provider.
enum ProviderKey: Sendable {
    case es256(String, P256.Signing.PrivateKey)
    case rs256(String, _RSA.Signing.PrivateKey)
    case edDSA(String, Curve25519.Signing.PrivateKey)

    static func p256(_ id: String) -> ProviderKey { .es256(id, P256.Signing.PrivateKey()) }

    static func text(_ bytes: some Collection<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    var id: String {
        switch self {
        case .es256(let id, _), .rs256(let id, _), .edDSA(let id, _): id
        }
    }

    var algorithm: String {
        switch self {
        case .es256: "ES256"
        case .rs256: "RS256"
        case .edDSA: "EdDSA"
        }
    }

    var json: JSON {
        var members: [String: JSON] = ["kid": .string(self.id), "use": .string("sig")]
        switch self {
        case .es256(_, let key):
            let raw = Array(key.publicKey.rawRepresentation)
            members["kty"] = .string("EC")
            members["crv"] = .string("P-256")
            members["x"] = .string(Self.text(raw.prefix(32)))
            members["y"] = .string(Self.text(raw.suffix(32)))
        case .rs256(_, let key):
            let parts = try? key.publicKey.getKeyPrimitives()
            members["kty"] = .string("RSA")
            members["n"] = .string(Self.text(Array(parts?.modulus ?? Data())))
            members["e"] = .string(Self.text(Array(parts?.publicExponent ?? Data())))
        case .edDSA(_, let key):
            members["kty"] = .string("OKP")
            members["crv"] = .string("Ed25519")
            members["x"] = .string(Self.text(Array(key.publicKey.rawRepresentation)))
        }
        return members.json
    }

    func token(_ claims: [String: JSON], header changes: [String: JSON] = [:]) throws -> String {
        let header = ["alg": JSON.string(self.algorithm), "kid": .string(self.id)].merging(changes) { $1 }
        let signed = Self.text(JSONWriter.bytes(header.json)) + "." + Self.text(JSONWriter.bytes(claims.json))
        let bytes = Array(signed.utf8)
        let signature: Data =
            switch self {
            case .es256(_, let key): try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation
            case .rs256(_, let key):
                try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation
            case .edDSA(_, let key): try key.signature(for: bytes)
            }
        return signed + "." + Self.text(Array(signature))
    }
}
