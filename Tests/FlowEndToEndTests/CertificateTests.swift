// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowAgent
import FlowCore
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowWire
import NIOCore
import NIOPosix
import Testing
import X509

@testable import FlowServer

@Suite("Certificates that end", .timeLimit(.minutes(3)))
struct CertificateTests {
    private func welcomed(
        _ link: AgentLink,
        _ events: inout AsyncStream<LinkEvent>.Iterator,
        _ hello: Hello
    ) async throws {
        guard case .connected = try #require(await events.next()) else { throw Late(what: "a connection") }
        try await link.send(.hello(hello))
        guard case .received(.welcome) = try #require(await events.next()) else { throw Late(what: "a welcome") }
    }

    @Test("A host renews over its own connection; the old certificate is good until the new one was used")
    func renewal() async throws {
        // Long enough that the old one is still in its time at the end, also on a busy machine.
        try await EnrolmentWorld.with(agentLife: 60) { world in
            let old = try await world.enrol("alpha", token: try await world.token().text)
            let identities = try world.identities("alpha")
            let hello = world.hello(old.agent)
            let before = try #require(try await world.store.agent(old.agent))
            #expect(before.certificateExpiresAt != nil)
            try await world.withLink(old, identities: identities) { link, events in
                try await self.welcomed(link, &events, hello)
                guard case .disconnected(_, let code) = try #require(await events.next()) else {
                    throw Late(what: "the end of the old connection")
                }
                #expect(code == .done)
                let renewed = try #require(try identities.load())
                #expect(renewed.certificateChainPEM != old.certificateChainPEM)
                #expect(renewed.privateKeyPEM != old.privateKeyPEM)
                try await self.welcomed(link, &events, hello)
            }
            let after = try #require(try await world.store.agent(old.agent))
            #expect(after.certificateFingerprint != before.certificateFingerprint)
            #expect(after.nextCertificateFingerprint == nil)
            let (first, second) = (before.certificateExpiresAt, after.certificateExpiresAt)
            #expect(try #require(second) > (try #require(first)))
            // The old one would still be in its time, but it is worth nothing any more.
            try await world.withLink(old) { _, events in
                while let event = await events.next() {
                    guard case .disconnected(_, let code) = event else { continue }
                    #expect(code == .unauthorized)
                    return
                }
            }
        }
    }

    @Test("A renewal that was cut off between its files leaves a pair that fits")
    func cutOff() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            let identities = try world.identities("alpha")
            let other = try await world.enrol("beta", token: try await world.token().text)
            let renewed = AgentIdentity(
                agent: identity.agent,
                certificateChainPEM: other.certificateChainPEM,
                privateKeyPEM: other.privateKeyPEM,
                authorityPEM: identity.authorityPEM,
                serverName: identity.serverName,
                servers: identity.servers
            )
            let directory = try PrivateDirectory(world.directory + "/alpha/identity")
            // Everything before the description changed: the old pair counts.
            try directory.write(renewed.privateKeyPEM.utf8, to: "renewed.key")
            #expect(try identities.load() == identity)
            try identities.replace(by: renewed)
            #expect(try identities.load() == renewed)
            // The description switched, and the usual names are still the old ones.
            try directory.write(identity.privateKeyPEM.utf8, to: "agent.key")
            let description = try #require(try directory.readText("agent.json"))
            let pending = "{\"is_renewing\": true," + description.drop { $0 != "{" }.dropFirst()
            try directory.write(pending.utf8, to: "agent.json")
            #expect(try identities.load() == renewed)
            #expect(try directory.readText("agent.key") == renewed.privateKeyPEM)
        }
    }

    @Test("The server shows another certificate without a restart; connections that stand go on")
    func serverCertificate() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            func fingerprint() async throws -> [UInt8] {
                let connection = try await QUICClient.connect(
                    host: "127.0.0.1",
                    port: try #require(world.listener.localAddress?.port),
                    serverName: identity.serverName,
                    identity: TLSIdentity(
                        certificateChainPEM: identity.certificateChainPEM,
                        privateKeyPEM: identity.privateKeyPEM
                    ),
                    trust: .roots(pem: identity.authorityPEM),
                    applicationProtocol: AgentProtocols.control,
                    configuration: QUICConfiguration(),
                    group: MultiThreadedEventLoopGroup.singleton,
                    logger: world.logger
                )
                defer { Task { await connection.close(code: 0, reason: "") } }
                return try #require(connection.peer).fingerprintSHA256
            }
            try await world.withLink(identity) { link, events in
                try await self.welcomed(link, &events, world.hello(identity.agent))
                let first = try await fingerprint()
                #expect(try await fingerprint() == first)
                let certificate = try ServerCertificate.open(
                    in: try world.pki,
                    authority: world.authority,
                    names: ["another.example"],
                    now: world.clock.now
                )
                #expect(try await world.listener.use([certificate]))
                #expect(try await !world.listener.use([certificate]), "it is in use already")
                #expect(try await fingerprint() != first)
                try await link.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
                guard case .received(.heartbeatAnswer) = await events.next() else {
                    Issue.record("the standing connection did not go on")
                    return
                }
            }
        }
    }

    @Test("Who asks again at once, or with something else than a request, is refused")
    func refusals() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            let desk = CertificateDesk(
                authorities: world.authorities,
                store: world.store,
                clock: world.clock,
                logger: world.logger,
                minimumInterval: 60_000
            )
            await #expect(throws: CoreError.self) { try await desk.renew("junk", of: identity.agent) }
            let other = CertificateDesk(
                authorities: world.authorities,
                store: world.store,
                clock: world.clock,
                logger: world.logger,
                minimumInterval: 60_000
            )
            let request = try EnrolmentWorld.certificateRequest(P256.Signing.PrivateKey())
            _ = try await other.renew(request, of: identity.agent)
            await #expect(throws: CoreError.self) { try await other.renew(request, of: identity.agent) }
            // A host that was deleted gets none.
            try await world.store.deleteAgent(identity.agent)
            await #expect(throws: CoreError.self) {
                try await CertificateDesk(
                    authorities: world.authorities,
                    store: world.store,
                    clock: world.clock,
                    logger: world.logger
                ).renew(request, of: identity.agent)
            }
        }
    }
}
