// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// The keys whose signatures a host takes for one session.
package struct DefinitionTrust: Sendable {
    private struct Key: Sendable {
        let id: [UInt8]
        let key: Curve25519.Signing.PublicKey
    }

    private let keys: [Key]
    /// More than a server ever has.
    private static let most = 4

    /// Takes what a server says only as far as an authority that the host trusts has vouched for it: whoever has no more than a
    /// server's certificate can name no key of its own.
    ///
    /// - Parameters:
    ///   - statements: of the server, the newest last.
    ///   - authorities: public keys of those that the host trusts, P-256 as X9.63 writes them.
    package init(_ statements: [SigningKeyStatement] = [], authorities: [[UInt8]] = []) {
        self.keys = statements.suffix(Self.most).compactMap { statement in
            guard statement.isEndorsed(by: authorities),
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: statement.key)
            else { return nil }
            return Key(id: statement.keyID, key: key)
        }
    }

    /// Ids of the keys, the newest last.
    package var ids: [String] { self.keys.map { Hex.encode($0.id) } }

    /// SHA-256: what is signed of a definition.
    package static func digest(of definition: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: definition)) }

    static func message(_ digest: [UInt8]) -> [UInt8] { Array("quartzflow definition 1\0".utf8) + digest }

    /// What a host makes of a definition's signatures; nil when there is none.
    package func verdict(of definition: [UInt8], _ signatures: [DefinitionSignature]) -> DefinitionVerdict? {
        guard !signatures.isEmpty else { return nil }
        let message = Self.message(Self.digest(of: definition))
        var isKnown = false
        for key in self.keys.reversed() {
            for signature in signatures.prefix(Self.most) where signature.key == key.id {
                isKnown = true
                if key.key.isValidSignature(signature.signature, for: message) {
                    return .signed(by: Hex.encode(key.id))
                }
            }
        }
        return isKnown ? .wrong : .strange
    }
}
