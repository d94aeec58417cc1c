// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Crypto
import Foundation

/// The word of one authority for the one that follows it.
package struct AuthorityVoucher: Hashable, Sendable {
    /// SHA-256 of the certificate (DER) of the one that follows.
    package let authority: [UInt8]
    /// ECDSA P-256 with SHA-256, DER.
    package let signature: [UInt8]

    package init(authority: [UInt8], signature: [UInt8]) {
        self.authority = authority
        self.signature = signature
    }

    /// - Parameters:
    ///   - authority: SHA-256 of the certificate of the one that follows.
    ///   - key: the private key of the one that hosts trust.
    package init(for authority: [UInt8], by key: P256.Signing.PrivateKey) throws {
        self.init(
            authority: authority,
            signature: Array(try key.signature(for: Self.message(authority)).derRepresentation)
        )
    }

    /// Begins otherwise than what authorities sign besides: certificates, and keys of definitions.
    private static func message(_ authority: [UInt8]) -> [UInt8] { Array("quartzflow authority 1\0".utf8) + authority }

    /// - Parameter publicKey: P-256 as X9.63 writes it.
    func isSigned(by publicKey: [UInt8]) -> Bool {
        guard let key = try? P256.Signing.PublicKey(x963Representation: publicKey),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: self.signature)
        else { return false }
        return key.isValidSignature(signature, for: Self.message(self.authority))
    }
}

/// What a server says of the authorities that hosts are to trust from now on.
package struct AuthorityNews: Hashable, Sendable {
    /// PEM, the newest last.
    package var certificates: String
    package var vouchers: [AuthorityVoucher]
    /// The server's authorities vouch for the one that follows; false from a server of an earlier version.
    package var vouches: Bool

    package init(certificates: String, vouchers: [AuthorityVoucher] = [], vouches: Bool = true) {
        self.certificates = certificates
        self.vouchers = vouchers
        self.vouches = vouches
    }
}
