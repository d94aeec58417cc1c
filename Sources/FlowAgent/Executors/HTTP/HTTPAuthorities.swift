// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import NIOSSL

/// Whom HTTPS jobs of a host trust beside the authorities of its system (`network.authorities` of the host's policy).
///
/// A file may hold an authority's certificate, or that of one server which signed its own.
enum HTTPAuthorities {
    static let sizeLimit = 1 << 20

    /// Reads the files anew for each connection: one that was renewed counts from the next request on.
    ///
    /// - Returns: nil where there are none, and the system's alone are trusted.
    /// - Throws: ``HTTPFailure`` that names the file: a request must not be made with less trust than was wanted.
    static func configuration(_ files: [String]) throws(HTTPFailure) -> TLSConfiguration? {
        guard !files.isEmpty else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        for file in files {
            guard let certificates = self.certificates(in: file) else {
                throw HTTPFailure(
                    "'\(file)' can't be read, or has no certificate in PEM (network.authorities of this host's policy)"
                )
            }
            configuration.additionalTrustRoots.append(.certificates(certificates))
        }
        return configuration
    }

    /// - Returns: nil when the file can't be read or has none.
    static func certificates(in file: String) -> [NIOSSLCertificate]? {
        guard let data = FileManager.default.contents(atPath: file), data.count <= self.sizeLimit,
            let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(data)), !certificates.isEmpty
        else { return nil }
        return certificates
    }
}
