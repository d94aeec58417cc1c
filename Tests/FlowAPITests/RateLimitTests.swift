// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("How many requests a client may make")
struct RateLimiterTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)
    private static let limits = RateLimits(perToken: 600, perSession: 0, perNetwork: 60)

    @Test("A fifth of a minute's requests come at once, the rest evenly")
    func bucket() {
        var limiter = RateLimiter(limits: Self.limits)
        for taken in 1...120 {
            let verdict = limiter.take(.token(1), now: Self.start)
            #expect(verdict?.wait == nil && verdict?.remaining == 120 - taken && verdict?.limit == 120)
        }
        let refused = limiter.take(.token(1), now: Self.start)
        #expect(refused == RateLimiter.Verdict(limit: 120, remaining: 0, reset: 12, wait: 1))
        // 100 ms are one request.
        #expect(limiter.take(.token(1), now: Self.start.advanced(byMilliseconds: 99))?.wait != nil)
        #expect(limiter.take(.token(1), now: Self.start.advanced(byMilliseconds: 100))?.wait == nil)
        #expect(limiter.take(.token(1), now: Self.start.advanced(byMilliseconds: 101))?.wait != nil)
        #expect(limiter.take(.token(2), now: Self.start)?.wait == nil, "another client is another bucket")
        #expect(limiter.take(.session([1]), now: Self.start) == nil, "0 is no limit")
    }

    @Test("Over an hour nobody gets more than the rate, whatever the pattern")
    func rate() {
        var limiter = RateLimiter(limits: Self.limits)
        var taken = 0
        var now = Self.start
        for step in 0..<36_000 {
            for _ in 0..<(step % 7) where limiter.take(.token(1), now: now)?.wait == nil { taken += 1 }
            now = now.advanced(byMilliseconds: 100)
        }
        #expect(taken <= 36_000 + 120 && taken > 30_000, "\(taken)")
    }

    @Test("A clock that is set back locks nobody out for longer than a bucket takes to fill")
    func clockBack() {
        var limiter = RateLimiter(limits: Self.limits)
        for _ in 0..<121 { _ = limiter.take(.token(1), now: Self.start) }
        let earlier = Self.start.advanced(byMilliseconds: -3_600_000)
        #expect(limiter.take(.token(1), now: earlier)?.wait == 1)
        #expect(limiter.take(.token(1), now: earlier.advanced(byMilliseconds: 1000))?.wait == nil)
    }

    @Test("A flood of addresses leaves the table bounded, and who asks all the while stays counted")
    func bound() throws {
        var limiter = RateLimiter(limits: Self.limits, capacity: 1000)
        for _ in 0..<20 { _ = limiter.take(.unknown, now: Self.start) }
        for number in 0..<10_000 {
            let address = try #require(NetworkAddress("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)"))
            _ = limiter.take(.network(address.site), now: Self.start)
            #expect(limiter.take(.unknown, now: Self.start)?.wait != nil)
        }
        #expect(limiter.count <= 1000)
    }
}

@Suite("Limits on requests over HTTP")
struct RateLimitTests {
    private static func with(
        _ limits: RateLimits,
        _ body: @Sendable (TestServer, Caller) async throws -> Void
    ) async throws {
        try await TestServer.with(rateLimits: limits) { server in
            try await server.app.test(.router) { client in try await body(server, Caller(client: client)) }
        }
    }

    @Test("A session is told what is left, is refused with when to come again, and goes on then")
    func session() async throws {
        try await Self.with(RateLimits(perToken: 0, perSession: 20, perNetwork: 0)) { server, caller in
            let ada = try await caller.signedIn("ada")
            for left in (0..<20).reversed() {
                let answer = try await ada.get("/version")
                #expect(answer.status == 200 && answer.headers[Self.remaining] == nil, "open to everyone: not counted")
                let mine = try await ada.get("/auth/me")
                #expect(mine.status == 200 && mine.headers[Self.remaining] == "\(left)")
                #expect(mine.headers[Self.limit] == "20")
            }
            let refused = try await ada.get("/tasks/999")
            #expect(refused.status == 429 && refused.error == "too_many_requests")
            #expect(refused.headers[.retryAfter] == "3" && refused.headers[Self.reset] == "60")
            let other = try await caller.signedIn("vera")
            #expect(try await other.get("/auth/me").status == 200, "somebody else goes on")
            server.clock.advance(seconds: 3)
            let absent = try await ada.get("/tasks/999")
            #expect(absent.status == 404 && absent.headers[Self.remaining] == "0", "refusals say it, too")
        }
    }

    @Test("Tokens are counted one by one")
    func token() async throws {
        try await Self.with(RateLimits(perToken: 20, perSession: 0, perNetwork: 0)) { _, caller in
            let ada = try await caller.signedIn("ada")
            var programs: [Caller] = []
            for name in ["one", "two"] {
                let body: [String: JSON] = ["name": .string(name), "role": .string("viewer")]
                var program = caller
                program.token = try await ada.post("/tokens", body).data["token"]?.text
                programs.append(program)
            }
            for _ in 0..<20 { #expect(try await programs[0].get("/tasks").status == 200) }
            #expect(try await programs[0].get("/tasks").status == 429)
            #expect(try await programs[1].get("/tasks").status == 200)
        }
    }

    @Test("Whoever tries tokens is slowed down; probes of load balancers are not")
    func anonymous() async throws {
        try await Self.with(RateLimits(perToken: 0, perSession: 0, perNetwork: 20)) { server, caller in
            let guesser = try caller.with("Authorization", "Bearer nonsense")
            func status() async throws -> Int { try await guesser.get("/tasks").status }
            for _ in 0..<20 {
                let seen = try await status()
                #expect(seen == 401)
            }
            let refused = try await status()
            #expect(refused == 429)
            for path in ["/health", "/readyz", "/version"] {
                let probe = try await caller.get(path)
                #expect(probe.status == 200, "\(path)")
            }
            server.clock.advance(seconds: 60)
            let later = try await status()
            #expect(later == 401)
        }
    }

    private static let limit = HTTPField.Name("RateLimit-Limit")!
    private static let remaining = HTTPField.Name("RateLimit-Remaining")!
    private static let reset = HTTPField.Name("RateLimit-Reset")!
}
