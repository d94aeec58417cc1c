// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import SwiftASN1
import Testing
import X509

@testable import FlowQUIC

/// Another implementation reads the RFCs as we do.
@Suite("Interop with aioquic", .timeLimit(.minutes(10)))
struct InteropTests {
    private static func greetAndEcho(_ connection: QUICConnection) async throws {
        let greeting = try await connection.openStream()
        try await greeting.write(ByteBuffer(string: "hello from quartzflow"))
        try await greeting.finish()
        try await Loopback.echo(connection)
    }

    private func runClient(
        against loopback: Loopback,
        identity: TLSIdentity?,
        applicationProtocol: String = Loopback.main
    ) async throws -> [String] {
        let python = try Python()
        defer { python.removeFiles() }
        var arguments = try [
            "--port", "\(loopback.port)",
            "--alpn", applicationProtocol,
            "--authority", python.file("ca.pem", loopback.authority.certificate.serializeAsPEM().pemString),
        ]
        if let identity {
            arguments += try ["--certificate", python.file("client.pem", identity.certificateChainPEM)]
            arguments += try ["--key", python.file("client.key", identity.privateKeyPEM)]
        }
        let script = try python.run("echo_client.py", arguments)
        let lines = await script.rest()
        for error in script.errors.drain() { print("echo_client.py: \(error)") }
        return lines
    }

    @Test("An aioquic client with a certificate does all an agent does")
    func aioquicClient() async throws {
        let ends = AsyncQueue<CloseReason>()
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            #expect(connection.peer?.commonName == "agent-7")
            try await Self.greetAndEcho(connection)
            ends.push(await connection.closed)
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let lines = try await self.runClient(against: loopback, identity: loopback.authority.client("agent-7"))
            #expect(
                lines == ["connected", "echoed", "greeted", "key updated", "connection id changed", "closed"]
            )
            guard case .element(let reason) = await ends.next() else { return }
            #expect(reason == .peer(code: 42, reason: "bye from aioquic"))
        }
    }

    @Test("An aioquic client behind Retry, at the enrolment protocol, needs no certificate")
    func aioquicClientEnrols() async throws {
        let configuration = QUICConfiguration(retryAboveHandshakes: 0)
        try await Loopback.withServer(configuration: configuration, serve: Self.greetAndEcho) { loopback in
            let lines = try await self.runClient(
                against: loopback,
                identity: nil,
                applicationProtocol: Loopback.enrolment
            )
            #expect(lines.last == "closed")
        }
    }

    @Test("An aioquic client without a certificate, or with a stranger's, is refused", arguments: [true, false])
    func aioquicClientRefused(hasCertificate: Bool) async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { _ in Issue.record("accepted") }
        try await Loopback.withServer(serve: serve) { loopback in
            let identity = hasCertificate ? try TestAuthority("Stranger").client() : nil
            let lines = try await self.runClient(against: loopback, identity: identity)
            #expect(!lines.contains("connected"))
            #expect(lines.last?.hasPrefix("refused") == true)
        }
    }

    @Test("Our client understands an aioquic server, with Retry and without", arguments: [true, false])
    func aioquicServer(retry: Bool) async throws {
        let python = try Python()
        defer { python.removeFiles() }
        let authority = try TestAuthority()
        let identity = try authority.server()
        var arguments = try [
            "--certificate", python.file("server.pem", identity.certificateChainPEM),
            "--key", python.file("server.key", identity.privateKeyPEM),
            "--alpn", Loopback.main,
        ]
        if retry { arguments.append("--retry") }
        let script = try python.run("echo_server.py", arguments)
        defer { script.stop() }
        let port = try #require(await script.line().flatMap { Int($0) })
        let connection = try await QUICClient.connect(
            host: "127.0.0.1",
            port: port,
            serverName: "localhost",
            identity: nil,
            trust: authority.trust,
            applicationProtocol: Loopback.main,
            configuration: QUICConfiguration(),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: .init(label: "test")
        )
        #expect(connection.peer?.commonName == "server")
        var streams = connection.inboundStreams.makeAsyncIterator()
        let greeting = try #require(await streams.next())
        #expect(try await String(buffer: greeting.readAll()) == "hello from aioquic")
        let sent = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let stream = try await connection.openStream()
        try await stream.write(sent)
        try await stream.finish()
        #expect(try await stream.readAll() == sent)
        let last = try await connection.openStream()
        try await last.write(ByteBuffer(string: "please close"))
        #expect(await connection.closed == .peer(code: 77, reason: "as you wish"))
    }
}
