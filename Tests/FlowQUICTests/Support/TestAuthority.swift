// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import SwiftASN1
import X509

@testable import FlowQUIC

/// A certificate authority made for one test, and the certificates it signs (P-256).
struct TestAuthority {
    let certificate: Certificate
    private let key: P256.Signing.PrivateKey
    private let name: DistinguishedName

    init(_ commonName: String = "Test CA") throws {
        self.key = P256.Signing.PrivateKey()
        self.name = try DistinguishedName { CommonName(commonName) }
        let issuer = Certificate.PrivateKey(self.key)
        self.certificate = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: issuer.publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -3_600),
            notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: self.name,
            subject: self.name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: issuer
        )
    }

    /// The trust of somebody who has this authority's certificate.
    var trust: TLSTrust { get throws { .roots(pem: try self.certificate.serializeAsPEM().pemString) } }

    /// SHA-256 of the authority's certificate, as an enrolment token holds it.
    var fingerprint: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(self.certificate)
            return Array(SHA256.hash(data: serializer.serializedBytes))
        }
    }

    /// A server's identity for `localhost` and 127.0.0.1, its chain with the authority's certificate.
    func server(names: [String] = ["localhost"], days: Double = 1) throws -> TLSIdentity {
        let addresses = [GeneralName.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))]
        return try self.issue("server", names.map { .dnsName($0) } + addresses, .serverAuth, days: days)
    }

    /// An agent's identity.
    func client(_ commonName: String = "agent-0001", days: Double = 1) throws -> TLSIdentity {
        let names: [GeneralName] = [
            .dnsName("\(commonName).fleet"), .uniformResourceIdentifier("urn:agent:\(commonName)"),
        ]
        return try self.issue(commonName, names, .clientAuth, days: days)
    }

    private func issue(
        _ commonName: String,
        _ names: [GeneralName],
        _ usage: ExtendedKeyUsage.Usage,
        days: Double
    ) throws -> TLSIdentity {
        let leafKey = P256.Signing.PrivateKey()
        let leaf = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: Certificate.PrivateKey(leafKey).publicKey,
            notValidBefore: Date(timeIntervalSinceNow: -7_200),
            notValidAfter: Date(timeIntervalSinceNow: days * 86_400),
            issuer: self.name,
            subject: try DistinguishedName { CommonName(commonName) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: Certificate.PrivateKey(self.key)
        )
        let chain = try [leaf, self.certificate].map { try $0.serializeAsPEM().pemString }
        return TLSIdentity(
            certificateChainPEM: chain.joined(separator: "\n"),
            privateKeyPEM: leafKey.pemRepresentation
        )
    }
}
