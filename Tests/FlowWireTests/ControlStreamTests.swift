// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import Testing

@testable import FlowWire

@Suite("Control streams: sessions over bytes", .timeLimit(.minutes(10)))
struct ControlStreamTests {
    /// One direction of an in-memory connection.
    private struct Pipe: Sendable {
        let bytes: AsyncStream<ByteBuffer>
        let end: AsyncStream<ByteBuffer>.Continuation

        init() { (self.bytes, self.end) = AsyncStream<ByteBuffer>.makeStream() }

        func read() async -> ByteBuffer? { await self.bytes.first { _ in true } }
    }

    @Test("Two control streams shake hands, talk and close in order")
    func conversation() async throws {
        let up = Pipe()
        let down = Pipe()
        var values = RandomValues(seed: 3)
        let hello = values.hello()
        let welcome = values.welcome()
        let agent = ControlStream(AgentSession(), read: { await down.read() }, write: { up.end.yield($0) })
        let server = ControlStream(
            ServerSession(agent: hello.agent, now: .now()),
            read: { await up.read() },
            write: { down.end.yield($0) }
        )
        try await agent.send(.hello(hello))
        #expect(try await server.next() == .hello(hello))
        try await server.send(.welcome(welcome))
        #expect(try await agent.next() == .welcome(welcome))
        try await agent.send(.configPull(version: 4))
        #expect(try await server.next() == .configPull(version: 4))
        up.end.finish()
        #expect(try await server.next() == nil)
        #expect(server.end?.code == .done)
    }

    @Test("A session that is finished from another task ends with that reason, and watch returns it")
    func finish() async throws {
        let up = Pipe()
        let server = ControlStream(
            ServerSession(agent: AgentID("a")!, now: .now()),
            read: { await up.read() },
            write: { _ in }
        )
        let end = SessionEnd(code: .overtaken, reason: "a newer session")
        server.finish(end)
        #expect(await server.watch() == end)
        await #expect(throws: end) { try await server.next() }
    }

    @Test("A stream that breaks after the end was decided reports the end, not the break")
    func broken() async throws {
        struct Broken: Error {}
        let hold = Pipe()
        let server = ControlStream(
            ServerSession(agent: AgentID("a")!, now: .now()),
            read: {
                _ = await hold.read()
                throw Broken()
            },
            write: { _ in }
        )
        let end = SessionEnd(code: .unauthorized, reason: "revoked")
        let next = Task { try await server.next() }
        server.finish(end)
        hold.end.finish()
        await #expect(throws: end) { try await next.value }
    }

    @Test("A stranger's first message is answered by an end")
    func stranger() async throws {
        let up = Pipe()
        let server = ControlStream(
            ServerSession(agent: AgentID("a")!, now: .now()),
            read: { await up.read() },
            write: { _ in }
        )
        up.end.yield(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        await #expect(throws: SessionEnd.self) { try await server.next() }
        #expect(server.end?.code == .frameTooLarge)
    }
}
