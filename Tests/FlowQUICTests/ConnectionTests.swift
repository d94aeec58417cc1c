// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import Testing

@testable import FlowQUIC

@Suite("Connections over loopback", .timeLimit(.minutes(10)))
struct ConnectionTests {
    @Test("The peer's code and reason are known to everything that used the connection")
    func peerCloses() async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            for await stream in connection.inboundStreams {
                for try await _ in stream.inbound { await connection.close(code: 3, reason: "go away") }
            }
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            try await stream.write(ByteBuffer(string: "hello"))
            let reading = await #expect(throws: QUICError.self) { _ = try await stream.readAll() }
            #expect(reading?.code == .connectionClosed)
            #expect(await connection.closed == .peer(code: 3, reason: "go away"))
            for await _ in connection.inboundStreams { Issue.record("a stream after the end") }
            let opening = await #expect(throws: QUICError.self) { _ = try await connection.openStream() }
            #expect(opening?.closeReason == .peer(code: 3, reason: "go away"))
            let writing = await #expect(throws: QUICError.self) { try await stream.write(ByteBuffer(string: "more")) }
            #expect(writing?.code == .connectionClosed)
        }
    }

    @Test("A server that stops says so to every client")
    func shutdown() async throws {
        try await Loopback.withServer(serve: Loopback.echo) { loopback in
            let first = try await loopback.connect(identity: loopback.authority.client("one"))
            let second = try await loopback.connect(identity: loopback.authority.client("two"))
            await loopback.server.shutdown()
            #expect(await first.closed == .peer(code: 0, reason: "server is stopping"))
            #expect(await second.closed == .peer(code: 0, reason: "server is stopping"))
            await loopback.server.shutdown()
        }
    }

    @Test("A cancelled wait for the end says that it was cancelled")
    func cancelledWait() async throws {
        try await Loopback.withServer { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let reason = await withTaskGroup(of: CloseReason.self) { group in
                group.addTask { await connection.closed }
                group.cancelAll()
                return await group.next()
            }
            #expect(reason == .waitCancelled)
            await connection.close(code: 9, reason: "done")
            #expect(await connection.closed == .local(code: 9, reason: "done"))
        }
    }

    @Test("Connecting to nobody fails after the handshake timeout, or at once when cancelled")
    func nobody() async throws {
        // A socket that never answers, so that no other process can have the port.
        let silent = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        let authority = try TestAuthority()
        let connect: @Sendable (Duration) async throws -> QUICConnection = { timeout in
            try await QUICClient.connect(
                host: "127.0.0.1",
                port: port,
                serverName: "localhost",
                identity: authority.client(),
                trust: authority.trust,
                applicationProtocol: Loopback.main,
                configuration: QUICConfiguration(handshakeTimeout: timeout),
                group: MultiThreadedEventLoopGroup.singleton,
                logger: .init(label: "test")
            )
        }
        let error = await #expect(throws: QUICError.self) { try await connect(.milliseconds(200)) }
        #expect(error?.code == .handshakeTimeout)
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: QUICConnection.self) { group in
                group.addTask { try await connect(.seconds(3_600)) }
                group.cancelAll()
                _ = try await group.next()
            }
        }
        try await silent.close()
    }

    @Test("A host with several addresses is reached at the one where the server is")
    func severalAddresses() async throws {
        // localhost is often both ::1 and 127.0.0.1; the server is only at the latter.
        try await Loopback.withServer(serve: Loopback.echo) { loopback in
            let connection = try await loopback.connect(host: "localhost", identity: loopback.authority.client())
            #expect(connection.remoteAddress.ipAddress == "127.0.0.1")
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("With Retry demanded of everybody agents connect all the same")
    func retry() async throws {
        let configuration = QUICConfiguration(retryAboveHandshakes: 0)
        try await Loopback.withServer(configuration: configuration, serve: Loopback.echo) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            #expect(connection.peer?.commonName == "server")
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("A hundred agents connect at once")
    func hundredAgents() async throws {
        try await Loopback.withServer(serve: Loopback.echo) { loopback in
            let identity = try loopback.authority.client()
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let connection = try await loopback.connect(identity: identity)
                        let stream = try await connection.openStream()
                        try await stream.write(ByteBuffer(string: "\(number)"))
                        try await stream.finish()
                        let answer = try await String(buffer: stream.readAll())
                        await connection.close(code: 0, reason: "")
                        return answer
                    }
                }
                let answers = try await group.reduce(into: Set<String>()) { $0.insert($1) }
                #expect(answers.count == 100)
            }
        }
    }

    @Test("Over IPv6 as over IPv4", .enabled(if: Self.hasIPv6))
    func overIPv6() async throws {
        try await Loopback.withServer(host: "::", serve: Loopback.echo) { loopback in
            for host in ["::1", "127.0.0.1"] {
                let connection = try await loopback.connect(host: host, identity: loopback.authority.client())
                let stream = try await connection.openStream()
                try await stream.write(ByteBuffer(string: host))
                try await stream.finish()
                #expect(try await String(buffer: stream.readAll()) == host)
                await connection.close(code: 0, reason: "")
            }
        }
    }

    /// Some containers have no IPv6 at all.
    private static let hasIPv6: Bool = {
        let channel = try? DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "::1", port: 0).wait()
        try? channel?.close().wait()
        return channel != nil
    }()
}
