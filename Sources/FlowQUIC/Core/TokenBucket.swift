// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Allows an average rate with a bounded burst; time is passed in.
///
/// Answers that anyone can provoke with a made-up packet (stateless resets) are limited by it (RFC 9000 §10.3.3).
struct TokenBucket {
    /// Tokens gained per second; also the most that can be saved up.
    let perSecond: Int

    private var nanotokens: UInt64
    private var updated: UInt64 = 0

    private static var second: UInt64 { 1_000_000_000 }

    /// Makes a full bucket.
    init(perSecond: Int) {
        self.perSecond = max(0, perSecond)
        self.nanotokens = UInt64(self.perSecond) * Self.second
    }

    /// Takes one token.
    ///
    /// - Parameter now: Monotonic time in nanoseconds.
    /// - Returns: `false` when none is left; the caller must stay silent.
    mutating func take(now: UInt64) -> Bool {
        if now > self.updated {
            // A second is enough to fill the bucket, so a longer pause cannot overflow the product.
            let elapsed = min(now - self.updated, Self.second)
            let capacity = UInt64(self.perSecond) * Self.second
            self.nanotokens = min(capacity, self.nanotokens + elapsed * UInt64(self.perSecond))
            self.updated = now
        }
        guard self.nanotokens >= Self.second else { return false }
        self.nanotokens -= Self.second
        return true
    }
}
