// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
package import FlowWire
import Foundation
import SwiftASN1
import X509

/// The installation's own certificate authority: P-256, made on the first start, kept in a private directory.
///
/// It signs the server's certificate and one per agent. Nothing else trusts it and it trusts nothing else.
package struct CertificateAuthority: Sendable {
    static let keyFile = "ca-key.pem"
    static let certificateFile = "ca.pem"
    /// Hosts with a clock that is late still accept new certificates.
    static let backdating: TimeInterval = 86_400
    package static let years: Double = 10
    package static let year: Double = 365.25 * 86_400

    let key: Certificate.PrivateKey
    /// The same, for what is no certificate.
    private let signingKey: P256.Signing.PrivateKey
    let certificate: Certificate
    /// What this authority's installation signs definitions by.
    let definitionKey: DefinitionKey
    /// PEM; what agents keep as their trust.
    package let certificatePEM: String
    /// SHA-256 of the certificate in DER; part of every join token.
    package let fingerprint: [UInt8]
    /// How long certificates of agents are good; seconds.
    private let agentLife: Double

    package var expiresAt: Timestamp { Timestamp(self.certificate.notValidAfter) }

    /// Opens the authority in a directory, or makes a new one.
    ///
    /// The key is durable before the certificate exists: a start that was cut off between the two makes the certificate
    /// from the key the next time.
    package static func open(
        in directory: PrivateDirectory,
        now: Timestamp,
        agentLife: Double = CertificateAuthority.year
    ) throws -> CertificateAuthority {
        let fresh = P256.Signing.PrivateKey()
        let keyText = String(
            decoding: try directory.readOrCreate(Self.keyFile, fresh.pemRepresentation.utf8),
            as: UTF8.self
        )
        let raw = try P256.Signing.PrivateKey(pemRepresentation: keyText)
        let key = Certificate.PrivateKey(raw)
        let fallback = try Self.selfSigned(key, now: now.date).serializeAsPEM().pemString
        let certificateText = String(
            decoding: try directory.readOrCreate(Self.certificateFile, fallback.utf8),
            as: UTF8.self
        )
        let certificate = try Certificate(pemEncoded: certificateText)
        guard certificate.publicKey == key.publicKey else {
            throw CoreError(
                .internal,
                "\(directory.path(of: Self.certificateFile)) does not belong to the key beside it. "
                    + "Restore both from one backup; agents trust exactly this pair."
            )
        }
        return try CertificateAuthority(key: raw, certificate: certificate, agentLife: agentLife)
    }

    /// An authority of the texts of its two files.
    ///
    /// - Throws: when they can't be read, or do not belong together.
    package init(keyPEM: String, certificatePEM: String, agentLife: Double = CertificateAuthority.year) throws {
        let key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
        let certificate = try Certificate(pemEncoded: certificatePEM)
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw CoreError(.internal, "The authority's certificate does not belong to its key.")
        }
        try self.init(key: key, certificate: certificate, agentLife: agentLife)
    }

    /// Makes the texts of an authority's two files.
    package static func make(
        now: Timestamp,
        years: Double = CertificateAuthority.years
    ) throws -> (keyPEM: String, certificatePEM: String) {
        let key = P256.Signing.PrivateKey()
        let certificate = try Self.selfSigned(Certificate.PrivateKey(key), now: now.date, years: years)
        return (key.pemRepresentation, try certificate.serializeAsPEM().pemString)
    }

    /// When the one that follows is made: from two thirds of its life on.
    package var replaceAt: Timestamp {
        let begin = Timestamp(self.certificate.notValidBefore)
        return begin.advanced(byMilliseconds: self.expiresAt.milliseconds(since: begin) / 3 * 2)
    }

    private init(key: P256.Signing.PrivateKey, certificate: Certificate, agentLife: Double) throws {
        self.agentLife = agentLife
        self.key = Certificate.PrivateKey(key)
        self.signingKey = key
        self.definitionKey = try DefinitionKey(of: key)
        self.certificate = certificate
        self.certificatePEM = try certificate.serializeAsPEM().pemString
        self.fingerprint = try Self.fingerprint(of: certificate)
    }

    static func fingerprint(of certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return Array(SHA256.hash(data: serializer.serializedBytes))
    }

    /// Its word for the one that follows it.
    func voucher(for next: CertificateAuthority) throws -> AuthorityVoucher {
        try AuthorityVoucher(for: next.fingerprint, by: self.signingKey)
    }

    /// When a certificate ends; nil when it can't be read.
    static func end(ofDER bytes: [UInt8]) -> Timestamp? {
        (try? Certificate(derEncoded: bytes)).map { Timestamp($0.notValidAfter) }
    }

    /// Whether it signed a certificate.
    func signed(der bytes: [UInt8]) -> Bool {
        guard let leaf = try? Certificate(derEncoded: bytes) else { return false }
        return self.certificate.publicKey.isValidSignature(leaf.signature, for: leaf)
    }

    private static func selfSigned(
        _ key: Certificate.PrivateKey,
        now: Date,
        years: Double = CertificateAuthority.years
    ) throws -> Certificate {
        let name = try DistinguishedName {
            OrganizationName("QuartzFlow")
            CommonName("QuartzFlow authority \(Hex.encode((0..<4).map { _ in UInt8.random(in: 0...255) }))")
        }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-Self.backdating),
            notValidAfter: now.addingTimeInterval(years * Self.year),
            issuer: name,
            subject: name,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key
        )
    }

    /// Signs a certificate for a key of somebody else.
    func sign(
        _ publicKey: Certificate.PublicKey,
        commonName: String,
        names: [GeneralName],
        usage: ExtendedKeyUsage.Usage,
        life: TimeInterval,
        now: Date
    ) throws -> Certificate {
        // A certificate that outlives its authority would be refused before its end.
        let end = min(now.addingTimeInterval(life), self.certificate.notValidAfter)
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: publicKey,
            notValidBefore: max(
                now.addingTimeInterval(-min(Self.backdating, life / 10)),
                self.certificate.notValidBefore
            ),
            notValidAfter: end,
            issuer: self.certificate.subject,
            subject: try DistinguishedName { CommonName(commonName) },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                SubjectAlternativeNames(names)
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: self.certificate.publicKey).keyIdentifier
                )
            },
            issuerPrivateKey: self.key
        )
    }
}

