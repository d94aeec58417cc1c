// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSupport
import Logging
import Synchronization

/// Renews agents' certificates: the old one is good until the new one was used.
final class CertificateDesk: CertificateIssuer {
    private let authorities: AuthorityBook
    private let store: any AgentStore
    private let clock: any WallClock
    private let logger: Logger
    /// An agent that asks more often than this is refused.
    private let issued: Mutex<NewsFilter<AgentID>>

    init(
        authorities: AuthorityBook,
        store: any AgentStore,
        clock: any WallClock,
        logger: Logger,
        minimumInterval milliseconds: Int64 = 1000
    ) {
        self.authorities = authorities
        self.store = store
        self.clock = clock
        self.logger = logger
        self.issued = Mutex(NewsFilter(intervalMilliseconds: milliseconds, capacity: 100_000))
    }

    func renew(_ request: String, of agent: AgentID) async throws -> String {
        let now = self.clock.now
        guard self.issued.withLock({ $0.isNews(agent, at: now.milliseconds) }) else {
            throw CoreError(.tooManyRequests, "A certificate was issued a moment ago.")
        }
        let issued = try self.authorities.issuer(for: agent)
            .issueAgentCertificate(request: request, agent: agent, now: now)
        try await self.store.stageCertificate(issued.fingerprint, expiresAt: issued.expiresAt, of: agent)
        self.logger.notice(
            "renewed an agent's certificate",
            metadata: ["agent": "\(agent)", "expires": "\(issued.expiresAt)"]
        )
        return issued.chainPEM
    }
}
