// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import Testing

@testable import FlowWire

@Suite("Sessions: order, identity, versions, silence")
struct SessionTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let agent = AgentID("agt_1")!

    private func hello(_ agent: AgentID? = nil) -> Hello {
        var values = RandomValues(seed: 1)
        var hello = values.hello()
        hello.agent = agent ?? self.agent
        return hello
    }

    private func welcome(_ config: ConfigUpdate? = nil) -> Welcome {
        Welcome(
            epoch: 1,
            acknowledgedSequence: 0,
            config: config,
            cancels: [],
            clock: ClockSample(agentSent: 1, serverReceived: 2, serverSent: 3)
        )
    }

    private func server() -> ServerSession { ServerSession(agent: self.agent, now: self.start) }

    /// Both sides after hello and welcome.
    private func established() throws -> (ServerSession, AgentSession) {
        var server = self.server()
        var agent = AgentSession()
        let hello = try agent.send(.hello(self.hello()), now: self.start)
        #expect(server.receive(hello, now: self.start) == [.deliver(.hello(self.hello()))])
        let answer = try server.send(.welcome(self.welcome()), now: self.start)
        #expect(agent.receive(answer, now: self.start) == [.deliver(.welcome(self.welcome()))])
        return (server, agent)
    }

    private func isClose<Message>(_ action: SessionAction<Message>?, _ code: WireCloseCode) -> Bool {
        if case .close(let end) = action { end.code == code } else { false }
    }

    @Test("Hello, welcome, then both sides speak freely")
    func order() throws {
        var (server, agent) = try self.established()
        #expect(server.protocolVersion == 1)
        #expect(agent.protocolVersion == 1)
        var values = RandomValues(seed: 2)
        for message in values.agentMessages().dropFirst() {
            #expect(server.receive(try agent.send(message, now: self.start), now: self.start) == [.deliver(message)])
        }
        for message in values.serverMessages().dropFirst(2) {
            #expect(agent.receive(try server.send(message, now: self.start), now: self.start) == [.deliver(message)])
        }
    }

    @Test("A word of a newer peer is left out, and the session goes on")
    func goesOnWithNewerPeers() throws {
        var (server, agent) = try self.established()
        let stranger = ByteBuffer(bytes: [0, 0, 0, 3, 0xfa, 0x3f, 0])
        var stage = PBEnvelope(.configApplied(version: 3))
        stage.taskConfigResponse.stage = .UNRECOGNIZED(5)
        #expect(server.receive(stranger, now: self.start).isEmpty)
        #expect(server.receive(try Frame.encode(stage), now: self.start).isEmpty)
        let pull = try agent.send(.configPull(version: 1), now: self.start)
        #expect(server.receive(pull, now: self.start) == [.deliver(.configPull(version: 1))])
        var push = PBEnvelope(.config(ConfigUpdate(version: 2, base: 1, upserts: [])), version: 1)
        push.taskConfigPush.action = .UNRECOGNIZED(9)
        #expect(agent.receive(stranger, now: self.start).isEmpty)
        #expect(agent.receive(try Frame.encode(push), now: self.start).isEmpty)
        let id = ExecutionID(bytes: [UInt8](repeating: 1, count: 16))!
        let cancel = try server.send(.cancel(id, force: false), now: self.start)
        #expect(agent.receive(cancel, now: self.start) == [.deliver(.cancel(id, force: false))])
    }

    @Test("Anything before the hello, or a second hello, ends the session")
    func helloFirst() throws {
        var server = self.server()
        let heartbeat = try Frame.encode(PBEnvelope(.configPull(version: 1)))
        #expect(self.isClose(server.receive(heartbeat, now: self.start).first, .protocolError))
        #expect(server.receive(heartbeat, now: self.start) == [])

        var (second, _) = try self.established()
        let hello = try Frame.encode(PBEnvelope(.hello(self.hello())))
        #expect(self.isClose(second.receive(hello, now: self.start).first, .protocolError))
    }

    @Test("The agent says nothing between hello and welcome, and neither side lets itself speak too early")
    func early() throws {
        var server = self.server()
        #expect(throws: WireError.self) { try server.send(.orders([]), now: self.start) }
        #expect(throws: WireError.self) { try server.send(.welcome(self.welcome()), now: self.start) }
        var agent = AgentSession()
        #expect(throws: WireError.self) { try agent.send(.configPull(version: 1), now: self.start) }
        let hello = try agent.send(.hello(self.hello()), now: self.start)
        #expect(throws: WireError.self) { try agent.send(.hello(self.hello()), now: self.start) }
        #expect(throws: WireError.self) { try agent.send(.configPull(version: 1), now: self.start) }
        _ = server.receive(hello, now: self.start)
        #expect(throws: WireError.self) { try server.send(.orders([]), now: self.start) }
        let pull = try Frame.encode(PBEnvelope(.configPull(version: 1)))
        #expect(self.isClose(server.receive(pull, now: self.start).first, .protocolError))
        let orders = try Frame.encode(PBEnvelope(.orders([])))
        #expect(self.isClose(agent.receive(orders, now: self.start).first, .protocolError))
    }

    @Test("A second welcome is refused on both sides")
    func secondWelcome() throws {
        var (server, agent) = try self.established()
        #expect(throws: WireError.self) { try server.send(.welcome(self.welcome()), now: self.start) }
        let welcome = try Frame.encode(PBEnvelope(.welcome(self.welcome())))
        #expect(self.isClose(agent.receive(welcome, now: self.start).first, .protocolError))
    }

    @Test("A hello for another agent than the certificate's is rejected with words (R14)")
    func identity() throws {
        var server = self.server()
        var agent = AgentSession()
        let actions = server.receive(
            try agent.send(.hello(self.hello(AgentID("agt_2")!)), now: self.start),
            now: self.start
        )
        #expect(actions.count == 2)
        #expect(self.isClose(actions.last, .identityMismatch))
        guard case .write(let rejection) = actions.first else {
            Issue.record("no rejection")
            return
        }
        let seen = agent.receive(rejection, now: self.start)
        guard case .deliver(.rejected(code: "identity_mismatch", let text)) = seen.first else {
            Issue.record("\(seen)")
            return
        }
        #expect(text.contains("agt_1") && text.contains("agt_2"))
        #expect(self.isClose(seen.last, .rejected))
    }

    @Test("The highest common version is chosen; without one the answer says what to upgrade")
    func versions() throws {
        let server = ProtocolVersions(minimum: 2, maximum: 4)
        #expect(try server.negotiate(with: ProtocolVersions(minimum: 1, maximum: 3)) == 3)
        #expect(try server.negotiate(with: ProtocolVersions(minimum: 4, maximum: 9)) == 4)
        #expect(throws: VersionMismatch.self) { try server.negotiate(with: ProtocolVersions(minimum: 3, maximum: 2)) }
        #expect(throws: VersionMismatch.self) { try server.negotiate(with: ProtocolVersions(minimum: 0, maximum: 0)) }
        let old = VersionMismatch(server: server, agent: ProtocolVersions(minimum: 1, maximum: 1))
        #expect(old.description.contains("Upgrade the agent"))
        let new = VersionMismatch(server: server, agent: ProtocolVersions(minimum: 5, maximum: 6))
        #expect(new.description.contains("Upgrade the server"))

        var session = ServerSession(agent: self.agent, now: self.start, versions: server)
        var agent = AgentSession(versions: ProtocolVersions(minimum: 1, maximum: 1))
        let actions = session.receive(try agent.send(.hello(self.hello()), now: self.start), now: self.start)
        #expect(self.isClose(actions.last, .versionUnsupported))
        guard case .write(let rejection) = actions.first,
            case .deliver(.rejected(code: "protocol_version", _)) = agent.receive(rejection, now: self.start).first
        else {
            Issue.record("no rejection")
            return
        }
    }

    @Test("The server gives up an agent after 45 s without a message, and not before (S1-NFR-P5)")
    func silence() throws {
        var (server, agent) = try self.established()
        #expect(server.tick(now: self.start + .seconds(44)) == [])
        let heartbeat = try agent.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 1)), now: self.start)
        _ = server.receive(heartbeat, now: self.start + .seconds(44))
        #expect(server.tick(now: self.start + .seconds(88)) == [])
        #expect(self.isClose(server.tick(now: self.start + .seconds(89)).first, .silence))
        #expect(server.deadline == nil)

        #expect(agent.tick(now: self.start + .seconds(44)) == [])
        #expect(self.isClose(agent.tick(now: self.start + .seconds(45)).first, .silence))
    }

    @Test("No hello within 10 s, no welcome within 30 s: the session ends")
    func handshake() throws {
        var server = self.server()
        #expect(server.deadline == self.start + .seconds(10))
        #expect(self.isClose(server.tick(now: self.start + .seconds(10)).first, .silence))
        var agent = AgentSession()
        #expect(agent.deadline == nil)
        _ = try agent.send(.hello(self.hello()), now: self.start)
        #expect(self.isClose(agent.tick(now: self.start + .seconds(30)).first, .silence))
    }

    @Test("A configuration over many frames takes effect as a whole, in a push and in a welcome")
    func largeConfiguration() throws {
        var values = RandomValues(seed: 4)
        let update = ConfigUpdate(
            version: 7,
            base: nil,
            upserts: (0..<300).map { _ in values.job() },
            removals: (0..<300).map { _ in values.uid() }
        )
        var server = ServerSession(agent: self.agent, now: self.start, frameLimit: 4096)
        var agent = AgentSession(frameLimit: 4096)
        _ = server.receive(try agent.send(.hello(self.hello()), now: self.start), now: self.start)
        let welcome = Welcome(
            epoch: 1,
            acknowledgedSequence: 2,
            config: update,
            cancels: [],
            clock: values.sample()
        )
        let bytes = try server.send(.welcome(welcome), now: self.start)
        #expect(bytes.readableBytes > 3 * 4096)
        #expect(agent.receive(bytes, now: self.start) == [.deliver(.welcome(welcome))])
        #expect(
            agent.receive(try server.send(.config(update), now: self.start), now: self.start) == [
                .deliver(.config(update))
            ]
        )
    }

    @Test("Nothing may come between the parts of a configuration")
    func interrupted() throws {
        var (_, agent) = try self.established()
        var part = PBEnvelope(.config(ConfigUpdate(version: 2, base: 1, upserts: [])))
        part.taskConfigPush.more = true
        #expect(agent.receive(try Frame.encode(part), now: self.start) == [])
        let other = try Frame.encode(PBEnvelope(.orders([])))
        #expect(self.isClose(agent.receive(other, now: self.start).first, .protocolError))
    }

    @Test("The end of the stream ends the session: in order between frames, as an error inside one")
    func streamEnd() throws {
        var (server, _) = try self.established()
        var copy = server
        #expect(self.isClose(server.receiveEnd().first, .done))
        _ = copy.receive(ByteBuffer(bytes: [0, 0]), now: self.start)
        #expect(self.isClose(copy.receiveEnd().first, .protocolError))
    }
}
