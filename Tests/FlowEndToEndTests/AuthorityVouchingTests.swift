// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowAgent
import FlowCore
import FlowScheduler
import FlowWire
import Foundation
import Synchronization
import Testing

@testable import FlowServer

// What a session says of authorities counts with the word of one that the host trusts.

extension AuthorityRolloverTests {
    /// What somebody tells who has a server's certificate, and so a session, but not the authority's key.
    private func tell(_ news: AuthorityNews, _ world: EnrolmentWorld) async throws {
        let channel = try #require(world.handler.channels.last)
        try await channel.send(.authorities(news))
    }

    private func foreign(_ world: EnrolmentWorld) throws -> CertificateAuthority {
        let made = try CertificateAuthority.make(now: world.clock.now)
        return try CertificateAuthority(keyPEM: made.keyPEM, certificatePEM: made.certificatePEM)
    }

    /// A heartbeat behind what was told, so that it is known to have been read.
    private func beats(_ link: AgentLink, _ events: inout AsyncStream<LinkEvent>.Iterator) async throws {
        try await link.send(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 9)))
        guard case .received(.heartbeatAnswer) = try #require(await events.next()) else {
            throw Late(what: "an answer")
        }
    }

    private func lastRefusal(_ world: EnrolmentWorld) throws -> AuthorityRefusal? {
        guard case .heartbeat(let heartbeat)? = world.handler.messages.last else { throw Late(what: "a heartbeat") }
        return heartbeat.authorityRefusal
    }

    @Test("A server's certificate alone brings no authority in: the host keeps its own, and takes the real one")
    func forged() async throws {
        try await EnrolmentWorld.with { world in
            let alpha = try await world.enrol("alpha", token: try await world.token().text)
            let identities = try world.identities("alpha")
            let own = world.authorities.pair.first
            let thief = try self.foreign(world)
            let lines = LogLines()
            try await world.withLink(alpha, identities: identities, logger: lines.logger) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.beats(link, &events)
                #expect(try self.lastRefusal(world) == nil)
                let pem = own.certificatePEM + "\n" + thief.certificatePEM
                let word = try thief.voucher(for: thief)
                // An older server's way of saying it helps no more, once it was heard that this one vouches.
                for (news, refusal) in [
                    (AuthorityNews(certificates: pem, vouches: false), AuthorityRefusal.unvouched),
                    (AuthorityNews(certificates: pem), .unvouched),
                    (AuthorityNews(certificates: pem, vouchers: [word]), .forged),
                    (AuthorityNews(certificates: thief.certificatePEM, vouchers: [word]), .forged),
                ] {
                    try await self.tell(news, world)
                    try await self.beats(link, &events)
                    try await self.beats(link, &events)
                    #expect(try self.lastRefusal(world) == refusal)
                    #expect(try identities.load()?.authorityPEM == alpha.authorityPEM)
                }
                #expect(
                    lines.texts.withLock { texts in
                        texts.contains { $0.hasPrefix("notice does not take an authority") && $0.contains(thief.name) }
                    }
                )
                try await self.take(.roll, world)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.beats(link, &events)
                #expect(try self.lastRefusal(world) == nil)
            }
            let next = try #require(world.authorities.pair.next)
            let pem = try #require(try identities.load()?.authorityPEM)
            #expect(pem.contains(next.certificatePEM) && !pem.contains(thief.certificatePEM))
        }
    }

    @Test("A host that was away while two authorities went takes the third by the word of the second")
    func awayForTwo() async throws {
        try await EnrolmentWorld.with(agentLife: 300) { world in
            let alpha = try await world.enrol("alpha", token: try await world.token().text)
            let identities = try world.identities("alpha")
            try await world.withLink(alpha, identities: identities) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.take(.roll, world)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.ended(&events)
                try await self.welcomed(link, &events, world, alpha.agent)
            }
            let away = try #require(try identities.load())
            let second = world.authorities.pair.newest
            #expect(away.hasMetVouching)
            for order in [AuthorityOrder.serve, .drop, .roll, .serve] { try await self.take(order, world) }
            let third = world.authorities.pair.newest
            #expect(world.authorities.pair.first.name == second.name)
            try await world.withLink(away, identities: identities) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.ended(&events)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.beats(link, &events)
                #expect(try self.lastRefusal(world) == nil)
            }
            let trusted = try #require(try identities.load()?.authorityPEM)
            #expect(trusted.contains(third.certificatePEM) && !alpha.authorityPEM.contains(third.certificatePEM))
        }
    }

    @Test("By an older server hosts are led as ever until they meet one that vouches; their policy has the last word")
    func older() async throws {
        try await EnrolmentWorld.with { world in
            let joined = try await world.enrol("alpha", token: try await world.token().text)
            let identities = try world.identities("alpha")
            let next = try self.foreign(world)
            let news = AuthorityNews(
                certificates: joined.authorityPEM + "\n" + next.certificatePEM,
                vouches: false
            )
            // What a host that joined an older server has.
            var alpha = joined
            alpha.hasMetVouching = false
            let table: [(signatures: SignatureRule?, hasMet: Bool, isTaken: Bool)] = [
                (nil, false, true), (nil, true, false), (.accepted, true, true), (.required, false, false),
            ]
            for (signatures, hasMet, isTaken) in table {
                alpha.hasMetVouching = hasMet
                try identities.save(alpha)
                try await world.withLink(alpha, identities: identities, signatures: signatures) { link, events in
                    try await self.welcomed(link, &events, world, alpha.agent)
                    try await self.tell(news, world)
                    if isTaken {
                        try await self.ended(&events)
                        try await self.welcomed(link, &events, world, alpha.agent)
                    } else {
                        try await self.beats(link, &events)
                        try await self.beats(link, &events)
                        #expect(try self.lastRefusal(world) == .unvouched)
                    }
                }
                let kept = try #require(try identities.load())
                #expect(kept.authorityPEM.contains(next.certificatePEM) == isTaken, "\(signatures as Any), \(hasMet)")
            }
        }
    }

    @Test("A host of before hears that there is vouching with its first heartbeat; that lasts over a renewal")
    func met() async throws {
        try await EnrolmentWorld.with(agentLife: 300) { world in
            var alpha = try await world.enrol("alpha", token: try await world.token().text)
            alpha.hasMetVouching = false
            let identities = try world.identities("alpha")
            try identities.save(alpha)
            #expect(try identities.load()?.hasMetVouching == false)
            try await world.withLink(alpha, identities: identities) { link, events in
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.beats(link, &events)
                try await self.beats(link, &events)
                #expect(try identities.load()?.hasMetVouching == true)
                try await self.take(.roll, world)
                try await self.hears(link, &events)
                try await self.welcomed(link, &events, world, alpha.agent)
                try await self.ended(&events)
                try await self.welcomed(link, &events, world, alpha.agent)
            }
            let renewed = try #require(try identities.load())
            #expect(renewed.hasMetVouching && renewed.certificateChainPEM != alpha.certificateChainPEM)
        }
    }
}
