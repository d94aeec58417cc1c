// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Bounds how often one address may fail, so that join tokens cannot be guessed.
///
/// A value; the caller passes the time. Successes cost nothing: a hundred hosts behind one address enrol at full speed.
package struct FailureLimiter: Sendable {
    private let burst: Int
    /// One failure is forgiven after this time; milliseconds.
    private let forgiveness: Int64
    /// A bound on memory, whatever the number of addresses somebody tries from.
    private let capacity: Int
    /// When all failures of an address will be forgiven.
    private var clear: [String: Timestamp] = [:]

    package init(burst: Int = 10, forgivenessMilliseconds: Int64 = 30_000, capacity: Int = 10_000) {
        self.burst = burst
        self.forgiveness = forgivenessMilliseconds
        self.capacity = capacity
    }

    /// Whether the address has failures left.
    package func allows(_ address: String, at now: Timestamp) -> Bool {
        guard let clear = self.clear[address] else { return true }
        return clear.milliseconds(since: now) <= self.forgiveness * Int64(self.burst - 1)
    }

    package mutating func recordFailure(of address: String, at now: Timestamp) {
        if self.clear.count >= self.capacity, self.clear[address] == nil {
            self.clear = self.clear.filter { $0.value > now }
            // Still full: everybody in the table failed just now. The one that is clear first makes room.
            if self.clear.count >= self.capacity, let first = self.clear.min(by: { $0.value < $1.value }) {
                self.clear[first.key] = nil
            }
        }
        let start = max(self.clear[address] ?? now, now)
        self.clear[address] = start.advanced(byMilliseconds: self.forgiveness)
    }
}
