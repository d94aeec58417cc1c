// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Counts requests of clients, so that one of them can't use up what all share.
///
/// A value: the clock comes from outside. Each client has a bucket that fills evenly; a request takes one drop. Of a bucket
/// only one number is kept, the time at which it will be full again (the generic cell rate algorithm), so a client that was
/// idle for a while needs no entry. The table is bounded: it has two halves, and when the younger one is full the older one
/// is forgotten; whoever asked lately is in the younger one.
struct RateLimiter: Sendable {
    enum Client: Hashable, Sendable {
        case token(Int64)
        /// By the hash of the session's token.
        case session([UInt8])
        /// IPv6: the first 64 bits, which one customer has.
        case network(NetworkAddress)
        /// A webhook, by whoever has proven that they may call it.
        case hook(HookID)
        /// What somebody says on a topic.
        case messages(Actor, topic: String)
        /// Whose address is not known.
        case unknown

        fileprivate var isHook: Bool {
            switch self {
            case .hook, .messages: true
            case .token, .session, .network, .unknown: false
            }
        }
    }

    /// What is left to a client.
    struct Verdict: Hashable, Sendable {
        /// Requests that a full bucket holds.
        let limit: Int
        let remaining: Int
        /// Seconds until the bucket is full.
        let reset: Int
        /// Seconds until the next request is taken; nil when this one was.
        let wait: Int?
    }

    private static let hooksPerMinute = 600
    private static let hookBurst = 10

    private let limits: RateLimits
    private let capacity: Int
    /// When each bucket will be full; microseconds of the epoch.
    private var younger: [Client: Int64] = [:]
    private var older: [Client: Int64] = [:]

    init(limits: RateLimits, capacity: Int = 20_000) {
        self.limits = limits
        self.capacity = max(2, capacity)
    }

    var count: Int { self.younger.count + self.older.count }

    /// Takes one request.
    ///
    /// - Returns: nil for clients without a limit.
    mutating func take(_ client: Client, now: Timestamp) -> Verdict? {
        let perMinute = self.perMinute(client)
        guard perMinute > 0 else { return nil }
        let burst = client.isHook ? Self.hookBurst : min(perMinute, max(20, perMinute / 5))
        let interval = 60_000_000 / Int64(perMinute)
        let now = now.milliseconds * 1000
        let whole = Int64(burst) * interval
        // A clock that was set back must not lock anybody out for longer than a bucket takes to fill.
        let known = min(self.younger[client] ?? self.older[client] ?? now, now + whole)
        let full = max(known, now)
        let after = full + interval
        guard after <= now + whole else {
            self.keep(client, full)
            return Verdict(
                limit: burst,
                remaining: 0,
                reset: Self.seconds(full - now),
                wait: Self.seconds(after - now - whole)
            )
        }
        self.keep(client, after)
        return Verdict(
            limit: burst,
            remaining: Int((now + whole - after) / interval),
            reset: Self.seconds(after - now),
            wait: nil
        )
    }

    private func perMinute(_ client: Client) -> Int {
        switch client {
        case .token: self.limits.perToken
        case .session: self.limits.perSession
        case .network, .unknown: self.limits.perNetwork
        case .hook, .messages: Self.hooksPerMinute
        }
    }

    private mutating func keep(_ client: Client, _ full: Int64) {
        if self.younger[client] == nil, self.younger.count >= self.capacity / 2 {
            self.older = self.younger
            self.younger = [:]
        }
        self.older[client] = nil
        self.younger[client] = full
    }

    /// Rounded up: who comes then is taken.
    private static func seconds(_ microseconds: Int64) -> Int { Int((microseconds + 999_999) / 1_000_000) }
}
