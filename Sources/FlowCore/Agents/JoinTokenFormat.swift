// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The text a person carries from the server to a new host: `qf1.<id>.<secret>.<fingerprint of the authority>`.
///
/// The secret proves that somebody who may add hosts wanted this one; the fingerprint lets the host recognise its server
/// before it has any certificate. Only the hash of the secret is stored.
package struct JoinTokenFormat: Hashable, Sendable {
    private static let prefix = "qf1"
    private static let idBytes = 8
    private static let secretBytes = 24
    private static let fingerprintBytes = 32

    /// Public part: 16 hexadecimal digits.
    package let id: String
    /// 48 hexadecimal digits, 192 random bits.
    package let secret: String
    /// SHA-256 of the certificate authority's certificate in DER.
    package let authorityFingerprint: [UInt8]

    /// A new token.
    package static func generate(
        authorityFingerprint: [UInt8],
        using random: inout some RandomNumberGenerator
    ) -> JoinTokenFormat {
        JoinTokenFormat(
            id: Hex.encode((0..<Self.idBytes).map { _ in UInt8.random(in: 0...255, using: &random) }),
            secret: Hex.encode((0..<Self.secretBytes).map { _ in UInt8.random(in: 0...255, using: &random) }),
            authorityFingerprint: authorityFingerprint
        )
    }

    private init(id: String, secret: String, authorityFingerprint: [UInt8]) {
        self.id = id
        self.secret = secret
        self.authorityFingerprint = authorityFingerprint
    }

    /// Reads a token as somebody pasted it.
    ///
    /// - Throws: `invalid`, saying what is wrong, without repeating the secret.
    package init(parsing text: String) throws(CoreError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard parts.first == Self.prefix else {
            throw CoreError(.invalid, "This is not a join token: one begins with '\(Self.prefix).'. \(Self.advice)")
        }
        guard parts.count == 4, let id = Hex.decode(parts[1]), id.count == Self.idBytes,
            let secret = Hex.decode(parts[2]), secret.count == Self.secretBytes,
            let fingerprint = Hex.decode(parts[3]), fingerprint.count == Self.fingerprintBytes
        else { throw CoreError(.invalid, "This join token is incomplete; copy it whole. \(Self.advice)") }
        self.init(id: Hex.encode(id), secret: Hex.encode(secret), authorityFingerprint: fingerprint)
    }

    /// How to get a token that works; ends every refusal.
    package static let advice: Wording = "Create a new one with: quicflow-server token create"

    package var text: String {
        "\(Self.prefix).\(self.id).\(self.secret).\(Hex.encode(self.authorityFingerprint))"
    }

    package static func hash(secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    /// What the server stores of this token.
    package func record(groups: [GroupID], createdAt: Timestamp, expiresAt: Timestamp) -> JoinToken {
        JoinToken(
            id: self.id,
            secretHash: Self.hash(secret: self.secret),
            groups: groups,
            expiresAt: expiresAt,
            createdAt: createdAt
        )
    }
}

extension JoinToken {
    /// Compares in constant time, so that an attempt's duration says nothing about the secret.
    package func accepts(secret: String) -> Bool {
        let offered = JoinTokenFormat.hash(secret: secret)
        guard offered.count == self.secretHash.count else { return false }
        return zip(offered, self.secretHash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
