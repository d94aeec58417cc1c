// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowQUIC

@Suite("Token bucket")
struct TokenBucketTests {
    private let second: UInt64 = 1_000_000_000

    @Test("A burst is allowed, then the rate (RFC 9000 §10.3.3)")
    func burstThenRate() {
        var bucket = TokenBucket(perSecond: 3)
        let now = 100 * self.second
        let burst = (0..<5).map { _ in bucket.take(now: now) }
        #expect(burst == [true, true, true, false, false])
        let early = bucket.take(now: now + self.second / 4)
        #expect(!early)
        let later = bucket.take(now: now + self.second / 2)
        #expect(later)
        let afterPause = (0..<5).map { _ in bucket.take(now: now + 3_600 * self.second) }
        #expect(afterPause == burst)
    }

    @Test("Time going backwards gives nothing, a rate of zero never anything")
    func degenerate() {
        var bucket = TokenBucket(perSecond: 1)
        let first = bucket.take(now: 10 * self.second)
        #expect(first)
        let backwards = bucket.take(now: 5 * self.second)
        #expect(!backwards)
        var closed = TokenBucket(perSecond: 0)
        let never = closed.take(now: .max)
        #expect(!never)
    }
}
