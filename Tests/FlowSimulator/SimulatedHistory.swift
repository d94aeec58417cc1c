// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What came of one history.
package struct SimulatedHistory: Sendable {
    package let seed: UInt64
    /// What the invariants say against it; empty is good.
    package let faults: [String]
    /// How many processes were started in it.
    package let starts: Int
    /// A hash of everything that happened: one seed has one.
    package let trace: UInt64
    /// How often what the invariants ask for was not owed, by reason.
    package let excuses: [String: Int]

    /// Lives through one history; a quarter of a second in a debug build, a twentieth optimised.
    ///
    /// - Parameters:
    ///   - seed: decides everything in it.
    ///   - mutant: the fault to put into the protocol.
    ///   - without: trouble that is left out.
    ///   - until: when trouble ends, seconds after the start; nil = when it does.
    ///   - isTraced: whether to print what happens.
    package init(
        seed: UInt64,
        mutant: Mutant? = nil,
        without: Set<Trouble> = [],
        until: Int? = nil,
        isTraced: Bool = false
    ) {
        let shape = Shape.short(of: seed, mutant).smaller(without: without, until: until)
        var simulation = Simulation(seed: seed, mutant: mutant, shape: shape)
        simulation.isTraced = isTraced
        self.seed = seed
        self.faults = simulation.run()
        self.starts = simulation.record.starts.values.reduce(0, +)
        self.trace = simulation.trace
        self.excuses = Dictionary(uniqueKeysWithValues: simulation.record.excuses.map { ($0.key.rawValue, $0.value) })
    }
}
