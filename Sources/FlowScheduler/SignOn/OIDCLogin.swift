// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Foundation

/// A way to a provider and back, as the browser carries it in a sealed cookie.
struct OIDCLogin: Hashable, Sendable {
    /// Longer nobody takes to sign in; milliseconds.
    static let lifetime: Int64 = 10 * 60_000

    let provider: String
    /// Ties the way back to this browser (RFC 6749, 10.12).
    let state: String
    /// Ties the ID token to this way.
    let nonce: String
    /// Ties the code to who asked for it (RFC 7636).
    let verifier: String
    /// A path of the console.
    let returnTo: String
    /// The person has to prove anew who they are, whatever session they have there.
    let isFresh: Bool
    /// Of the program that gets the session instead of this browser; nil = the browser gets it.
    let challenge: String?
    let expiresAt: Timestamp
    var begunAt: Timestamp { self.expiresAt.advanced(byMilliseconds: -Self.lifetime) }

    /// - Parameter random: 256 bits of text each time.
    init(
        provider: String,
        returnTo: String,
        isFresh: Bool = false,
        challenge: String? = nil,
        now: Timestamp,
        random: () -> String
    ) {
        self.provider = provider
        self.state = random()
        self.nonce = random()
        self.verifier = random()
        self.returnTo = Self.safe(returnTo)
        self.isFresh = isFresh
        self.challenge = challenge
        self.expiresAt = now.advanced(byMilliseconds: Self.lifetime)
    }

    /// A path of this site; anything else would let others lead people away from here.
    static func safe(_ path: String) -> String {
        let isPlain =
            path.utf8.count <= 1024 && path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\")
            && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        return isPlain ? path : "/"
    }

    // MARK: In the cookie

    var text: String {
        JSONWriter.text(
            .object([
                .init("p", self.provider), .init("s", self.state), .init("n", self.nonce), .init("v", self.verifier),
                .init("r", self.returnTo), .init("e", self.expiresAt.milliseconds), .init("f", self.isFresh),
                .init("c", self.challenge),
            ])
        )
    }

    init?(text: String) {
        guard let json = try? JSONParser.parse(Array(text.utf8)), let provider = json["p"]?.claim,
            let state = json["s"]?.claim, let nonce = json["n"]?.claim, let verifier = json["v"]?.claim,
            let returnTo = json["r"]?.claim, let end = json["e"]?.seconds
        else { return nil }
        self.provider = provider
        self.state = state
        self.nonce = nonce
        self.verifier = verifier
        self.returnTo = Self.safe(returnTo)
        self.isFresh = json["f"] == .bool(true)
        self.challenge = json["c"]?.claim
        self.expiresAt = Timestamp(milliseconds: end)
    }

    // MARK: Addresses

    /// Where the browser goes to sign in.
    func authorizationURL(_ provider: OIDCProvider, _ metadata: OIDCMetadata) -> String {
        let challenge = Base64URL.encode(Array(SHA256.hash(data: Array(self.verifier.utf8))))
        return FormText.url(
            metadata.authorizationEndpoint,
            [
                ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", provider.redirectURL),
                ("scope", provider.scopes.joined(separator: " ")), ("state", self.state), ("nonce", self.nonce),
                ("code_challenge", challenge), ("code_challenge_method", "S256"),
            ] + (self.isFresh ? [("prompt", "login"), ("max_age", "0")] : [])
        )
    }

    /// What the code is exchanged with.
    func tokenRequest(code: String, _ provider: OIDCProvider, _ metadata: OIDCMetadata) -> OIDCRequest {
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", provider.redirectURL),
            ("code_verifier", self.verifier),
        ]
        var authorization: String?
        if let secret = provider.clientSecret, !metadata.wantsSecretInForm {
            // Encoded before it is joined: RFC 6749, 2.3.1.
            let pair = "\(FormText.encode(provider.clientID)):\(FormText.encode(secret))"
            authorization = "Basic " + Data(pair.utf8).base64EncodedString()
        } else {
            fields.append(("client_id", provider.clientID))
            if let secret = provider.clientSecret { fields.append(("client_secret", secret)) }
        }
        return OIDCRequest(url: metadata.tokenEndpoint, authorization: authorization, form: FormText.form(fields))
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || [0x2d, 0x2e, 0x5f, 0x7e].contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            result += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }
        return result
    }

    static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\(self.encode($0.0))=\(self.encode($0.1))" }.joined(separator: "&")
    }

    /// An address with further parameters.
    static func url(_ base: String, _ fields: [(String, String)]) -> String {
        base + (base.contains("?") ? "&" : "?") + self.form(fields)
    }
}
