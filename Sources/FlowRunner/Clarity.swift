// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How long a process tree that seems to be gone is waited for, because an orphan of which nothing is known yet may be of it.
///
/// Nobody holds up a tree for long, but a doubt that comes after the tree was seen again has a time of its own.
package struct Clarity: Hashable, Sendable {
    /// How long a tree waits, and the pause between two looks; microseconds.
    package static let patience: Int64 = 1_000_000
    package static let pause: Int64 = 2_000

    /// Monotonic microseconds; nil = it does not wait.
    private var until: Int64?

    package init() {}

    /// Somebody of the tree was seen.
    package mutating func seen() { self.until = nil }

    /// Whether a tree of which nobody is seen has to wait.
    ///
    /// - Parameters:
    ///   - isUnclear: whether there is an orphan whose owner is not known yet.
    ///   - now: monotonic microseconds.
    package mutating func waits(isUnclear: Bool, now: Int64) -> Bool {
        guard isUnclear else { return false }
        let until = self.until ?? now + Self.patience
        self.until = until
        return now < until
    }
}
