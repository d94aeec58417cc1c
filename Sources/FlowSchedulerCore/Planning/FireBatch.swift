// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// How many fires share a transaction.
///
/// Identifiers of one instant are in the order of a hash, so a transaction writes about as many pages as it has rows, until it
/// touches all pages of that instant: of a hundred thousand fires, eight times as many in a transaction write a quarter of the
/// bytes. While fewer are due, small ones let the first orders leave early; so the first of a burst is small, and each that is full
/// is followed by one of twice its size. What bounds them is the records they make, because other writers wait meanwhile: a
/// job may run on one host or on a thousand.
package struct FireBatch: Sendable {
    /// Fires of the first transaction of a burst.
    package static let first = 1000
    /// Runs and executions of one transaction, about.
    package static let records = 32_000
    /// However many hosts each fire reaches.
    private static let least = 50

    /// The most fires of the next transaction.
    package private(set) var limit = Self.first

    package init() {}

    /// Takes what came of the fires of one transaction.
    package mutating func wrote(_ outcomes: [FireOutcome]) {
        guard outcomes.count >= self.limit else {
            self.limit = Self.first
            return
        }
        let records = outcomes.reduce(0) { sum, outcome in
            guard case .fired(_, let executions, _) = outcome else { return sum }
            return sum + 1 + executions.count
        }
        let fitting = outcomes.count * Self.records / max(records, 1)
        self.limit = max(Self.least, min(self.limit * 2, fitting, Self.records / 2))
    }

    /// The store took none: something smaller may do.
    package mutating func failed() { self.limit = min(self.limit, Self.first) }
}
