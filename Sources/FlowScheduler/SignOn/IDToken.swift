// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// A signed token of a provider, taken apart but not yet believed (RFC 7515, RFC 7519).
struct SignedToken: Sendable {
    /// Larger ones are no tokens.
    private static let limit = 64 * 1024

    let algorithm: SignatureAlgorithm
    let keyID: String?
    let claims: JSON
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// - Throws: ``OIDCFault`` for other forms, other algorithms (`none` and `HS256` among them), and extensions that would have to be
    ///   understood.
    init(_ compact: String) throws(OIDCFault) {
        let parts =
            compact.utf8.count <= Self.limit ? compact.split(separator: ".", omittingEmptySubsequences: false) : []
        guard parts.count == 3, let head = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]), let header = try? JSONParser.parse(head),
            let claims = try? JSONParser.parse(body), case .object = claims
        else { throw OIDCFault(.untrusted, "the token is no signed JWT") }
        guard let word = header["alg"]?.claim, let algorithm = SignatureAlgorithm(rawValue: word) else {
            let word = header["alg"]?.claim?.shortened(toBytes: 20) ?? "nothing"
            throw OIDCFault(.untrusted, "the token is signed with '\(word)', which is not taken")
        }
        guard header["crit"] == nil else {
            throw OIDCFault(.untrusted, "the token wants extensions that are not known here")
        }
        self.algorithm = algorithm
        self.keyID = header["kid"]?.claim
        self.claims = claims
        self.signed = Array("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
    }

    func isSigned(by keys: JSONWebKeys) -> Bool {
        keys.candidates(id: self.keyID, self.algorithm).contains {
            $0.verifies(self.signature, of: self.signed, self.algorithm)
        }
    }
}

/// What an ID token has to say (OpenID Connect Core 1.0, 3.1.3.7).
struct IDTokenRules: Sendable {
    let issuer: String
    let clientID: String
    /// As it was sent there; hashed or not, it has to come back.
    let nonce: String
    let now: Timestamp
    /// When the person was asked to prove anew who they are (OpenID Connect Core 1.0, 3.1.2.1: `max_age`); nil = never.
    var freshSince: Timestamp?

    /// How far clocks may be apart; seconds.
    private static let skew: Int64 = 60
    /// A token is used at once; seconds.
    private static let oldest: Int64 = 600

    /// - Returns: the subject.
    /// - Throws: ``OIDCFault`` naming the claim.
    func check(_ claims: JSON) throws(OIDCFault) -> String {
        guard let issuer = claims["iss"]?.claim, ExactText(issuer) == ExactText(self.issuer) else {
            throw OIDCFault(.untrusted, "iss is another issuer")
        }
        guard let audience = claims["aud"]?.texts, audience.contains(self.clientID) else {
            throw OIDCFault(.untrusted, "aud is another client")
        }
        let party = claims["azp"]
        if audience.count > 1 || party != nil {
            guard party == .string(self.clientID) else { throw OIDCFault(.untrusted, "azp is another client") }
        }
        guard let nonce = claims["nonce"]?.claim, ConstantTime.equal(Array(nonce.utf8), Array(self.nonce.utf8)) else {
            throw OIDCFault(.untrusted, "nonce is of another sign-in")
        }
        let now = self.now.milliseconds / 1000
        guard let end = claims["exp"]?.seconds, let issued = claims["iat"]?.seconds else {
            throw OIDCFault(.untrusted, "exp or iat is missing")
        }
        guard end > now - Self.skew else { throw OIDCFault(.untrusted, "exp is past: is this server's clock right?") }
        guard issued <= now + Self.skew else {
            throw OIDCFault(.untrusted, "iat is in the future: is this server's clock right?")
        }
        guard issued >= now - Self.oldest - Self.skew else { throw OIDCFault(.untrusted, "iat is too long ago") }
        if let begin = claims["nbf"] {
            guard let begin = begin.seconds, begin <= now + Self.skew else {
                throw OIDCFault(.untrusted, "nbf is in the future")
            }
        }
        if let freshSince {
            // A provider that overlooks the wish says so by a time before it, or by none.
            guard let proved = claims["auth_time"]?.seconds, proved >= freshSince.milliseconds / 1000 - Self.skew,
                proved <= now + Self.skew
            else { throw OIDCFault(.untrusted, "auth_time says of no new sign-in") }
        }
        guard let subject = claims["sub"]?.claim, (1...ExternalIdentity.subjectLimit).contains(subject.utf8.count)
        else {
            throw OIDCFault(.untrusted, "sub is no subject of at most \(ExternalIdentity.subjectLimit) bytes")
        }
        return subject
    }
}
