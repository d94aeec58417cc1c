// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What came of one history in which workflows run.
package struct FlowHistory: Sendable {
    package let seed: UInt64
    /// What the invariants say against it; empty is good.
    package let faults: [String]
    /// How many processes were started, how many workflows ran, and how many of their steps began.
    package let starts: Int
    package let flows: Int
    package let steps: Int
    /// A hash of everything that happened: one seed has one.
    package let trace: UInt64

    /// Lives through one history.
    ///
    /// - Parameters:
    ///   - seed: decides everything in it.
    ///   - fault: what to put into the engine.
    ///   - without: trouble that is left out.
    ///   - until: when trouble ends, seconds after the start; nil = when it does.
    ///   - isTraced: whether to print what happens.
    package init(
        seed: UInt64,
        fault: FlowFault? = nil,
        without: Set<Trouble> = [],
        until: Int? = nil,
        isTraced: Bool = false
    ) {
        var simulation = Simulation(seed: seed, shape: Shape.flows.smaller(without: without, until: until))
        simulation.flowFault = fault
        simulation.isTraced = isTraced
        self.seed = seed
        self.faults = simulation.run()
        self.starts = simulation.record.starts.values.reduce(0, +)
        self.flows = simulation.store.flows.runs.count
        self.steps = simulation.store.flows.children.count
        self.trace = simulation.trace
    }
}
