// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Histories of the protocol under a manual clock.
///
/// `QF_SIM_SEEDS=n` or `a..b` runs other seeds than the first 100 (a debug build takes a quarter of a second for each);
/// `QF_SIM_SEED=s` replays one, and `QF_SIM_TRACE=1` prints what happens in it.
@Suite("Simulated histories")
struct SimulationTests {
    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["QF_SIM_SEED"].flatMap(UInt64.init) { return [one] }
        let bounds = (environment["QF_SIM_SEEDS"] ?? "100").split(separator: ".").compactMap { UInt64($0) }
        if bounds.count == 2, bounds[0] < bounds[1] { return Array(bounds[0]..<bounds[1]) }
        return Array(0..<(bounds.first ?? 100)) + Self.pinned
    }

    /// Histories that once showed a fault of the product, beyond the first ones.
    private static let pinned: [UInt64] = [
        136, 145, 185, 191, 202, 212, 235, 239, 257, 261, 350, 363, 385, 396, 436, 441, 523,
    ]

    @Test("R1 to R6 hold whatever servers, agents and the network do")
    func rulesHold() {
        // One after the other: on all cores at once they would take the time that other tests' deadlines count on.
        var starts = 0
        for seed in Self.seeds {
            var history = Simulation(seed: seed)
            history.isTraced = ProcessInfo.processInfo.environment["QF_SIM_TRACE"] == "1"
            let faults = history.run()
            starts += history.record.starts.count
            let replay = "replay: QF_SIM_SEED=\(seed) swift test --filter SimulationTests/rulesHold"
            #expect(faults.isEmpty, "seed \(seed): \(faults.joined(separator: "; ")) — \(replay)")
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

    @Test("A protocol without one of its rules is caught", arguments: Mutant.allCases)
    func mutantsAreCaught(mutant: Mutant) {
        let first = (UInt64(0)..<100).first { seed in
            var history = Simulation(seed: seed, mutant: mutant)
            return !history.run().isEmpty
        }
        #expect(first != nil, "'\(mutant.rawValue)' passed 100 histories: the checker cannot see it")
    }
}
