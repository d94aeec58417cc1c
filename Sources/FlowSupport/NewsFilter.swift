// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Lets one line in so often pass of what would be said again and again.
///
/// A value; the caller passes the time. Bounded: with too many different things to say the oldest is forgotten.
package struct NewsFilter<Key: Hashable & Sendable>: Sendable {
    /// The same is news again after this; milliseconds.
    private let interval: Int64
    private let capacity: Int
    private var said: [Key: Int64] = [:]

    package init(intervalMilliseconds: Int64 = 600_000, capacity: Int = 1000) {
        self.interval = intervalMilliseconds
        self.capacity = max(1, capacity)
    }

    /// Whether to say it now.
    ///
    /// - Parameters:
    ///   - key: what would be said.
    ///   - now: any clock that does not go back; milliseconds.
    package mutating func isNews(_ key: Key, at now: Int64) -> Bool {
        if let last = self.said[key], now - last < self.interval { return false }
        if self.said[key] == nil, self.said.count >= self.capacity {
            self.said = self.said.filter { now - $0.value < self.interval }
            if self.said.count >= self.capacity, let oldest = self.said.min(by: { $0.value < $1.value }) {
                self.said[oldest.key] = nil
            }
        }
        self.said[key] = now
        return true
    }

    /// What was said is over: when it comes again it is news.
    package mutating func forget(_ key: Key) { self.said[key] = nil }
}
