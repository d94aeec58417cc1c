// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation
import NIOSSL
import Synchronization

/// Where the certificate and the key that people see are.
package struct TLSFilePaths: Hashable, Sendable {
    /// The server's certificate first, then those that lead to its authority; PEM.
    package let certificate: String
    /// PEM, without a pass phrase.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What new connections are encrypted with; follows its files.
///
/// Connections that are open keep what they began with.
package final class ServerTLS: Sendable {
    /// Which files these were: name, time and size say whether they are others now.
    private struct Stamp: Hashable {
        let files: [String]

        init(_ paths: TLSFilePaths) {
            self.files = [paths.certificate, paths.key].map { path in
                var status = stat()
                guard stat(path, &status) == 0 else { return "" }
                return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
            }
        }
    }

    private struct State {
        var context: NIOSSLContext
        var stamp: Stamp
    }

    private let paths: TLSFilePaths
    private let state: Mutex<State>

    /// - Throws: ``CoreError`` `invalid` saying which file is no good.
    package init(_ paths: TLSFilePaths) throws(CoreError) {
        self.paths = paths
        let stamp = Stamp(paths)
        self.state = Mutex(State(context: try Self.load(paths), stamp: stamp))
    }

    var context: NIOSSLContext { self.state.withLock { $0.context } }

    /// Reads the files again if they have changed.
    ///
    /// - Returns: whether new connections get something else from now on.
    /// - Throws: ``CoreError`` when they are no good, as between the writing of the one and of the other; what was loaded stays,
    ///   and the next call tries again.
    package func reload() throws(CoreError) -> Bool {
        let stamp = Stamp(self.paths)
        guard self.state.withLock({ $0.stamp }) != stamp else { return false }
        let context = try Self.load(self.paths)
        self.state.withLock { $0 = State(context: context, stamp: stamp) }
        return true
    }

    private static func load(_ paths: TLSFilePaths) throws(CoreError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMFile(paths.certificate) } catch {
            throw CoreError(
                .invalid,
                "http.tls.certificate: no certificate in PEM can be read from \(paths.certificate)."
            )
        }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(file: paths.key, format: .pem) } catch {
            throw CoreError(
                .invalid,
                "http.tls.key: no key in PEM, without a pass phrase, can be read from \(paths.key)."
            )
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw CoreError(
                .invalid,
                "http.tls: the key of \(paths.key) does not belong to the certificate of \(paths.certificate), "
                    + "or one of them can't be used: \(error)"
            )
        }
    }
}
