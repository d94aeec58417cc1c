// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Foundation

/// The authorities with their keys, as they lie in a data directory and, sealed, in the database of several servers.
///
/// In a directory the first is `ca-key.pem` and `ca.pem`, as it always was; the one that follows is one file, `next.json`, and so
/// there whole or not at all.
struct AuthorityBundle: Codable, Equatable, Sendable {
    struct Next: Codable, Equatable, Sendable {
        let key: String
        let certificate: String
        var serves: Bool
    }

    let key: String
    let certificate: String
    var next: Next?
    /// Names of authorities that were first before: who still has one takes over what is here.
    var retired: [String]?

    static let nextFile = "next.json"

    /// - Returns: nil where there is no authority.
    static func read(in directory: PrivateDirectory) throws -> AuthorityBundle? {
        guard let key = try directory.readText(CertificateAuthority.keyFile),
            let certificate = try directory.readText(CertificateAuthority.certificateFile)
        else { return nil }
        let next = try directory.read(self.nextFile).map { try JSONDecoder().decode(Next.self, from: Data($0)) }
        // Cut off while the next one took the place of the first: its key is here already.
        if let next, next.key == key {
            let bundle = AuthorityBundle(key: key, certificate: next.certificate)
            try bundle.write(to: directory)
            return bundle
        }
        return AuthorityBundle(key: key, certificate: certificate, next: next)
    }

    /// Each step is a whole file; ``read(in:)`` makes good what was cut off between them.
    func write(to directory: PrivateDirectory) throws {
        if try directory.readText(CertificateAuthority.keyFile) != self.key {
            try directory.write(self.key.utf8, to: CertificateAuthority.keyFile)
        }
        if try directory.readText(CertificateAuthority.certificateFile) != self.certificate {
            try directory.write(self.certificate.utf8, to: CertificateAuthority.certificateFile)
        }
        if let next {
            try directory.write(try JSONEncoder().encode(next), to: Self.nextFile)
        } else {
            try? FileManager.default.removeItem(atPath: directory.path(of: Self.nextFile))
        }
    }

    func pair(agentLife: Double = CertificateAuthority.year) throws -> AuthorityPair {
        let first = try CertificateAuthority(keyPEM: self.key, certificatePEM: self.certificate, agentLife: agentLife)
        guard let next else { return AuthorityPair(first) }
        return AuthorityPair(
            first,
            next: try CertificateAuthority(keyPEM: next.key, certificatePEM: next.certificate, agentLife: agentLife),
            servesNext: next.serves
        )
    }

    /// With one that follows.
    func followed(by next: (keyPEM: String, certificatePEM: String)) -> AuthorityBundle {
        var bundle = self
        bundle.next = Next(key: next.keyPEM, certificate: next.certificatePEM, serves: false)
        return bundle
    }

    /// The next one is shown to hosts that do not say whom they trust.
    var serving: AuthorityBundle {
        var bundle = self
        bundle.next?.serves = true
        return bundle
    }

    /// The next one alone.
    func finished() throws -> AuthorityBundle {
        guard let next else { return self }
        let name = try self.pair().first.name
        return AuthorityBundle(
            key: next.key,
            certificate: next.certificate,
            retired: Array((self.retired ?? []).suffix(9)) + [name]
        )
    }
}
