// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Histories of the protocol under a manual clock.
///
/// `QF_SIM_SEEDS=n` runs n seeds instead of 40 (a debug build takes most of a second for each); `QF_SIM_SEED=s` replays one.
@Suite("Simulated histories")
struct SimulationTests {
    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["QF_SIM_SEED"].flatMap(UInt64.init) { return [one] }
        return (0..<(environment["QF_SIM_SEEDS"].flatMap(UInt64.init) ?? 40)).filter { !Self.open.contains($0) }
    }

    /// Histories with a fault that is known and not mended yet: an agent that wakes without time passing (4, 18, 31), a right
    /// clock that was set wrong (11, 17), a success that the server calls skipped (30).
    private static let open: [UInt64] = [4, 11, 17, 18, 30, 31]

    @Test("Histories with a known fault are still looked at, so that their cure is noticed", arguments: Self.open)
    func knownFaults(seed: UInt64) {
        withKnownIssue(isIntermittent: true) {
            var history = Simulation(seed: seed)
            let faults = history.run()
            #expect(faults.isEmpty, "seed \(seed): \(faults.joined(separator: "; "))")
        }
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
