// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowScheduler
import FlowWire
import Logging
import ServiceLifecycle

/// Watches over certificates while the server runs: renews the server's own, and says which of agents are about to end.
///
/// Agents renew by themselves from two thirds of the life on. One that is in its last sixth has been away, or can't.
struct CertificateKeeper: Service {
    let listener: AgentListener
    let authority: CertificateAuthority
    let directory: PrivateDirectory
    let names: [String]
    let store: any AgentStore
    let metrics: ServerMetrics
    let clock: any WallClock
    let logger: Logger
    /// How often to look.
    var interval = Duration.seconds(3600)
    private static let warning: Int64 = 60 * 86_400_000

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.look()
                } catch {
                    self.logger.error("could not look after certificates", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    func look() async throws {
        let now = self.clock.now
        let certificate = try ServerCertificate.open(
            in: self.directory,
            authority: self.authority,
            names: self.names,
            now: now
        )
        if try await self.listener.use(certificate) {
            self.logger.notice(
                "renewed the server's certificate for agents",
                metadata: ["expires": "\(certificate.expiresAt)"]
            )
        }
        if self.authority.expiresAt.milliseconds(since: now) < 365 * 86_400_000 {
            self.logger.warning(
                "the certificate authority ends within a year; no agent connects after that",
                metadata: ["expires": "\(self.authority.expiresAt)"]
            )
        }
        let agents = try await self.store.agents()
        self.metrics.setCertificateEnds(
            authority: self.authority.expiresAt,
            server: certificate.expiresAt,
            agents: agents.compactMap(\.certificateExpiresAt).min()
        )
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
