// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a peer's verified certificate says about it.
package struct PeerIdentity: Sendable, Hashable {
    /// The common name of the subject; empty when it has none.
    package var commonName: String

    /// DNS names among the subject's alternative names.
    package var dnsNames: [String]

    /// URIs among the subject's alternative names.
    package var uris: [String]

    /// The certificate itself.
    package var certificateDER: [UInt8]

    /// SHA-256 of `certificateDER`: 32 bytes.
    package var fingerprintSHA256: [UInt8]

    /// Makes an identity of its parts, as tests and other transports do.
    package init(
        commonName: String,
        dnsNames: [String],
        uris: [String],
        certificateDER: [UInt8],
        fingerprintSHA256: [UInt8]
    ) {
        self.commonName = commonName
        self.dnsNames = dnsNames
        self.uris = uris
        self.certificateDER = certificateDER
        self.fingerprintSHA256 = fingerprintSHA256
    }

    /// The fingerprint in lower-case hexadecimal digits, as people compare it.
    package var fingerprintHex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: self.fingerprintSHA256.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
