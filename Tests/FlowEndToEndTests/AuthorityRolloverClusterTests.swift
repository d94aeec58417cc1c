// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowScheduler
import FlowStore
import FlowTesting
import FlowWire
import Foundation
import Testing

@testable import FlowServer

/// A server whose turn it is not.
private struct NoWork: WorkShare {
    let units: Set<WorkUnit> = []
}

extension AuthorityRolloverTests {
    @Test("Of two servers on one PostgreSQL one replaces the authority and the other follows; one that was away too")
    func twoServers() async throws {
        let postgres = try PostgresServer.shared.get()
        let store = try await PostgresStore.open(postgres.address(try postgres.makeDatabase()))
        let key = try #require(KeyRing.Key((0..<32).map { UInt8($0) }))
        let shared = EnrolmentWorld.Shared(
            store: store,
            seal: SecretSeal(ring: KeyRing(primary: key), installation: "one")
        )
        try await EnrolmentWorld.with(agentLife: 300, shared: shared) { keeper in
            try await EnrolmentWorld.with(agentLife: 300, shared: shared) { other in
                try await self.rollOver(keeper, other, shared)
            }
        }
        try await store.close()
    }

    private func look(_ world: EnrolmentWorld, _ shared: EnrolmentWorld.Shared, keeps: Bool) async throws {
        let directory = try world.pki
        try await AuthorityRollover(
            directory: directory,
            store: shared.store,
            seal: shared.seal,
            share: keeps ? WholeWork() : NoWork(),
            book: world.authorities,
            clock: world.clock,
            logger: world.logger,
            agentLife: world.agentLife
        ).look()
        let pair = world.authorities.pair
        let now = world.clock.now
        let certificates = try ServerCertificate.openAll(in: directory, of: pair, names: [], now: now)
        _ = try await world.listener.use(certificates)
    }

    private func identity(_ identity: AgentIdentity, at world: EnrolmentWorld) -> AgentIdentity {
        AgentIdentity(
            agent: identity.agent,
            certificateChainPEM: identity.certificateChainPEM,
            privateKeyPEM: identity.privateKeyPEM,
            authorityPEM: identity.authorityPEM,
            serverName: identity.serverName,
            servers: [world.server]
        )
    }

    private func isWelcome(_ identity: AgentIdentity, at world: EnrolmentWorld) async throws {
        try await world.withLink(self.identity(identity, at: world)) { link, events in
            try await self.welcomed(link, &events, world, identity.agent)
        }
    }

    private func rollOver(
        _ keeper: EnrolmentWorld,
        _ other: EnrolmentWorld,
        _ shared: EnrolmentWorld.Shared
    ) async throws {
        let old = keeper.authorities.pair.first
        #expect(other.authorities.pair.first.name == old.name)
        let away = try PrivateDirectory(keeper.directory + "/away")
        try FileManager.default.copyItem(atPath: keeper.pki.path, toPath: away.path(of: "ca"))
        let alpha = try await keeper.enrol("alpha", token: try await keeper.token().text)
        let beta = try await keeper.enrol("beta", token: try await keeper.token().text)
        let identities = try keeper.identities("alpha")

        // An order is for the one that keeps things in order.
        try await shared.store.setSetting(AuthorityOrder.setting, to: AuthorityOrder.roll.rawValue)
        try await self.look(other, shared, keeps: false)
        #expect(other.authorities.pair.next == nil)
        try await keeper.withLink(alpha, identities: identities) { link, events in
            try await self.welcomed(link, &events, keeper, alpha.agent)
            try await self.look(keeper, shared, keeps: true)
            try await self.hears(link, &events)
            try await self.welcomed(link, &events, keeper, alpha.agent)
            try await self.ended(&events)
            try await self.welcomed(link, &events, keeper, alpha.agent)
        }
        let next = try #require(keeper.authorities.pair.next)
        let renewed = try #require(try identities.load())
        #expect(renewed.certificateChainPEM != alpha.certificateChainPEM)
        // Until the other looked, it does not know who signed this; it looks each minute.
        try await self.complains(self.identity(renewed, at: other), "does not take this host's certificate")
        try await self.look(other, shared, keeps: false)
        #expect(other.authorities.pair.next?.name == next.name && other.authorities.pair.serving.name == old.name)
        try await self.isWelcome(renewed, at: other)
        try await self.isWelcome(beta, at: other)

        try await shared.store.setSetting(AuthorityOrder.setting, to: AuthorityOrder.serve.rawValue)
        try await self.look(keeper, shared, keeps: true)
        try await self.isWelcome(renewed, at: other)
        try await self.look(other, shared, keeps: false)
        #expect(other.authorities.pair.serving.name == next.name)
        try await self.isWelcome(beta, at: other)

        try await shared.store.setSetting(AuthorityOrder.setting, to: AuthorityOrder.drop.rawValue)
        try await self.look(keeper, shared, keeps: true)
        try await self.isWelcome(beta, at: other)
        try await self.look(other, shared, keeps: false)
        try await self.isWelcome(renewed, at: other)
        try await self.complains(self.identity(beta, at: other), "of an authority that this host does not trust")

        let returned = try await SharedAuthority.open(
            in: away,
            store: shared.store,
            seal: shared.seal,
            now: keeper.clock.now
        )
        #expect(returned.first.name == next.name && returned.next == nil)
    }
}
