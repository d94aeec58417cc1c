// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowAgent
import FlowCore
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowWire
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import FlowServer

/// Keeps what is logged.
final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.lines.texts.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }

    let texts = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}

@Suite("An authority that takes over from another", .timeLimit(.minutes(10)))
struct AuthorityRolloverTests {
    func welcomed(
        _ link: AgentLink,
        _ events: inout AsyncStream<LinkEvent>.Iterator,
        _ world: EnrolmentWorld,
        _ agent: AgentID
    ) async throws {
        guard case .connected = try #require(await events.next()) else { throw Late(what: "a connection") }
        try await link.send(.hello(world.hello(agent)))
        guard case .received(.welcome) = try #require(await events.next()) else { throw Late(what: "a welcome") }
    }

    /// Says that it lives, and hears what there is to hear; then the connection ends for what is new.
    func hears(_ link: AgentLink, _ events: inout AsyncStream<LinkEvent>.Iterator) async throws {
        try await link.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
        guard case .received(.heartbeatAnswer) = try #require(await events.next()) else {
            throw Late(what: "an answer")
        }
        try await self.ended(&events)
    }

    func ended(_ events: inout AsyncStream<LinkEvent>.Iterator) async throws {
        guard case .disconnected(_, let code) = try #require(await events.next()) else { throw Late(what: "an end") }
        #expect(code == .done)
    }

    func take(_ order: AuthorityOrder, _ world: EnrolmentWorld) async throws {
        let directory = try world.pki
        try await world.store.setSetting(AuthorityOrder.setting, to: order.rawValue)
        try await AuthorityRollover(
            directory: directory,
            store: world.store,
            seal: nil,
            share: WholeWork(),
            book: world.authorities,
            clock: world.clock,
            logger: world.logger,
            agentLife: world.agentLife
        ).look()
        let certificates = try ServerCertificate.openAll(
            in: directory,
            of: world.authorities.pair,
            names: [],
            now: world.clock.now
        )
        #expect(try await world.listener.use(certificates))
        #expect(try await world.store.setting(AuthorityOrder.setting) == "")
    }

    @Test("Hosts go through it, away ones come back while the old one lasts, and who missed it all is told why")
    func whole() async throws {
        // Renewals by another authority come within a second then.
        try await EnrolmentWorld.with(agentLife: 300) { world in
            let alpha = try await world.enrol("alpha", token: try await world.token().text)
            let beta = try await world.enrol("beta", token: try await world.token().text)
            let gamma = try await world.enrol("gamma", token: try await world.token().text)
            #expect(alpha.hasMetVouching, "so it went through all of this by the word of the old one")
            let early = try await world.token().text
            let old = world.authorities.pair.first
            let identities = try world.identities("alpha")

            try await world.withLink(alpha, identities: identities) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.take(.roll, world)
                let next = try #require(world.authorities.pair.next)
                #expect(world.authorities.pair.serving.name == old.name)
                // The connection that stands hears of it, goes on with both, and renews under the new one.
                try await self.hears(link, &events)
                #expect(try identities.load()?.authorityPEM.contains(next.certificatePEM) == true)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.ended(&events)
                try await self.welcomed(link, &events, world, alpha.agent)
                #expect(try await world.store.trustedAuthorities()[alpha.agent]?.newest == next.name)
            }
            let next = try #require(world.authorities.pair.next)
            let renewed = try #require(try identities.load())
            #expect(renewed.certificateChainPEM != alpha.certificateChainPEM)

            try await self.take(.serve, world)
            #expect(world.authorities.pair.serving.name == next.name)
            // Beta was away: it trusts the old one alone, and is shown that one's certificate.
            try await world.withLink(beta, identities: try world.identities("beta")) { link, events in
                try await self.welcomed(link, &events, world, beta.agent)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, beta.agent)
            }
            // So is a host with a token of before; a token of now names the new one.
            let delta = try await world.enrol("delta", token: early)
            #expect(delta.authorityPEM == old.certificatePEM)
            var random = SystemRandomNumberGenerator()
            let token = JoinTokenFormat.generate(authorityFingerprint: next.fingerprint, using: &random)
            let now = world.clock.now
            try await world.store.createJoinToken(
                token.record(groups: [], createdAt: now, expiresAt: now.advanced(byMilliseconds: 60_000))
            )
            let epsilon = try await world.enrol("epsilon", token: token.text)
            #expect(epsilon.authorityPEM == next.certificatePEM)

            // A connection that stands on a certificate of the old one ends with it.
            try await world.withLink(gamma) { link, events in
                try await self.welcomed(link, &events, world, gamma.agent)
                try await self.take(.drop, world)
                try await link.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
                var event = try #require(await events.next())
                if case .received = event { event = try #require(await events.next()) }
                guard case .disconnected(_, let code) = event else { throw Late(what: "an end") }
                #expect(code == .unauthorized)
            }
            #expect(world.authorities.pair.first.name == next.name && world.authorities.pair.next == nil)
            try await world.withLink(renewed, identities: identities) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, alpha.agent)
            }
            let pem = try #require(try identities.load()?.authorityPEM)
            #expect(!pem.contains(old.certificatePEM) && pem.contains(next.certificatePEM))

            // Gamma missed all of it; the second time it only missed to renew.
            try await self.complains(gamma, "of an authority that this host does not trust")
            let late = AgentIdentity(
                agent: gamma.agent,
                certificateChainPEM: gamma.certificateChainPEM,
                privateKeyPEM: gamma.privateKeyPEM,
                authorityPEM: next.certificatePEM,
                serverName: gamma.serverName,
                servers: gamma.servers
            )
            try await self.complains(late, "does not take this host's certificate")
        }
    }

    func complains(_ identity: AgentIdentity, _ words: String) async throws {
        let lines = LogLines()
        let link = try AgentLink(
            identity: identity,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: lines.logger,
            handler: { _ in }
        )
        let running = Task { try await link.run() }
        try await eventually("it is told why") {
            lines.texts.withLock { texts in texts.first { $0.contains(words) } }
        }
        running.cancel()
        try? await running.value
    }

    /// A session as hosts of versions have it that name no authority.
    private func unnamedSession(of identity: AgentIdentity, trusting pem: String, _ world: EnrolmentWorld) async throws
    {
        let connection = try await QUICClient.connect(
            host: "127.0.0.1",
            port: try #require(world.listener.localAddress?.port),
            serverName: identity.serverName,
            identity: TLSIdentity(
                certificateChainPEM: identity.certificateChainPEM,
                privateKeyPEM: identity.privateKeyPEM
            ),
            trust: .roots(pem: pem),
            applicationProtocol: AgentProtocols.control,
            configuration: QUICConfiguration(),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: world.logger
        )
        #expect(connection.applicationProtocol == AgentProtocols.control)
        let stream = try await connection.openStream()
        let control = ControlStream(
            AgentSession(),
            read: {
                var iterator = stream.inbound.makeAsyncIterator()
                return try await iterator.next()
            },
            write: { try await stream.write($0) }
        )
        try await control.send(.hello(world.hello(identity.agent)))
        guard case .welcome = try await control.next() else { throw Late(what: "a welcome") }
        try await control.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
        guard case .heartbeatAnswer = try await control.next() else { throw Late(what: "an answer") }
        // It would not know what this is.
        try await control.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 10)))
        guard case .heartbeatAnswer = try await control.next() else { throw Late(what: "an answer, and nothing else") }
        await connection.close(code: 0, reason: "")
    }

    @Test("Hosts and join tokens of versions that name no authority go on, served by the one that serves")
    func unnamed() async throws {
        try await EnrolmentWorld.with { world in
            let alpha = try await world.enrol("alpha", token: try await world.token().text)
            let old = world.authorities.pair.first
            let enroller = Enroller(authorities: world.authorities, store: world.store, clock: world.clock)
            func joined(_ name: String) async throws -> String {
                let token = try await world.token()
                let request = EnrolRequest(
                    tokenID: token.id,
                    secret: token.secret,
                    certificateRequest: try EnrolmentWorld.certificateRequest(P256.Signing.PrivateKey()),
                    name: name,
                    hostname: name,
                    operatingSystem: "Linux",
                    version: "1.0"
                )
                return try await enroller.enrol(request, from: "127.0.0.1", over: AgentProtocols.enrolment).authority
            }
            try await self.unnamedSession(of: alpha, trusting: old.certificatePEM, world)
            try await self.take(.roll, world)
            try await self.unnamedSession(of: alpha, trusting: old.certificatePEM, world)
            #expect(try await joined("beta") == old.certificatePEM)
            #expect(world.authorities.issuer(for: alpha.agent).name == old.name)
            #expect(try await world.store.trustedAuthorities()[alpha.agent] == nil)

            try await self.take(.serve, world)
            let next = world.authorities.pair.newest
            await #expect(throws: QUICError.self) {
                try await self.unnamedSession(of: alpha, trusting: old.certificatePEM, world)
            }
            try await self.unnamedSession(of: alpha, trusting: world.authorities.pair.rootsPEM, world)
            #expect(try await joined("gamma") == next.certificatePEM)
            // Who took its certificate is renewed under it.
            #expect(world.authorities.issuer(for: alpha.agent).name == next.name)
        }
    }

    @Test("It begins at two thirds of the life, serves when all that are alive trust it, and ends with the old one")
    func plan() throws {
        let begin = Timestamp(seconds: 1_800_000_000)
        func authority(_ begin: Timestamp) throws -> CertificateAuthority {
            let made = try CertificateAuthority.make(now: begin, years: 9)
            return try CertificateAuthority(keyPEM: made.keyPEM, certificatePEM: made.certificatePEM)
        }
        func after(_ years: Double) -> Timestamp {
            begin.advanced(byMilliseconds: Int64(years * CertificateAuthority.year * 1000))
        }
        let (old, new) = (try authority(begin), try authority(after(6)))
        let one = AuthorityPair(old)
        let two = AuthorityPair(old, next: new)
        let served = AuthorityPair(old, next: new, servesNext: true)
        func step(
            _ pair: AuthorityPair,
            _ years: Double,
            _ order: AuthorityOrder? = nil,
            lacking: Int = 0
        ) -> AuthorityPlan.Step? {
            AuthorityPlan.step(pair, order: order, lacking: lacking, at: after(years))
        }
        #expect(step(one, 5.9) == nil && step(one, 6.1) == .roll && step(one, 1, .roll) == .roll)
        #expect(step(one, 1, .drop) == nil && step(one, 1, .serve) == nil)
        #expect(
            step(two, 6.1, lacking: 2) == nil && step(two, 6.1) == .serve
                && step(two, 6.1, .serve, lacking: 2) == .serve
        )
        #expect(step(served, 8.9) == nil && step(served, 9.1) == .drop && step(two, 9.1, lacking: 1) == .drop)
        #expect(step(served, 7, .drop) == .drop && step(served, 7, .roll) == nil)
        func agent(_ name: String, seen days: Int64?, isRevoked: Bool = false) throws -> FlowCore.Agent {
            var agent = FlowCore.Agent(id: try #require(AgentID(name)), name: name, createdAt: begin)
            agent.lastSeen = days.map { after(6).advanced(byMilliseconds: -$0 * 86_400_000) }
            agent.isRevoked = isRevoked
            return agent
        }
        let agents = [
            try agent("has", seen: 1), try agent("lacks", seen: 1), try agent("away", seen: 40),
            try agent("never", seen: nil), try agent("revoked", seen: 1, isRevoked: true),
            try agent("renews", seen: 1),
        ]
        let trusts = [
            agents[0].id: AuthorityTrust(newest: new.name, issuer: new.name),
            agents[1].id: AuthorityTrust(newest: old.name, issuer: old.name),
            agents[5].id: AuthorityTrust(newest: new.name, issuer: old.name),
        ]
        func lacking(certificate: Bool) -> [String] {
            AuthorityPlan.lacking(new.name, certificate: certificate, of: agents, trusts: trusts, at: after(6))
                .map(\.name)
        }
        #expect(lacking(certificate: false) == ["lacks"])
        #expect(lacking(certificate: true) == ["lacks", "renews"])
    }

    @Test("A change that was cut off between its files is made good")
    func cutOff() throws {
        let path = NSTemporaryDirectory() + "flow-authority-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        let now = SystemWallClock().now
        _ = try CertificateAuthority.open(in: directory, now: now)
        let one = try #require(try AuthorityBundle.read(in: directory))
        let two = one.followed(by: try CertificateAuthority.make(now: now))
        try two.write(to: directory)
        #expect(try AuthorityBundle.read(in: directory) == two)
        #expect(try two.pair().serving.name == one.pair().first.name)
        #expect(try two.serving.pair().serving.name == two.pair().next?.name)
        // The new key is in its place, and the old certificate still is.
        let done = try two.finished()
        try directory.write(done.key.utf8, to: CertificateAuthority.keyFile)
        let healed = try #require(try AuthorityBundle.read(in: directory))
        #expect(healed.key == done.key && healed.certificate == done.certificate && healed.next == nil)
        #expect(try CertificateAuthority.open(in: directory, now: now).name == two.pair().next?.name)
    }
}
