// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import FlowCore

/// How a token may be signed: with a private key that only the provider has.
///
/// `none` and the symmetric ones are not here, and so can't be chosen by a token: with those, whoever knows the public key, or
/// nothing at all, could sign (RFC 8725, 2.1).
enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// A provider's public key (RFC 7517).
struct JSONWebKey: Sendable {
    enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    let id: String?
    /// The one algorithm it is for; nil = those of its kind.
    let algorithm: String?
    let material: Material

    /// - Returns: nil for what is not for signatures, is of a kind that is not known here, or too weak.
    init?(_ json: JSON) {
        guard json["use"].map({ $0 == .string("sig") }) ?? true,
            let material = Self.material(json)
        else { return nil }
        self.id = json["kid"]?.claim
        self.algorithm = json["alg"]?.claim
        self.material = material
    }

    private static func material(_ json: JSON) -> Material? {
        func bytes(_ name: String) -> [UInt8]? { json[name]?.claim.flatMap { Base64URL.decode($0) } }
        switch (json["kty"]?.claim, json["crv"]?.claim) {
        case ("RSA", _):
            // Larger ones only cost time; the library refuses those below 2048 bits.
            guard let n = bytes("n"), let e = bytes("e"), n.count <= 1024, e.count <= 8,
                let key = try? _RSA.Signing.PublicKey(n: n, e: e)
            else { return nil }
            return .rsa(key)
        case ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y"), x.count == 32, y.count == 32,
                let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y)
            else { return nil }
            return .p256(key)
        case ("OKP", "Ed25519"):
            guard let x = bytes("x"), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
                return nil
            }
            return .ed25519(key)
        default: return nil
        }
    }

    /// Whether a signature of this algorithm can be this key's: the token says the algorithm, the key says which are possible.
    func serves(_ algorithm: SignatureAlgorithm) -> Bool {
        guard self.algorithm.map({ $0 == algorithm.rawValue }) ?? true else { return false }
        return switch (self.material, algorithm) {
        case (.rsa, .rs256), (.rsa, .ps256), (.p256, .es256), (.ed25519, .edDSA): true
        default: false
        }
    }

    func verifies(_ signature: [UInt8], of signed: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        guard self.serves(algorithm) else { return false }
        switch self.material {
        case .rsa(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: signed),
                padding: algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5
            )
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: signed))
        case .ed25519(let key): return key.isValidSignature(signature, for: signed)
        }
    }
}

/// A provider's keys.
struct JSONWebKeys: Sendable {
    /// More are no set of keys.
    private static let limit = 100

    let keys: [JSONWebKey]

    init(_ keys: [JSONWebKey]) { self.keys = keys }

    /// - Throws: ``OIDCFault`` when it is no set of keys, or none of them serves.
    init(_ body: [UInt8]) throws(OIDCFault) {
        guard let document = try? JSONParser.parse(body), case .array(let list)? = document["keys"] else {
            throw OIDCFault(.unreachable, "the keys are no JSON Web Key Set")
        }
        self.keys = list.prefix(Self.limit).compactMap { JSONWebKey($0) }
        guard !self.keys.isEmpty else { throw OIDCFault(.untrusted, "none of the keys can check a signature here") }
    }

    /// Those that a token can be signed with: the one it names, or without a name those of its algorithm.
    func candidates(id: String?, _ algorithm: SignatureAlgorithm) -> [JSONWebKey] {
        self.keys.filter { key in
            guard key.serves(algorithm) else { return false }
            guard let id else { return true }
            return key.id.map { ExactText($0) == ExactText(id) } ?? false
        }
    }
}
