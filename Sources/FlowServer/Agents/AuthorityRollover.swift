// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowWire
import Foundation
import Logging

/// What somebody wants done about the authority, ahead of what happens by itself.
package enum AuthorityOrder: String, CaseIterable, Sendable {
    /// Make the one that follows.
    case roll
    /// Show its certificate to everybody, and name it in join tokens.
    case serve
    /// Trust it alone.
    case drop

    /// Under this name the order waits in the database for the server.
    static let setting = "authority.order"
}

/// What the next step of a roll-over is: from two thirds of an authority's life on there is one that follows, it serves when all
/// hosts that are alive trust it, and it is alone when the old one has ended.
struct AuthorityPlan {
    enum Step: String, Hashable { case roll, serve, drop }

    /// Hosts that were heard of within so long have to trust the new one before it serves; milliseconds.
    static let aliveWithin: Int64 = 30 * 86_400_000

    /// Hosts that are alive and were not heard to trust an authority, or with `certificate` to have one of it.
    static func lacking(
        _ name: String,
        certificate: Bool = false,
        of agents: [Agent],
        trusts: [AgentID: AuthorityTrust],
        at now: Timestamp
    ) -> [Agent] {
        agents.filter { agent in
            let trust = trusts[agent.id]
            let has = trust?.newest == name && (!certificate || trust?.issuer == name)
            return !agent.isRevoked && !has
                && agent.lastSeen.map { now.milliseconds(since: $0) < Self.aliveWithin } ?? false
        }
    }

    static func step(
        _ pair: AuthorityPair,
        order: AuthorityOrder?,
        lacking: Int,
        at now: Timestamp
    ) -> Step? {
        guard pair.next != nil else { return order == .roll || now >= pair.first.replaceAt ? .roll : nil }
        if order == .drop || now >= pair.first.expiresAt { return .drop }
        guard !pair.servesNext else { return nil }
        return order == .serve || lacking == 0 ? .serve : nil
    }
}

/// Replaces the authority, on the one server that keeps things in order, and follows that on the others.
struct AuthorityRollover: Sendable {
    /// `ca` of the data directory.
    let directory: PrivateDirectory
    let store: DatabaseStore
    /// Opens what several servers share; nil with one server, or where the key is missing.
    let seal: SecretSeal?
    let share: any WorkShare
    let book: AuthorityBook
    let clock: any WallClock
    let logger: Logger
    var agentLife = CertificateAuthority.year
    var years = CertificateAuthority.years
    var work: OwnWorkBook?

    /// Looks what is to be done, and does it; afterwards the book has what holds.
    func look() async throws {
        guard var bundle = try await self.current() else { return }
        // Without the key others would not hear of it.
        if self.share.isKeeper, self.store.cluster == nil || self.seal != nil {
            let order = try await self.store.setting(AuthorityOrder.setting).flatMap { AuthorityOrder(rawValue: $0) }
            while let step = try await self.step(bundle.pair(), order) {
                bundle = try self.taken(step, bundle)
                try await self.save(bundle)
                self.say(step, try bundle.pair())
                self.work?.note(.rollOver, step.rawValue, count: 1)
                // One step for an order; another may follow by itself.
                if order != nil { break }
            }
            if order != nil { try await self.store.setSetting(AuthorityOrder.setting, to: "") }
        }
        self.book.set(try bundle.pair(agentLife: self.agentLife))
    }

    private func step(_ pair: AuthorityPair, _ order: AuthorityOrder?) async throws -> AuthorityPlan.Step? {
        let now = self.clock.now
        guard let next = pair.next, !pair.servesNext else {
            return AuthorityPlan.step(pair, order: order, lacking: 0, at: now)
        }
        let lacking = AuthorityPlan.lacking(
            next.name,
            of: try await self.store.agents(),
            trusts: try await self.store.trustedAuthorities(),
            at: now
        )
        return AuthorityPlan.step(pair, order: order, lacking: lacking.count, at: now)
    }

    private func taken(_ step: AuthorityPlan.Step, _ bundle: AuthorityBundle) throws -> AuthorityBundle {
        switch step {
        case .roll: bundle.followed(by: try CertificateAuthority.make(now: self.clock.now, years: self.years))
        case .serve: bundle.serving
        case .drop: try bundle.finished()
        }
    }

    private func say(_ step: AuthorityPlan.Step, _ pair: AuthorityPair) {
        let text =
            switch step {
            case .roll: "made the authority that follows; hosts are told of it, and trust both"
            case .serve: "hosts that are alive trust the new authority: it serves them from now on"
            case .drop: "the old authority is trusted no more"
            }
        self.logger.notice(
            "\(text)",
            metadata: ["authority": "\(pair.newest.name)", "expires": "\(pair.newest.expiresAt)"]
        )
    }

    private func current() async throws -> AuthorityBundle? {
        guard let own = try AuthorityBundle.read(in: self.directory) else { return nil }
        guard self.store.cluster != nil, let seal,
            let shared = try await SharedAuthority.stored(in: self.store, seal: seal)
        else { return own }
        var here = shared
        here.retired = nil
        if here != own { try shared.write(to: self.directory) }
        return shared
    }

    /// In the database first: a server that ends in between finds it there.
    private func save(_ bundle: AuthorityBundle) async throws {
        if self.store.cluster != nil, let seal {
            try await self.store.setSetting(SealedValue.authority, to: try SharedAuthority.sealed(bundle, seal))
        }
        try bundle.write(to: self.directory)
    }
}
