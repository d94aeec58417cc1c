// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import NIOSSL

/// What an HTTPS job shows to a server that asks who it is (`network.client_certificates` of the host's policy).
///
/// The files are read anew for each request: one that was renewed counts from the next one on. They stay on the host, and a
/// definition only names them.
struct HTTPClientCertificate: Sendable {
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey

    /// - Throws: ``HTTPFailure`` that names what can't be used; nothing of a key is in it.
    init(_ pair: HostPolicy.ClientCertificate, name: String) throws(HTTPFailure) {
        guard let chain = HTTPAuthorities.certificates(in: pair.certificate) else {
            throw HTTPFailure("'\(name)': '\(pair.certificate)' can't be read, or has no certificate in PEM")
        }
        guard let data = FileManager.default.contents(atPath: pair.key), data.count <= HTTPAuthorities.sizeLimit,
            let key = try? NIOSSLPrivateKey(bytes: Array(data), format: .pem)
        else {
            throw HTTPFailure("'\(name)': '\(pair.key)' can't be read, or has no key in PEM without a password")
        }
        self.chain = chain
        self.key = key
    }

    func present(in configuration: inout TLSConfiguration) {
        configuration.certificateChain = self.chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(self.key)
    }
}
