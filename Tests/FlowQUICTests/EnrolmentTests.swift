// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import SwiftASN1
import Testing
import X509

@testable import FlowQUIC

@Suite("Enrolment", .timeLimit(.minutes(10)))
struct EnrolmentTests {
    @Test("A host without certificate reaches the enrolment protocol of a server whose authority it pins")
    func pinned() async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            #expect(connection.applicationProtocol == Loopback.enrolment)
            #expect(connection.peer == nil)
            try await Loopback.echo(connection)
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(
                identity: nil,
                trust: .pinnedAuthority(sha256: loopback.authority.fingerprint),
                applicationProtocol: Loopback.enrolment
            )
            let stream = try await connection.openStream()
            try await stream.write(ByteBuffer(string: "csr"))
            try await stream.finish()
            #expect(try await String(buffer: stream.readAll()) == "csr")
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("Another authority than the pinned one is refused")
    func wrongPin() async throws {
        try await Loopback.withServer { loopback in
            let pin = try TestAuthority("Other").fingerprint
            let error = try await #require(throws: QUICError.self) {
                try await loopback.connect(
                    identity: nil,
                    trust: .pinnedAuthority(sha256: pin),
                    applicationProtocol: Loopback.enrolment
                )
            }
            #expect(error.code == .peerCertificateRejected)
        }
    }

    @Test("A pinned authority that did not sign the server's certificate does not vouch for it")
    func pinWithoutSignature() async throws {
        // An impostor shows a certificate of its own and, behind it, the real authority's certificate.
        let real = try TestAuthority("Real")
        let impostor = try TestAuthority("Impostor")
        let own = try impostor.server()
        let begin = "-----BEGIN CERTIFICATE-----"
        let leaf = try #require(own.certificateChainPEM.components(separatedBy: begin).dropFirst().first)
        let chain = try begin + leaf + "\n" + real.certificate.serializeAsPEM().pemString
        let identity = TLSIdentity(certificateChainPEM: chain, privateKeyPEM: own.privateKeyPEM)
        let loopback = try await Loopback(authority: impostor, identity: identity)
        let error = try await #require(throws: QUICError.self) {
            try await loopback.connect(
                identity: nil,
                trust: .pinnedAuthority(sha256: real.fingerprint),
                applicationProtocol: Loopback.enrolment
            )
        }
        #expect(error.code == .peerCertificateRejected)
        await loopback.server.shutdown()
    }

    @Test("Pinning the authority does not excuse the wrong name")
    func pinnedButWrongName() async throws {
        try await Loopback.withServer { loopback in
            let error = try await #require(throws: QUICError.self) {
                try await loopback.connect(
                    serverName: "other.host",
                    identity: nil,
                    trust: .pinnedAuthority(sha256: loopback.authority.fingerprint),
                    applicationProtocol: Loopback.enrolment
                )
            }
            #expect(error.code == .peerCertificateRejected)
        }
    }

    @Test("An enrolled host may show its certificate to the enrolment protocol; nobody looks at it")
    func certificateIgnored() async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { #expect($0.peer == nil) }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(
                identity: TestAuthority("Stranger").client(),
                applicationProtocol: Loopback.enrolment
            )
            await connection.close(code: 0, reason: "")
        }
    }
}
