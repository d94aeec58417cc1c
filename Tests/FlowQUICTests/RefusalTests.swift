// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("Who is refused", .timeLimit(.minutes(10)))
struct RefusalTests {
    /// Tries to connect, which must fail, and checks that the server never saw a connection.
    private func expectRefusal(
        _ code: QUICError.Code,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ connect: @Sendable @escaping (Loopback) async throws -> QUICConnection
    ) async throws {
        let refused: @Sendable (QUICConnection) async throws -> Void = { _ in
            Issue.record("the server accepted a connection", sourceLocation: sourceLocation)
        }
        try await Loopback.withServer(serve: refused) { loopback in
            do {
                let connection = try await connect(loopback)
                Issue.record("connected as \(String(describing: connection.peer))", sourceLocation: sourceLocation)
            } catch let error as QUICError {
                #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test("A client without a certificate is refused in the handshake, by TLS alert 116")
    func missingCertificate() async throws {
        try await Loopback.withServer { loopback in
            let error = try await #require(throws: QUICError.self) { try await loopback.connect(identity: nil) }
            #expect(error.code == .certificateRefused)
            #expect(error.closeReason?.tlsAlert == 116)
        }
    }

    @Test("A client certified by a stranger is refused")
    func foreignAuthority() async throws {
        try await self.expectRefusal(.certificateRefused) {
            try await $0.connect(identity: TestAuthority("Stranger").client())
        }
    }

    @Test("An authority of the same name but another key is a stranger as well")
    func namesakeAuthority() async throws {
        try await self.expectRefusal(.certificateRefused) { try await $0.connect(identity: TestAuthority().client()) }
    }

    @Test("A server's certificate is no client's certificate")
    func wrongPurpose() async throws {
        try await self.expectRefusal(.certificateRefused) { try await $0.connect(identity: $0.authority.server()) }
    }

    @Test("A certificate that has expired is refused")
    func expired() async throws {
        try await self.expectRefusal(.certificateRefused) {
            try await $0.connect(identity: $0.authority.client(days: -0.01))
        }
    }

    @Test("A server of another name is refused")
    func wrongName() async throws {
        try await self.expectRefusal(.peerCertificateRejected) {
            try await $0.connect(serverName: "other.host", identity: $0.authority.client())
        }
    }

    @Test("A server at another address is refused when the address is the name")
    func wrongAddress() async throws {
        try await self.expectRefusal(.peerCertificateRejected) {
            try await $0.connect(serverName: "127.0.0.2", identity: $0.authority.client())
        }
    }

    @Test("A server certified for the address is accepted by it")
    func addressAsName() async throws {
        try await Loopback.withServer { loopback in
            let connection = try await loopback.connect(serverName: "127.0.0.1", identity: loopback.authority.client())
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A server of an unknown authority is refused")
    func unknownServer() async throws {
        try await self.expectRefusal(.peerCertificateRejected) {
            try await $0.connect(identity: $0.authority.client(), trust: TestAuthority("Other").trust)
        }
    }

    @Test("A client's certificate is no server's certificate")
    func clientAsServer() async throws {
        let authority = try TestAuthority()
        let loopback = try await Loopback(authority: authority, identity: authority.client("localhost"))
        let error = try await #require(throws: QUICError.self) {
            try await loopback.connect(serverName: "localhost.fleet", identity: authority.client())
        }
        #expect(error.code == .peerCertificateRejected)
        await loopback.server.shutdown()
    }

    @Test("A protocol the server does not speak ends the handshake, by TLS alert 120")
    func unknownProtocol() async throws {
        try await Loopback.withServer { loopback in
            let error = try await #require(throws: QUICError.self) {
                try await loopback.connect(identity: loopback.authority.client(), applicationProtocol: "other/9")
            }
            #expect(error.code == .handshakeFailed)
            #expect(error.closeReason?.tlsAlert == 120)
        }
    }

    @Test("Certificates and keys that are none are refused before a socket is opened")
    func invalidIdentity() async throws {
        let authority = try TestAuthority()
        let broken = TLSIdentity(certificateChainPEM: "nonsense", privateKeyPEM: "nonsense")
        let error = try await #require(throws: QUICError.self) {
            _ = try await Loopback(authority: authority, identity: broken)
        }
        #expect(error.code == .invalidConfiguration)
    }
}
