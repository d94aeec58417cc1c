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
    /// When so much has gathered in that time, more will come in the next.
    static let stream = 8
    /// How long the first end waits then; microseconds.
    static let streamPatience: Int64 = 50_000
    /// So much waits for nothing: more of it in one transaction saves nothing any more.
    static let plenty = 200

    /// Boot clock, microseconds; `.max` while nothing waits.
    private(set) var until = Int64.max
    /// Since when the first one waits.
    private var since = Int64.max
    /// The agent is about to end.
    var isOver = false

    /// - Parameters:
    ///   - canWait: there is something to write, and nobody waits for it.
    ///   - gathered: how much there is to write.
    ///   - open: executions that are open.
    ///   - boot: the boot clock; microseconds.
    /// - Returns: whether it is not written yet.
    mutating func waits(canWait: Bool, gathered: Int, open: Int, at boot: Int64) -> Bool {
        guard canWait, !self.isOver, open >= Self.crowd, gathered < Self.plenty else {
            self.until = .max
            return false
        }
        if self.until == .max { (self.since, self.until) = (boot, boot + Self.patience) }
        // Those that end one by one on a host where many run for long are told soon; a flood shares far more than a trickle.
        if gathered >= Self.stream { self.until = self.since + Self.streamPatience }
        return boot < self.until
    }

    /// All that has gathered is being written.
    mutating func left() { self.until = .max }
}
