// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// On a busy host ends wait a moment for each other, so that they share a transaction, a message and what the server does
/// about it: one by one these cost host and server more than a short job itself.
///
/// Nothing is lost by it: the ends of processes wait, which their runner has on the disk until they are in the ledger. A start
/// never waits, and takes along what does.
struct EndsInCompany: Hashable, Sendable {
    /// Executions that are open on a busy host.
    static let crowd = 32
    /// How long the first end waits; microseconds.
    static let patience: Int64 = 10_000

    /// Boot clock, microseconds; `.max` while nothing waits.
    private(set) var until = Int64.max
    /// The agent is about to end.
    var isOver = false

    /// - Parameters:
    ///   - canWait: there is something to write, and nobody waits for it.
    ///   - open: executions that are open.
    ///   - boot: the boot clock; microseconds.
    /// - Returns: whether it is not written yet.
    mutating func waits(canWait: Bool, open: Int, at boot: Int64) -> Bool {
        guard canWait, !self.isOver, open >= Self.crowd else {
            self.until = .max
            return false
        }
        if self.until == .max { self.until = boot + Self.patience }
        return boot < self.until
    }

    /// All that has gathered is being written.
    mutating func left() { self.until = .max }
}
