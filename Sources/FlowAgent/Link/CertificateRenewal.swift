// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
import Foundation
import SwiftASN1
import X509

/// When a certificate is to be renewed: from two thirds of its life on.
package struct RenewalSchedule: Hashable, Sendable {
    package let begin: Timestamp
    package let end: Timestamp

    package init(begin: Timestamp, end: Timestamp) {
        self.begin = begin
        self.end = end
    }

    /// Milliseconds.
    private var life: Int64 { max(0, self.end.milliseconds(since: self.begin)) }

    package var renewAt: Timestamp { self.begin.advanced(byMilliseconds: self.life / 3 * 2) }

    /// How long to wait before asking, and before asking again after no answer or a refusal; milliseconds.
    ///
    /// - Parameter attempts: how often it was asked for on this connection.
    package func pause(now: Timestamp, attempts: Int) -> Int64 {
        let wait = max(0, self.renewAt.milliseconds(since: now))
        guard attempts > 0 else { return wait }
        return max(wait, self.retryPause)
    }

    /// Some hundred tries fit between the first and the end; milliseconds.
    package var retryPause: Int64 { min(3_600_000, max(1000, self.life / 300)) }
}

/// A new key and a request for a certificate of it.
struct CertificateRequestDraft: Sendable {
    let privateKeyPEM: String
    let requestPEM: String
    private let key: P256.Signing.PrivateKey

    init() throws {
        let key = P256.Signing.PrivateKey()
        self.key = key
        self.privateKeyPEM = key.pemRepresentation
        self.requestPEM = try CertificateSigningRequest(
            version: .v1,
            subject: try DistinguishedName { CommonName("agent") },
            privateKey: Certificate.PrivateKey(key),
            attributes: CertificateSigningRequest.Attributes(),
            signatureAlgorithm: .ecdsaWithSHA256
        ).serializeAsPEM().pemString
    }

    /// The identity with the certificate that the server made of this request.
    ///
    /// - Throws: `CoreError` when the certificate is for another key, or ends no later than the one it follows.
    func identity(with chain: String, following old: AgentIdentity) throws -> AgentIdentity {
        let certificate = try Certificate(pemEncoded: chain)
        guard certificate.publicKey == Certificate.PublicKey(self.key.publicKey) else {
            throw CoreError(.internal, "The server's certificate is not for this host's new key.")
        }
        // Both while one takes over.
        let trusted = try PEMDocument.parseMultiple(pemString: old.authorityPEM).map {
            try Certificate(pemDocument: $0)
        }
        guard trusted.contains(where: { $0.publicKey.isValidSignature(certificate.signature, for: certificate) }) else {
            throw CoreError(.internal, "The new certificate is not signed by an authority this host trusts.")
        }
        var renewed = old
        renewed.certificateChainPEM = chain
        renewed.privateKeyPEM = self.privateKeyPEM
        return renewed
    }
}

extension AgentIdentity {
    /// When its certificate is to be renewed; nil when it can't be read.
    package var renewal: RenewalSchedule? {
        guard let certificate = try? Certificate(pemEncoded: self.certificateChainPEM) else { return nil }
        return RenewalSchedule(
            begin: Timestamp(milliseconds: Int64(certificate.notValidBefore.timeIntervalSince1970 * 1000)),
            end: Timestamp(milliseconds: Int64(certificate.notValidAfter.timeIntervalSince1970 * 1000))
        )
    }
}
