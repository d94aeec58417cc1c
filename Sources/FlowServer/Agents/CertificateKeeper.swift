// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowWire
import Logging
import ServiceLifecycle

/// Watches over certificates while the server runs: renews the server's own, and says which of agents are about to end.
///
/// Agents renew by themselves from two thirds of the life on. One that is in its last sixth has been away, or can't.
struct CertificateKeeper: Service {
    /// Nil on a server that agents don't connect to.
    let listener: AgentListener?
    let rollover: AuthorityRollover
    let directory: PrivateDirectory
    let names: [String]
    let store: any AgentStore
    let metrics: ServerMetrics
    let clock: any WallClock
    let logger: Logger
    /// How often to look: an order about the authority does not wait long.
    var interval = Duration.seconds(60)
    /// Of how many looks one tells the log of what ends; the first does.
    private static let looksPerWarning = 60
    private static let warning: Int64 = 60 * 86_400_000

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var looks = 0
            while !Task.isCancelled {
                do {
                    try await self.look(warns: looks % Self.looksPerWarning == 0)
                    looks += 1
                } catch {
                    self.logger.error("could not look after certificates", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    func look(warns: Bool = true) async throws {
        let now = self.clock.now
        try await self.rollover.look()
        let pair = self.rollover.book.pair
        let certificates = try ServerCertificate.openAll(in: self.directory, of: pair, names: self.names, now: now)
        let ends = certificates.map(\.expiresAt).min() ?? pair.first.expiresAt
        if try await self.listener?.use(certificates) == true {
            self.logger.notice("shows new certificates to agents", metadata: ["expires": "\(ends)"])
        }
        // Looked at every minute only while it matters.
        guard warns || pair.next != nil else { return }
        let agents = try await self.store.agents()
        let lacking = AuthorityPlan.lacking(
            pair.newest.name,
            of: agents,
            trusts: try await self.rollover.store.trustedAuthorities(),
            at: now
        )
        self.metrics.setCertificateEnds(
            authority: pair.first.expiresAt,
            next: pair.next?.expiresAt,
            server: ends,
            agents: agents.compactMap(\.certificateExpiresAt).min()
        )
        self.metrics.setHostsWithoutAuthority(pair.next == nil ? 0 : lacking.count)
        guard warns else { return }
        if pair.next != nil, pair.first.expiresAt.milliseconds(since: now) < 365 * 86_400_000 {
            self.logger.warning(
                "the old authority ends within a year; hosts that do not trust the new one by then have to be enrolled again",
                metadata: ["expires": "\(pair.first.expiresAt)", "hosts": "\(lacking.count)"]
            )
        }
        for agent in agents {
            guard let end = agent.certificateExpiresAt, end.milliseconds(since: now) < Self.warning else { continue }
            self.logger.warning(
                end <= now
                    ? "an agent's certificate has ended: enrol that host again"
                    : "an agent's certificate ends soon and was not renewed",
                metadata: ["agent": "\(agent.id)", "name": "\(agent.name)", "expires": "\(end)"]
            )
        }
    }
}
