// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
package import FlowScheduler
package import FlowWire
import Logging
import Synchronization

/// Turns a join token and a certificate request into a new agent.
package final class Enroller: Sendable {
    private let authorities: AuthorityBook
    private let store: any AgentStore
    private let clock: any WallClock
    private let limiter: Mutex<FailureLimiter>

    package init(
        authorities: AuthorityBook,
        store: any AgentStore,
        clock: any WallClock,
        limiter: FailureLimiter = FailureLimiter()
    ) {
        self.authorities = authorities
        self.store = store
        self.clock = clock
        self.limiter = Mutex(limiter)
    }

    /// Checks the token, uses it up and signs.
    ///
    /// The certificate is made before the token is used up, and the store does the latter together with the agent's row: a
    /// failure in between costs nothing, and of two hosts with one token one gets in.
    ///
    /// - Parameter protocolName: names the authority that the host's token names.
    /// - Throws: ``CoreError`` with words for the person at the new host.
    package func enrol(
        _ request: EnrolRequest,
        from address: String,
        over protocolName: String = AgentProtocols.enrolment
    ) async throws -> EnrolResponse {
        let now = self.clock.now
        guard self.limiter.withLock({ $0.allows(address, at: now) }) else {
            throw CoreError(.tooManyRequests, "Too many refused attempts from \(address). Try again in a few minutes.")
        }
        do {
            return try await self.admit(
                request,
                of: self.authorities.pair.authority(of: protocolName),
                from: address,
                now: now
            )
        } catch let error as CoreError {
            if error.code != .unavailable, error.code != .internal {
                self.limiter.withLock { $0.recordFailure(of: address, at: now) }
            }
            throw error
        }
    }

    /// Some of the other hosts with an agent's name; none when nobody can say.
    package func namesakes(of id: AgentID) async -> [AgentID] {
        guard let agent = try? await self.store.agent(id), let named = try? await self.store.agents(named: agent.name)
        else { return [] }
        return named.filter { $0 != id }
    }

    private func admit(
        _ request: EnrolRequest,
        of authority: CertificateAuthority,
        from address: String,
        now: Timestamp
    ) async throws -> EnrolResponse {
        try await self.checkToken(request, now: now)
        let agent = Self.newAgentID()
        let issued = try authority.issueAgentCertificate(
            request: request.certificateRequest,
            agent: agent,
            now: now
        )
        let record = Agent(
            id: agent,
            name: request.name.isEmpty ? (request.hostname.isEmpty ? agent.rawValue : request.hostname) : request.name,
            hostname: request.hostname,
            version: request.version,
            operatingSystem: request.operatingSystem,
            hostLabels: request.labels,
            certificateFingerprint: issued.fingerprint,
            certificateExpiresAt: issued.expiresAt,
            createdAt: now
        )
        let change = Change(
            by: Actor(.agent, id: agent.rawValue, name: record.name),
            at: now,
            origin: Origin(via: .wire, address: address)
        )
        CrashPoint.reach("server.enrolment.signed")
        let refused = try await self.store.enrol(
            token: request.tokenID,
            agent: record,
            naming: request.groups,
            by: change
        )
        CrashPoint.reach("server.enrolment.stored")
        return EnrolResponse(
            agent: agent,
            certificateChain: issued.chainPEM,
            authority: authority.certificatePEM,
            serverName: AgentProtocols.serverName,
            remark: Self.remark(refused),
            signingKeys: [authority.definitionKey.statement],
            vouches: true
        )
    }

    /// One text for groups that there are and others, so that nobody learns which exist.
    private static func remark(_ refused: [String]) -> String {
        guard !refused.isEmpty else { return "" }
        let names = refused.prefix(5).map { "'\($0.prefix(64))'" }.joined(separator: ", ")
        return "The host joined without \(names): the join token lets it into no such group. "
            + "Somebody may add it to the group, or make a token with --group."
    }

    private func checkToken(_ request: EnrolRequest, now: Timestamp) async throws {
        guard let token = try await self.store.joinToken(id: request.tokenID), token.accepts(secret: request.secret)
        else {
            // One text for both, so that nobody learns which ids exist.
            throw CoreError(.forbidden, "This join token is not known here. \(JoinTokenFormat.advice)")
        }
        guard token.usedBy == nil else {
            throw CoreError(.forbidden, "This join token was used already. \(JoinTokenFormat.advice)")
        }
        guard now < token.expiresAt else {
            throw CoreError(.forbidden, "This join token expired at \(token.expiresAt). \(JoinTokenFormat.advice)")
        }
    }

    private static func newAgentID() -> AgentID {
        // 16 hexadecimal digits are always a valid agent id.
        AgentID("agt_" + Hex.encode((0..<8).map { _ in UInt8.random(in: 0...255) }))!
    }
}
