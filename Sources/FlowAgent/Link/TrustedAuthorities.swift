// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import SwiftASN1
import X509

/// The authorities whose servers a host trusts: one, or two while one takes over from the other.
struct TrustedAuthorities: Sendable {
    /// The newest last.
    private let certificates: [Certificate]
    /// More than a server ever has.
    private static let most = 4

    /// - Throws: ``CoreError`` when it is not PEM of authorities.
    init(pem: String) throws {
        guard pem.utf8.count <= 64 << 10,
            let certificates = try? PEMDocument.parseMultiple(pemString: pem).map({ try Certificate(pemDocument: $0) }),
            (1...Self.most).contains(certificates.count), certificates.allSatisfy(Self.isAuthority)
        else { throw CoreError(.invalid, "The server named authorities that can't be read.") }
        self.certificates = certificates
    }

    private init(_ certificates: [Certificate]) { self.certificates = certificates }

    private static func isAuthority(_ certificate: Certificate) -> Bool {
        guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else { return false }
        return certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
    }

    var pem: String {
        get throws { try self.certificates.map { try $0.serializeAsPEM().pemString }.joined(separator: "\n") + "\n" }
    }

    /// What this host names in the protocols that it offers; the newest first.
    var fingerprints: [[UInt8]] {
        self.certificates.reversed().compactMap(Self.fingerprint)
    }

    private static func fingerprint(_ certificate: Certificate) -> [UInt8]? {
        var serializer = DER.Serializer()
        guard (try? serializer.serialize(certificate)) != nil else { return nil }
        return Array(SHA256.hash(data: serializer.serializedBytes))
    }

    /// The public keys, as X9.63 writes them: whose word for a signing key counts (``DefinitionTrust``).
    var publicKeys: [[UInt8]] {
        self.certificates.compactMap { P256.Signing.PublicKey($0.publicKey).map { Array($0.x963Representation) } }
    }

    /// Whether the newest one signed a certificate; true when that can't be read.
    func isNewest(of chainPEM: String) -> Bool {
        guard let newest = self.certificates.last, let leaf = try? Certificate(pemEncoded: chainPEM) else {
            return true
        }
        return newest.publicKey.isValidSignature(leaf.signature, for: leaf)
    }

    private func signed(_ chainPEM: String) -> Bool {
        guard let leaf = try? Certificate(pemEncoded: chainPEM) else { return false }
        return self.certificates.contains { $0.publicKey.isValidSignature(leaf.signature, for: leaf) }
    }

    /// What a host makes of a server's news of authorities.
    enum Outcome {
        case taken(TrustedAuthorities)
        /// Nothing changes.
        case refused(AuthorityRefusal)
    }

    private static func known(_ certificates: [Certificate]) -> [AuthoritySuccession.Authority] {
        certificates.map { certificate in
            AuthoritySuccession.Authority(
                fingerprint: Self.fingerprint(certificate) ?? [],
                publicKey: P256.Signing.PublicKey(certificate.publicKey).map { Array($0.x963Representation) } ?? []
            )
        }
    }

    /// What to trust when a server says this.
    ///
    /// - Parameter requiresVouching: those that are new need the word of one that is trusted already.
    func followed(by news: AuthorityNews, ownChainPEM: String, requiresVouching: Bool) throws -> Outcome {
        var told = try TrustedAuthorities(pem: news.certificates)
        if requiresVouching {
            let outcome = AuthoritySuccession(trusted: Self.known(self.certificates))
                .outcome(of: Self.known(told.certificates), news.vouchers)
            switch outcome {
            case .refused(let refusal): return .refused(refusal)
            case .taken(let authorities):
                let fingerprints = authorities.map(\.fingerprint)
                told = TrustedAuthorities(
                    told.certificates.filter { fingerprints.contains(Self.fingerprint($0) ?? []) }
                )
            }
        }
        return .taken(told.following(self, ownChainPEM: ownChainPEM))
    }

    /// What to trust when a server names these.
    ///
    /// While a host's own certificate is of another authority, that one stays: a server of the installation that has not heard of
    /// its end yet is one all the same.
    private func following(_ old: TrustedAuthorities, ownChainPEM: String) -> TrustedAuthorities {
        if self.signed(ownChainPEM) { return self }
        let kept = old.certificates.filter { !self.certificates.contains($0) }
        return TrustedAuthorities(Array((kept + self.certificates).suffix(Self.most)))
    }
}

extension AgentIdentity {
    /// Nil when they can't be read; the connection then fails and says why.
    var authorities: TrustedAuthorities? { try? TrustedAuthorities(pem: self.authorityPEM) }
}