/// A certificate the authority made for an agent.
package struct IssuedCertificate: Hashable, Sendable {
    /// PEM, the leaf only; the agent has the authority beside it.
    package let chainPEM: String
    /// SHA-256 in lower-case hex, as ``Agent/certificateFingerprint`` keeps it.
    package let fingerprint: String
    package let expiresAt: Timestamp
}

extension CertificateAuthority {
    /// Signs an agent's certificate request.
    ///
    /// The request proves possession of the key and gives nothing else: subject, names and purposes are ours.
    ///
    /// - Throws: ``CoreError`` `invalid` when the request is not one, is not signed by its own key, or has another kind of
    ///   key than P-256.
    package func issueAgentCertificate(
        request: String,
        agent: AgentID,
        now: Timestamp
    ) throws -> IssuedCertificate {
        guard let csr = try? CertificateSigningRequest(pemEncoded: request) else {
            throw CoreError(.invalid, "The certificate request is not PKCS #10 in PEM.")
        }
        guard P256.Signing.PublicKey(csr.publicKey) != nil else {
            throw CoreError(.invalid, "The certificate request has another key than ECDSA P-256.")
        }
        guard csr.publicKey.isValidSignature(csr.signature, for: csr) else {
            throw CoreError(.invalid, "The certificate request is not signed by its own key.")
        }
        let certificate = try self.sign(
            csr.publicKey,
            commonName: agent.rawValue,
            names: [.uniformResourceIdentifier(AgentProtocols.uri(of: agent))],
            usage: .clientAuth,
            life: self.agentLife,
            now: now.date
        )
        return IssuedCertificate(
            chainPEM: try certificate.serializeAsPEM().pemString,
            fingerprint: Hex.encode(try Self.fingerprint(of: certificate)),
            expiresAt: Timestamp(certificate.notValidAfter)
        )
    }
}

extension PrivateDirectory {
    func readOrCreate(_ name: String, _ content: @autoclosure () throws -> some Sequence<UInt8>) throws -> [UInt8] {
        if let existing = try self.read(name) { return existing }
        return try self.create(try content(), as: name)
    }
}
