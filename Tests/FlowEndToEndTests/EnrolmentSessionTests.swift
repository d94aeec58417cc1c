// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowAgent
import FlowCore
import FlowScheduler
import FlowServer
import FlowStore
import FlowWire
import Synchronization
import Testing

@Suite("Sessions over loopback QUIC", .timeLimit(.minutes(10)))
struct EnrolmentSessionTests {
    /// The next event, which must be `connected`.
    private func connected(_ events: inout AsyncStream<LinkEvent>.Iterator) async throws {
        guard case .connected = try #require(await events.next()) else {
            Issue.record("not connected")
            return
        }
    }

    private func disconnection(
        _ events: inout AsyncStream<LinkEvent>.Iterator
    ) async -> (reason: String, code: WireCloseCode?)? {
        while let event = await events.next() {
            if case .disconnected(let reason, let code) = event { return (reason, code) }
        }
        return nil
    }

    @Test("An enrolled agent is welcomed, and messages go both ways")
    func session() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            try await world.withLink(identity) { link, events in
                try await self.connected(&events)
                try await link.send(.hello(world.hello(identity.agent)))
                guard case .received(.welcome(let welcome)) = await events.next() else {
                    Issue.record("no welcome")
                    return
                }
                #expect(welcome.clock.agentSent == 5)
                try await link.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
                guard case .received(.heartbeatAnswer) = await events.next() else {
                    Issue.record("no answer")
                    return
                }
                let channel = try #require(world.handler.channels.first)
                #expect(channel.hello.agent == identity.agent)
                #expect(channel.address == "127.0.0.1")
                try await channel.send(.orders([]))
                guard case .received(.orders([])) = await events.next() else {
                    Issue.record("no orders")
                    return
                }
            }
        }
    }

    @Test("Output travels on a stream of its own and is acknowledged when it is stored")
    func output() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            try await world.withLink(identity) { link, events in
                try await self.connected(&events)
                try await link.send(.hello(world.hello(identity.agent)))
                _ = await events.next()
                let execution = ExecutionID(bytes: [UInt8](repeating: 9, count: 16))!
                let log = try await link.openLog(LogOpen(executionID: execution, attempt: 1))
                var expected: [LogChunk] = []
                for index in 0..<20 {
                    let chunk = LogChunk(
                        executionID: execution,
                        attempt: 1,
                        offset: Int64(index) * 10_000,
                        stream: .standardOutput,
                        bytes: [UInt8](repeating: UInt8(index), count: 10_000)
                    )
                    expected.append(chunk)
                    try await log.write(chunk)
                }
                try await log.finish()
                let (offsets, continuation) = AsyncStream<Int64>.makeStream()
                try await log.acknowledgements { continuation.yield($0) }
                continuation.finish()
                var last: Int64 = 0
                for await offset in offsets {
                    #expect(offset > last || offset == 0, "the first says what the server had")
                    last = offset
                }
                #expect(last == 200_000)
                #expect(world.handler.chunks == expected)
            }
        }
    }

    @Test("A deleted agent's certificate is worth nothing any more")
    func deleted() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            try await world.store.deleteAgent(identity.agent)
            try await world.withLink(identity) { _, events in
                let end = await self.disconnection(&events)
                #expect(end?.code == .unauthorized)
                #expect(end?.reason.contains("Enrol this host again") == true)
            }
            #expect(world.handler.channels.isEmpty)
        }
    }

    @Test("An older certificate of our authority that is not the agent's stored one is refused")
    func otherCertificate() async throws {
        try await EnrolmentWorld.with { world in
            let first = try await world.enrol("alpha", token: try await world.token().text)
            let key = P256.Signing.PrivateKey()
            let issued = try world.authority.issueAgentCertificate(
                request: try EnrolmentWorld.certificateRequest(key),
                agent: first.agent,
                now: world.clock.now.advanced(byMilliseconds: -3_600_000)
            )
            let second = AgentIdentity(
                agent: first.agent,
                certificateChainPEM: issued.chainPEM,
                privateKeyPEM: key.pemRepresentation,
                authorityPEM: first.authorityPEM,
                serverName: first.serverName,
                servers: first.servers
            )
            try await world.withLink(second) { _, events in
                #expect(await self.disconnection(&events)?.code == .unauthorized)
            }
            try await world.withLink(first) { _, events in try await self.connected(&events) }
        }
    }

    @Test("A hello with another agent's name is rejected (R14)")
    func stolenName() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            try await world.withLink(identity) { link, events in
                try await self.connected(&events)
                try await link.send(.hello(world.hello(AgentID("agt_somebody")!)))
                guard case .received(.rejected(let code, _)) = await events.next() else {
                    Issue.record("not rejected")
                    return
                }
                #expect(code == "identity_mismatch")
            }
            #expect(world.handler.channels.isEmpty)
        }
    }

    @Test("The server ends a session with a reason, and the agent comes back")
    func comesBack() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            try await world.withLink(identity) { link, events in
                try await self.connected(&events)
                try await link.send(.hello(world.hello(identity.agent)))
                _ = await events.next()
                await world.handler.channels[0].close(SessionClose(.overtaken, reason: "a newer session"))
                let end = await self.disconnection(&events)
                #expect(end?.code == .overtaken)
                #expect(end?.reason == "a newer session")
                await #expect(throws: LinkDown.self) { try await link.send(.configPull(version: 1)) }
                try await self.connected(&events)
            }
        }
    }

    @Test("Of several addresses the next is tried when one does not answer")
    func severalServers() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            let several = AgentIdentity(
                agent: identity.agent,
                certificateChainPEM: identity.certificateChainPEM,
                privateKeyPEM: identity.privateKeyPEM,
                authorityPEM: identity.authorityPEM,
                serverName: identity.serverName,
                servers: ["host.invalid:8474", world.server]
            )
            let lines = LogLines()
            try await world.withLink(several, logger: lines.logger) { _, events in try await self.connected(&events) }
            // Whoever looks at the host's log learns why, at the default level (issue 6).
            let told = lines.texts.withLock { $0 }.filter { $0.contains("no connection to the server; trying on") }
            #expect(told.count == 1 && told[0].hasPrefix("notice ") && told[0].contains("host.invalid:8474"), "\(told)")
        }
    }
}
