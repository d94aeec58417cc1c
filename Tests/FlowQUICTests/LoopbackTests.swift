// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import FlowQUIC

@Suite("QUIC over loopback", .timeLimit(.minutes(10)))
struct LoopbackTests {
    @Test("An agent is known by its certificate, the server by its own")
    func identities() async throws {
        let serve: @Sendable (QUICConnection) async throws -> Void = { connection in
            #expect(connection.applicationProtocol == Loopback.main)
            #expect(connection.peer?.commonName == "agent-0001")
            #expect(connection.peer?.dnsNames == ["agent-0001.fleet"])
            #expect(connection.peer?.uris == ["urn:agent:agent-0001"])
            #expect(connection.peer?.fingerprintHex.count == 64)
            let stream = try await connection.openStream()
            try await stream.write(ByteBuffer(string: "welcome"))
            try await stream.finish()
        }
        try await Loopback.withServer(serve: serve) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            #expect(connection.peer?.commonName == "server")
            #expect(connection.applicationProtocol == Loopback.main)
            var streams = connection.inboundStreams.makeAsyncIterator()
            let stream = try #require(await streams.next())
            #expect(try await String(buffer: stream.readAll()) == "welcome")
            await connection.close(code: 0, reason: "")
        }
    }

    @Test("What is sent comes back, on a wildcard socket too", arguments: ["127.0.0.1", "0.0.0.0"])
    func echo(host: String) async throws {
        try await Loopback.withServer(host: host, serve: Loopback.echo) { loopback in
            let connection = try await loopback.connect(identity: loopback.authority.client())
            let stream = try await connection.openStream()
            try await stream.write(ByteBuffer(string: "hello, "))
            try await stream.write(ByteBuffer(string: "world"))
            try await stream.finish()
            #expect(try await String(buffer: stream.readAll()) == "hello, world")
            await connection.close(code: 0, reason: "")
        }
    }
}
