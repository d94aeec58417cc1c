// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
package import FlowQUIC
package import FlowWire
import Foundation
import SwiftASN1
import X509

/// The server's certificate and key on disk.
///
/// Made again when the names the server is to answer to change or less than a third of its life is left. Each issue has a
/// new key; a certificate that does not fit the key beside it (a start that was cut off) is made again too.
package struct ServerCertificate: Sendable {
    package static let file = "server"
    /// Looked at on each start and every hour, see ``CertificateKeeper``.
    private static let years: Double = 3

    /// Leaf, then the authority: a host that enrols recognises the authority by its fingerprint.
    package let chainPEM: String
    package let keyPEM: String
    package let expiresAt: Timestamp
    /// When to look again, so that a long-running server renews in time.
    package let renewAt: Timestamp

    package var identity: TLSIdentity {
        TLSIdentity(certificateChainPEM: self.chainPEM, privateKeyPEM: self.keyPEM)
    }

    /// Reads the certificate, or has it issued.
    ///
    /// `names` are host names and addresses besides `localhost`, the loopback addresses and
    /// ``AgentProtocols/serverName``, which are always there.
    ///
    /// - Parameter file: how its files are called.
    package static func open(
        in directory: PrivateDirectory,
        authority: CertificateAuthority,
        names: [String],
        now: Timestamp,
        file: String = Self.file
    ) throws -> ServerCertificate {
        let wanted = Self.alternativeNames(names)
        if let stored = try? Self.stored(in: directory, file, authority: authority, wanted: wanted, now: now) {
            return stored
        }
        let key = P256.Signing.PrivateKey()
        let certificate = try authority.sign(
            Certificate.PublicKey(key.publicKey),
            commonName: AgentProtocols.serverName,
            names: wanted,
            usage: .serverAuth,
            life: Self.years * CertificateAuthority.year,
            now: now.date
        )
        try directory.write(key.pemRepresentation.utf8, to: Self.keyFile(file))
        try directory.write(try certificate.serializeAsPEM().pemString.utf8, to: Self.certificateFile(file))
        return try Self(certificate, keyPEM: key.pemRepresentation, authority: authority)
    }

    private init(_ certificate: Certificate, keyPEM: String, authority: CertificateAuthority) throws {
        self.chainPEM = try certificate.serializeAsPEM().pemString + "\n" + authority.certificatePEM + "\n"
        self.keyPEM = keyPEM
        self.expiresAt = Timestamp(certificate.notValidAfter)
        self.renewAt = Timestamp(Self.renewal(of: certificate))
    }

    private static func stored(
        in directory: PrivateDirectory,
        _ file: String,
        authority: CertificateAuthority,
        wanted: [GeneralName],
        now: Timestamp
    ) throws -> ServerCertificate? {
        guard let keyText = try directory.readText(Self.keyFile(file)),
            let certificateText = try directory.readText(Self.certificateFile(file))
        else { return nil }
        let key = try P256.Signing.PrivateKey(pemRepresentation: keyText)
        let certificate = try Certificate(pemEncoded: certificateText)
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey),
            authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate),
            let names = try certificate.extensions.subjectAlternativeNames, Set(names) == Set(wanted),
            now.date >= certificate.notValidBefore, now.date < Self.renewal(of: certificate)
        else { return nil }
        return try Self(certificate, keyPEM: keyText, authority: authority)
    }

    private static func keyFile(_ file: String) -> String { file + "-key.pem" }
    private static func certificateFile(_ file: String) -> String { file + ".pem" }

    /// Of each authority one, in their order.
    package static func openAll(
        in directory: PrivateDirectory,
        of pair: AuthorityPair,
        names: [String],
        now: Timestamp
    ) throws -> [ServerCertificate] {
        var certificates = [try self.open(in: directory, authority: pair.first, names: names, now: now)]
        if let next = pair.next {
            certificates.append(
                try self.open(in: directory, authority: next, names: names, now: now, file: self.file + "-next")
            )
        }
        return certificates
    }

    /// A third before the end.
    private static func renewal(of certificate: Certificate) -> Date {
        let life = certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore)
        return certificate.notValidAfter.addingTimeInterval(-life / 3)
    }

    private static func alternativeNames(_ names: [String]) -> [GeneralName] {
        let all = [AgentProtocols.serverName, "localhost", "127.0.0.1", "::1"] + names
        var result: [GeneralName] = []
        for name in all {
            let general = Self.generalName(name)
            if !result.contains(general) { result.append(general) }
        }
        return result
    }

    private static func generalName(_ name: String) -> GeneralName {
        var v4 = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, name, &v4) == 1 { return .ipAddress(ASN1OctetString(contentBytes: v4[...])) }
        var v6 = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, name, &v6) == 1 { return .ipAddress(ASN1OctetString(contentBytes: v6[...])) }
        return .dnsName(name.lowercased())
    }
}

/// A secret that outlives restarts: with it a restarted server tells agents at once that their connection is gone.
package enum ResetSecret {
    package static let file = "quic-reset-secret"
    private static let length = 32

    /// Reads the 32 bytes, or makes them.
    package static func open(in directory: PrivateDirectory) throws -> [UInt8] {
        let fresh = (0..<Self.length).map { _ in UInt8.random(in: 0...255) }
        let secret = try directory.readOrCreate(Self.file, fresh)
        guard secret.count == Self.length else {
            throw CoreError(
                .internal,
                "\(directory.path(of: Self.file)) has \(secret.count) bytes instead of \(Self.length); delete it."
            )
        }
        return secret
    }
}
