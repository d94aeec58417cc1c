// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: doubling from half a second up to 15 s, with jitter.
///
/// A value; chance is passed in. The jitter spreads a fleet that lost its server at one moment.
package struct Backoff: Hashable, Sendable {
    private let initial: Duration
    private let maximum: Duration
    private var attempts = 0

    package init(initial: Duration = .milliseconds(500), maximum: Duration = .seconds(15)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The next pause: from `initial` to twice that at first, each later one about twice as long, up to `maximum`.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Duration {
        // 2^16 half seconds are far over any maximum; the bound keeps the shift from overflowing.
        let step = min(self.maximum, self.initial * (2 << min(self.attempts, 16)))
        self.attempts += 1
        return step * Double.random(in: 0.5...1, using: &random)
    }

    /// The peer was reached: begin again.
    package mutating func reset() { self.attempts = 0 }
}
