// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import FlowWire

@Suite("Definitions on their way to a host, signed")
struct SignedDefinitionTests {
    /// Signs, and counts what it signed.
    private final class Signer: DefinitionSigning {
        let keys: [DefinitionKey]
        init(_ keys: [DefinitionKey]) { self.keys = keys }
        func signatures(of definition: [UInt8]) throws -> [DefinitionSignature] {
            try self.keys.map { try $0.sign(definition) }
        }
    }

    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let agent = AgentID("agt_1")!
    private let authority = P256.Signing.PrivateKey()

    private func session(
        signer: (any DefinitionSigning)?,
        statements: [SigningKeyStatement],
        signedBy: String? = "",
        config: ConfigUpdate? = nil
    ) throws -> (server: ServerSession, agent: AgentSession, welcome: Welcome) {
        var server = ServerSession(agent: self.agent, now: self.start, signer: signer)
        var agent = AgentSession(authorities: [Array(self.authority.publicKey.x963Representation)])
        var values = RandomValues(seed: 3)
        var hello = values.hello()
        hello.agent = self.agent
        hello.signedBy = signedBy
        #expect(
            server.receive(try agent.send(.hello(hello), now: self.start), now: self.start) == [.deliver(.hello(hello))]
        )
        let welcome = Welcome(
            epoch: 1,
            acknowledgedSequence: 0,
            config: config,
            cancels: [],
            clock: ClockSample(agentSent: 1, serverReceived: 2, serverSent: 3),
            signingKeys: statements
        )
        let heard = agent.receive(try server.send(.welcome(welcome), now: self.start), now: self.start)
        guard case .deliver(.welcome(let told))? = heard.first else {
            throw WireError.invalid(field: "welcome", problem: "\(heard)")
        }
        return (server, agent, told)
    }

    private func jobs(_ count: Int) -> [JobSnapshot] {
        var values = RandomValues(seed: 8)
        return (0..<count).map { _ in values.job() }
    }

    private func update(_ jobs: [JobSnapshot]) -> ConfigUpdate { ConfigUpdate(version: 2, base: 1, upserts: jobs) }

    @Test("Welcome, configuration and orders bring what was signed, and by whom")
    func good() throws {
        let key = try DefinitionKey(of: self.authority)
        let jobs = self.jobs(40)
        let whole = ConfigUpdate(version: 1, base: nil, upserts: jobs)
        var (server, agent, welcome) = try self.session(
            signer: Signer([key]),
            statements: [key.statement],
            config: whole
        )
        let signed = jobs.map { job in
            var job = job
            job.verdict = .signed(by: key.id)
            return job
        }
        #expect(welcome.config?.upserts == signed && welcome.signingKeys == [key.statement])
        let push = agent.receive(try server.send(.config(self.update(jobs)), now: self.start), now: self.start)
        #expect(push == [.deliver(.config(self.update(signed)))])
        var values = RandomValues(seed: 4)
        let order = values.order()
        guard
            case .deliver(.orders(let orders))? =
                agent.receive(try server.send(.orders([order]), now: self.start), now: self.start).first
        else { throw WireError.invalid(field: "orders", problem: "none") }
        #expect(orders.first?.job.verdict == .signed(by: key.id))
        #expect(orders.first?.job.payload == order.job.payload && orders.first?.parameters == order.parameters)
        #expect(orders.first?.job.contentHash() == order.job.contentHash(), "both ends still agree on what they have")
    }

    @Test("What comes again is judged once, and only what is exactly as it was (decision 454)")
    func again() throws {
        let key = try DefinitionKey(of: self.authority)
        let jobs = self.jobs(3)
        var (server, agent, _) = try self.session(
            signer: Signer([key]),
            statements: [key.statement],
            config: ConfigUpdate(version: 1, base: nil, upserts: jobs)
        )
        #expect(agent.judgedDefinitions == 3)
        var values = RandomValues(seed: 5)
        let made = values.order()
        let order = Order(
            executionID: made.executionID,
            runID: made.runID,
            job: jobs[1],
            kind: .cron,
            nominal: made.nominal,
            deadline: made.deadline
        )
        let bytes = try server.send(.orders([order, order]), now: self.start)
        guard case .deliver(.orders(let orders))? = agent.receive(bytes, now: self.start).first else {
            throw WireError.invalid(field: "orders", problem: "none")
        }
        #expect(orders.map(\.job.verdict) == [.signed(by: key.id), .signed(by: key.id)])
        #expect(agent.judgedDefinitions == 3, "its order says what the configuration said")
        var decoder = FrameDecoder(limit: Frame.defaultLimit)
        decoder.append(bytes)
        let envelope = try #require(try decoder.next())
        // The same definition with another signature, and another job's name on it, are judged by themselves.
        var forged = envelope
        let place = forged.taskExecutions.executions[0].task.signatures[0].signature.startIndex
        forged.taskExecutions.executions[0].task.signatures[0].signature[place] ^= 1
        let heard = agent.receive(try Frame.encode(forged), now: self.start)
        guard case .deliver(.orders(let refused))? = heard.first else {
            throw WireError.invalid(field: "orders", problem: "\(heard)")
        }
        #expect(refused.map(\.job.verdict) == [.wrong, .signed(by: key.id)])
        var renamed = envelope
        renamed.taskExecutions.executions[0].task.uid = jobs[0].uid.data
        guard case .close(let end)? = agent.receive(try Frame.encode(renamed), now: self.start).first else {
            throw WireError.invalid(field: "orders", problem: "taken")
        }
        #expect(end.code == .protocolError)
    }

    @Test("What is known is bounded by its number and by its bytes")
    func bounds() throws {
        let key = try DefinitionKey(of: self.authority)
        let trust = DefinitionTrust(
            [key.statement],
            authorities: [Array(self.authority.publicKey.x963Representation)]
        )
        var values = RandomValues(seed: 6)
        let jobs = (0..<6).map { _ in values.job() }
        var envelope = PBEnvelope(.config(self.update(jobs)))
        try envelope.sign(by: Signer([key]))
        for reader in [DefinitionReader(trust, countLimit: 3), DefinitionReader(trust, byteLimit: 1)] {
            for _ in 0..<2 { _ = try envelope.serverMessage(reader) }
            #expect(reader.judged == 12)
        }
        let reader = DefinitionReader(trust)
        for _ in 0..<2 { _ = try envelope.serverMessage(reader) }
        #expect(reader.judged == 6)
    }

    @Test("A definition that was changed on its way is refused alone, and the session goes on")
    func changed() throws {
        let key = try DefinitionKey(of: self.authority)
        var (server, agent, _) = try self.session(signer: Signer([key]), statements: [key.statement])
        let jobs = self.jobs(3)
        let frame = try server.send(.config(self.update(jobs)), now: self.start)
        var decoder = FrameDecoder(limit: Frame.defaultLimit)
        decoder.append(frame)
        let envelope = try #require(try decoder.next())
        let length = envelope.taskConfigPush.tasks[1].definition.count
        for place in stride(from: 0, to: length, by: max(1, length / 60)) {
            var tampered = envelope
            let index = tampered.taskConfigPush.tasks[1].definition.startIndex + place
            tampered.taskConfigPush.tasks[1].definition[index] ^= 0x20
            let heard = agent.receive(try Frame.encode(tampered), now: self.start)
            guard case .deliver(.config(let update))? = heard.first, heard.count == 1 else {
                Issue.record("byte \(place): \(heard)")
                continue
            }
            #expect(
                update.upserts.map(\.verdict) == [.signed(by: key.id), .wrong, .signed(by: key.id)],
                "byte \(place)"
            )
            #expect(update.upserts[1].uid == jobs[1].uid)
        }
        // Another task's definition in its place has a good signature, and is not its own.
        var swapped = envelope
        swapped.taskConfigPush.tasks[1].definition = envelope.taskConfigPush.tasks[0].definition
        swapped.taskConfigPush.tasks[1].signatures = envelope.taskConfigPush.tasks[0].signatures
        let heard = agent.receive(try Frame.encode(swapped), now: self.start)
        guard case .close(let end)? = heard.first else { throw WireError.invalid(field: "push", problem: "\(heard)") }
        #expect(end.code == .protocolError)
    }

    @Test("Who has a server's certificate and no key of the installation is not believed")
    func thief() throws {
        let key = try DefinitionKey(of: P256.Signing.PrivateKey())
        var (server, agent, welcome) = try self.session(signer: Signer([key]), statements: [key.statement])
        #expect(welcome.signingKeys.isEmpty, "its key has no word of an authority that the host trusts")
        let heard = agent.receive(try server.send(.config(self.update(self.jobs(1))), now: self.start), now: self.start)
        guard case .deliver(.config(let update))? = heard.first else {
            throw WireError.invalid(field: "push", problem: "none")
        }
        #expect(update.upserts[0].verdict == .strange)
    }

    @Test("Hosts and servers of before are spoken to as before")
    func others() throws {
        let key = try DefinitionKey(of: self.authority)
        let jobs = self.jobs(2)
        var (server, agent, _) = try self.session(signer: Signer([key]), statements: [], signedBy: nil)
        let plain = try server.send(.config(self.update(jobs)), now: self.start)
        var decoder = FrameDecoder(limit: Frame.defaultLimit)
        decoder.append(plain)
        let sent = try decoder.next()
        #expect(
            sent == PBEnvelope(.config(self.update(jobs))),
            "an old host finds every field in its place"
        )
        #expect(agent.receive(plain, now: self.start) == [.deliver(.config(self.update(jobs)))])
        var (old, host, welcome) = try self.session(signer: nil, statements: [])
        #expect(welcome.signingKeys.isEmpty)
        let heard = host.receive(try old.send(.config(self.update(jobs)), now: self.start), now: self.start)
        #expect(heard == [.deliver(.config(self.update(jobs)))])
    }
}
