// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowAPI
import FlowCore
import FlowScheduler
import FlowWire
import Foundation
import NIOCore
import NIOSSL
import Testing

@testable import FlowServer

@Suite("HTTPS for people", .timeLimit(.minutes(10)))
struct HTTPSTests {
    /// A directory with what an authority of its own issued.
    private final class Files {
        let path: String
        var paths: TLSFilePaths { TLSFilePaths(certificate: self.path + "/cert.pem", key: self.path + "/key.pem") }

        init() throws {
            self.path = NSTemporaryDirectory() + "https-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: self.path) }

        /// Writes a pair, or only one half of it.
        func issue(_ name: String, key: Bool = true) throws {
            let directory = try PrivateDirectory(self.path + "/" + name)
            let now = SystemWallClock().now
            let authority = try CertificateAuthority.open(in: directory, now: now)
            let pair = try ServerCertificate.open(in: directory, authority: authority, names: ["localhost"], now: now)
            try pair.chainPEM.write(toFile: self.paths.certificate, atomically: true, encoding: .utf8)
            if key { try pair.keyPEM.write(toFile: self.paths.key, atomically: true, encoding: .utf8) }
        }
    }

    @Test("Replaced files are read again; a half that does not fit leaves the former pair in use")
    func reload() throws {
        let files = try Files()
        try files.issue("one")
        let tls = try ServerTLS(files.paths)
        #expect(try !tls.reload())
        try files.issue("two", key: false)
        #expect(throws: CoreError.self) { try tls.reload() }
        try files.issue("two")
        #expect(try tls.reload())
        #expect(try !tls.reload())
    }

    @Test("Files that are no certificate or key are named at the start")
    func refused() throws {
        let files = try Files()
        try files.issue("one")
        try "nonsense".write(toFile: files.paths.key, atomically: true, encoding: .utf8)
        do {
            _ = try ServerTLS(files.paths)
            Issue.record("taken")
        } catch {
            #expect(error.message.contains(files.paths.key))
        }
        let missing = TLSFilePaths(certificate: files.path + "/none", key: files.paths.key)
        #expect(throws: CoreError.self) { try ServerTLS(missing) }
    }

    @Test("A server with a certificate speaks HTTPS, and only that")
    func product() async throws {
        try await ProductWorld.with { world in
            let files = try Files()
            try files.issue("one")
            _ = try world.startServe(
                http: "  tls: {certificate: \(files.paths.certificate), key: \(files.paths.key)}"
            )
            var configuration = HTTPClient.Configuration()
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.certificateVerification = .none
            let client = HTTPClient(configuration: configuration)
            do {
                try await eventually("an answer over HTTPS") {
                    let request = HTTPClientRequest(url: "https://127.0.0.1:\(world.httpPort)/health")
                    return try? await client.execute(request, timeout: .seconds(5)).status
                }
                let plain = HTTPClientRequest(url: "http://127.0.0.1:\(world.httpPort)/health")
                await #expect(throws: (any Error).self) { try await client.execute(plain, timeout: .seconds(5)) }
            } catch {
                try await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }
}
