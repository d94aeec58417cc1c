// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowQUIC
import FlowSupport
import FlowWire
import Foundation
import Logging
import NIOCore
import Synchronization

extension AgentLink {
    /// Takes what the server says of its authorities; durable before it counts.
    ///
    /// - Returns: whether it is news.
    func trust(_ news: AuthorityNews) -> Bool {
        guard let identities else { return false }
        do {
            // A renewal writes the same files.
            let trusted = try self.identity.withLock { identity -> TrustedAuthorities? in
                guard let old = identity.authorities else { return nil }
                let hasMet = identity.hasMetVouching || news.vouches
                let outcome = try old.followed(
                    by: news,
                    ownChainPEM: identity.certificateChainPEM,
                    requiresVouching: self.signatures.requiresVouching(hasMet: hasMet)
                )
                guard case .taken(let wanted) = outcome else {
                    if case .refused(let refusal) = outcome { self.refuse(news, because: refusal) }
                    return nil
                }
                let isNews = wanted.fingerprints != old.fingerprints
                guard isNews || hasMet != identity.hasMetVouching else { return nil }
                var following = identity
                following.hasMetVouching = hasMet
                if isNews { following.authorityPEM = try wanted.pem }
                try identities.trust(following)
                identity = following
                return isNews ? wanted : nil
            }
            guard let trusted else { return false }
            self.refusedAuthority.withLock { $0 = nil }
            self.logger.notice(
                "trusts other authorities",
                metadata: [
                    "authorities": "\(trusted.fingerprints.map(AgentProtocols.authority).joined(separator: ", "))"
                ]
            )
            return true
        } catch {
            self.logger.error("could not take over the server's authorities", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Says why an authority is not taken: the same again only after ten minutes.
    private func refuse(_ news: AuthorityNews, because refusal: AuthorityRefusal) {
        self.refusedAuthority.withLock { $0 = refusal }
        let names = (try? TrustedAuthorities(pem: news.certificates))?.fingerprints.map(AgentProtocols.authority) ?? []
        let text = names.joined(separator: ", ")
        let now = Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)
        let isNews = self.complaints.withLock { $0.isNews("\(refusal) \(text)", at: now) }
        self.logger.log(
            level: isNews ? .notice : .info,
            "does not take an authority that it was told of: no authority that this host trusts has vouched for it",
            metadata: ["authorities": "\(text)", "code": "\(refusal.rawValue)"]
        )
    }

    /// Asks for a new certificate when it is time, and ends the connection to go on with it.
    ///
    /// Works until cancelled when there is nothing to renew.
    ///
    /// - Returns: nil when it was cancelled.
    func renewCertificate(
        on control: ControlStream<AgentSession>,
        answers: RenewalAnswers.Source
    ) async -> (Bool, SessionEnd)? {
        var messages = RenewalAnswers(answers)
        guard case .welcome(let welcome) = await messages.next() else { return nil }
        let identity = self.identity.withLock { $0 }
        guard let identities, welcome.renewsCertificates, let schedule = identity.renewal else {
            while await messages.next() != nil {}
            return nil
        }
        // One of an authority that is being replaced is renewed at once, by each host at a moment of its own.
        let isOvertaken = identity.authorities?.isNewest(of: identity.certificateChainPEM) == false
        var attempts = 0
        // A request without an answer is said again as it was: one that comes late is for it as well.
        var unanswered: CertificateRequestDraft?
        while !Task.isCancelled {
            var pause = schedule.pause(now: Self.wallClock(), attempts: attempts)
            if isOvertaken { pause = attempts == 0 ? Int64.random(in: 0...schedule.retryPause) : schedule.retryPause }
            guard (try? await Task.sleep(for: .milliseconds(pause))) != nil else { return nil }
            attempts += 1
            do {
                let draft = try unanswered ?? CertificateRequestDraft()
                unanswered = nil
                try await control.send(.certificateRequest(draft.requestPEM))
                switch await messages.next(within: { try await Task.sleep(for: Self.renewalPatience) }) {
                case .message(.certificateIssued(let chain)):
                    let renewed = try self.identity.withLock { identity in
                        let next = try draft.identity(with: chain, following: identity)
                        try identities.replace(by: next)
                        identity = next
                        return next
                    }
                    self.logger.notice(
                        "renewed this host's certificate",
                        metadata: ["expires": "\(renewed.renewal.map { "\($0.end)" } ?? "")"]
                    )
                    return (true, SessionEnd(code: .done, reason: "going on with the renewed certificate"))
                case .missing:
                    unanswered = draft
                    self.logger.warning(
                        "the server does not answer a request for this host's next certificate; it is asked again",
                        metadata: ["expires": "\(schedule.end)"]
                    )
                case .message(.certificateRefused(let code, let message)):
                    self.logger.notice(
                        "the server does not renew this host's certificate: \(message)",
                        metadata: ["code": "\(code)", "expires": "\(schedule.end)"]
                    )
                case .message, .over: return nil
                }
            } catch {
                self.logger.error("could not renew this host's certificate", metadata: ["error": "\(error)"])
            }
        }
        return nil
    }

    /// A server that has its authority's key at hand signs in milliseconds; one that is stuck is asked again later.
    private static let renewalPatience: Duration = .seconds(60)

    private static func wallClock() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
