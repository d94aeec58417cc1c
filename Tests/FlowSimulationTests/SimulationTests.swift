// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Histories of the protocol under a manual clock.
///
/// `QF_SIM_SEEDS=n` runs n seeds instead of 500; `QF_SIM_SEED=s` replays one.
@Suite("Simulated histories")
struct SimulationTests {
    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["QF_SIM_SEED"].flatMap(UInt64.init) { return [one] }
        return Array(0..<(environment["QF_SIM_SEEDS"].flatMap(UInt64.init) ?? 500))
    }

    @Test("R1 to R6 hold whatever servers, agents and the network do")
    func rulesHold() {
        var starts = 0
        for seed in Self.seeds {
            var history = Simulation(seed: seed)
            let faults = history.run()
            starts += history.record.starts.count
            let replay = "replay: QF_SIM_SEED=\(seed) swift test --filter SimulationTests/rulesHold"
            #expect(faults.isEmpty, "seed \(seed): \(faults.joined(separator: "; ")) — \(replay)")
            guard faults.isEmpty else { return }
        }
        #expect(starts > 50 * Self.seeds.count, "the histories must be about something")
    }

    @Test("One seed is one history", arguments: [UInt64(1), 7, 42])
    func seedsAreDeterministic(seed: UInt64) {
        var first = Simulation(seed: seed)
        var second = Simulation(seed: seed)
        _ = first.run()
        _ = second.run()
        #expect(first.trace == second.trace)
    }

    @Test("A protocol without one of its rules is caught", arguments: Mutant.caught)
    func mutantsAreCaught(mutant: Mutant) {
        let caught = (UInt64(0)..<100).contains { seed in
            var history = Simulation(seed: seed, mutant: mutant)
            return !history.run().isEmpty
        }
        #expect(caught, "'\(mutant.rawValue)' passed 100 histories: the checker cannot see it")
    }
}
