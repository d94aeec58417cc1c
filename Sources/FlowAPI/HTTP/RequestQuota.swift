// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// The limits on requests as the routes use them.
struct RequestQuota: Sendable {
    private let limiter: LockedBox<RateLimiter>
    private let clock: any WallClock

    init(limits: RateLimits, clock: any WallClock) {
        self.limiter = LockedBox(RateLimiter(limits: limits))
        self.clock = clock
    }

    /// Takes a request of somebody who has signed in.
    ///
    /// - Throws: 429.
    func take(_ session: AuthenticatedSession, context: APIContext) throws(APIFailure) {
        try self.take(session.principal.token.map { .token($0.id) } ?? .session(session.tokenHash), context.identity)
    }

    /// Takes a request of somebody unknown.
    ///
    /// - Throws: 429.
    func takeAnonymous(_ context: APIContext) throws(APIFailure) {
        try self.takeAnonymous(context.remoteAddress, context.identity)
    }

    /// The same where there is no request of a route.
    func takeAnonymous(_ address: String?, _ identity: APIContext.Identity? = nil) throws(APIFailure) {
        let address = address.flatMap { NetworkAddress($0) }
        try self.take(address.map { .network($0.site) } ?? .unknown, identity)
    }

    /// Takes a call of a webhook: ten a second, whatever the limits of others are (T1).
    ///
    /// - Throws: 429.
    func take(_ hook: HookID, context: APIContext) throws(APIFailure) {
        try self.take(.hook(hook), context.identity)
    }

    /// Takes a message on a topic, however many wait for it: ten a second of each sender (T4).
    ///
    /// - Throws: 429.
    func take(messagesOf sender: Actor, on topic: String, context: APIContext) throws(APIFailure) {
        try self.take(.messages(sender, topic: topic), context.identity)
    }

    private func take(_ client: RateLimiter.Client, _ identity: APIContext.Identity?) throws(APIFailure) {
        let now = self.clock.now
        guard let verdict = self.limiter.withLock({ $0.take(client, now: now) }) else { return }
        identity?.rateLimit = verdict
        guard let wait = verdict.wait else { return }
        throw APIFailure(
            .tooManyRequests,
            "too_many_requests",
            "Too many requests. Wait \(wait) s and go on more slowly; the headers 'RateLimit-*' say what is left.",
            headers: [.retryAfter: String(wait)]
        )
    }
}

extension RateLimiter.Verdict {
    /// As in draft-ietf-httpapi-ratelimit-headers-06; later drafts have another form that few clients read.
    var headers: HTTPFields {
        [
            HTTPField.Name("RateLimit-Limit")!: String(self.limit),
            HTTPField.Name("RateLimit-Remaining")!: String(self.remaining),
            HTTPField.Name("RateLimit-Reset")!: String(self.reset),
        ]
    }
}
