// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("Limits on signing in")
struct SignInLimiterTests {
    private let start = Timestamp(seconds: 1_000_000)
    private let limits = SignInLimiter.Limits(perUser: 3, perAddress: 5, windowMilliseconds: 60_000, capacity: 10)

    @Test("After too many attempts it says how long to wait; the window's end or another address frees")
    func perUser() {
        var limiter = SignInLimiter(limits: self.limits)
        for _ in 0..<3 { #expect(limiter.attempt(user: "ada", address: "192.0.2.1", now: self.start) == nil) }
        #expect(limiter.attempt(user: "ada", address: "192.0.2.1", now: self.start) == 60)
        #expect(limiter.attempt(user: "ada", address: "192.0.2.2", now: self.start) == nil)
        let later = self.start.advanced(byMilliseconds: 60_000)
        #expect(limiter.attempt(user: "ada", address: "192.0.2.1", now: later) == nil)
    }

    @Test("Many names from one address are stopped too, and one IPv6 network is one address")
    func perAddress() {
        var limiter = SignInLimiter(limits: self.limits)
        for number in 0..<5 {
            #expect(
                limiter.attempt(user: ExactText("user\(number)"), address: "2001:db8:1:2::\(number)", now: self.start)
                    == nil
            )
        }
        #expect(limiter.attempt(user: "other", address: "2001:db8:1:2:ffff::1", now: self.start) != nil)
        #expect(limiter.attempt(user: "other", address: "2001:db8:1:3::1", now: self.start) == nil)
    }

    @Test("A success forgets the failures of that user")
    func success() {
        var limiter = SignInLimiter(limits: self.limits)
        for _ in 0..<2 { _ = limiter.attempt(user: "ada", address: "a", now: self.start) }
        limiter.succeeded(user: "ada", address: "a")
        for _ in 0..<3 { #expect(limiter.attempt(user: "ada", address: "a", now: self.start) == nil) }
    }

    @Test("However many names are tried, the table stays bounded")
    func bounded() {
        var limiter = SignInLimiter(limits: self.limits)
        for number in 0..<1000 { _ = limiter.attempt(user: "u", address: "address\(number)", now: self.start) }
        #expect(limiter.count <= self.limits.capacity)
    }
}
