// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Crypto
import Foundation

/// The private key that an installation signs its definitions by: Ed25519.
///
/// It is derived from the key of the installation's authority, and so lies where that lies, is sealed, shared by servers, backed up
/// and replaced with it, and needs no place of its own.
package struct DefinitionKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// What hosts are told: the public half, and the authority's word for it.
    package let statement: SigningKeyStatement
    private static let purpose = Array("quartzflow definition key 1".utf8)

    /// - Parameter authority: the private key of the authority.
    package init(of authority: P256.Signing.PrivateKey) throws {
        let seed = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: authority.rawRepresentation),
            info: Self.purpose,
            outputByteCount: 32
        )
        self.key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed.withUnsafeBytes { Array($0) })
        let publicKey = Array(self.key.publicKey.rawRepresentation)
        let endorsement = try authority.signature(for: SigningKeyStatement.message(publicKey)).derRepresentation
        self.statement = SigningKeyStatement(key: publicKey, endorsement: Array(endorsement))
    }

    /// Lower-case hex of eight bytes.
    package var id: String { self.statement.id }

    package func sign(_ definition: [UInt8]) throws -> DefinitionSignature {
        try self.sign(digest: DefinitionTrust.digest(of: definition))
    }

    /// - Parameter digest: ``DefinitionTrust/digest(of:)`` of a definition.
    package func sign(digest: [UInt8]) throws -> DefinitionSignature {
        DefinitionSignature(
            key: self.statement.keyID,
            signature: Array(try self.key.signature(for: DefinitionTrust.message(digest)))
        )
    }
}

/// A public key that definitions are signed by, and the word of an authority for it.
package struct SigningKeyStatement: Hashable, Sendable {
    /// Ed25519, 32 bytes.
    package let key: [UInt8]
    /// ECDSA P-256 with SHA-256, DER.
    package let endorsement: [UInt8]
    /// How signatures name it.
    package let keyID: [UInt8]
    /// The same in lower-case hex.
    package let id: String

    package init(key: [UInt8], endorsement: [UInt8]) {
        self.key = key
        self.endorsement = endorsement
        self.keyID = Array(SHA256.hash(data: key).prefix(8))
        self.id = Hex.encode(self.keyID)
    }

    static func message(_ key: [UInt8]) -> [UInt8] { Array("quartzflow signing key 1\0".utf8) + key }

    /// Whether one of these authorities has vouched for it.
    ///
    /// - Parameter authorities: their public keys, P-256 as X9.63 writes them.
    package func isEndorsed(by authorities: [[UInt8]]) -> Bool {
        guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: self.endorsement) else {
            return false
        }
        let message = Self.message(self.key)
        return authorities.contains { bytes in
            (try? P256.Signing.PublicKey(x963Representation: bytes))?.isValidSignature(signature, for: message) ?? false
        }
    }
}
