// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What came of one history of slots that a server places on hosts (`flows.md` 4, F7).
package struct LeaseHistory: Sendable {
    /// What the invariants say against it; empty is good.
    package let faults: [String]
    /// How many processes were started in it, and how many of them after a slot had moved.
    package let starts: Int
    package let movedStarts: Int
    /// A hash of everything that happened: one seed has one.
    package let trace: UInt64

    /// Lives through one history; some hundredths of a second.
    ///
    /// - Parameters:
    ///   - seed: decides everything in it.
    ///   - heedsLeases: false brings back a fault: attempts follow whether the host still holds the slot or not.
    package init(seed: UInt64, heedsLeases: Bool = true) {
        var simulation = LeaseSimulation(seed: seed, heedsLeases: heedsLeases)
        self.faults = simulation.run()
        self.starts = simulation.starts.values.reduce(0, +)
        self.movedStarts = simulation.movedStarts
        self.trace = simulation.trace
    }
}
