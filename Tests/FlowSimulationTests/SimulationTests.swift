// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSimulator
import Foundation
import Testing

/// Histories of the protocol under a manual clock (`docs/testing.md`).
///
/// `QF_SIM_SEEDS=n` or `a..b` lives through others than the first 100; `flow-sim` shows what happens in one.
@Suite("Simulated histories")
struct SimulationTests {
    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
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
            let history = SimulatedHistory(seed: seed)
            starts += history.starts
            let faults = history.faults.joined(separator: "; ")
            #expect(history.faults.isEmpty, "seed \(seed): \(faults) — again: flow-sim --seeds \(seed) --trace")
        }
        #expect(starts > 50 * Self.seeds.count, "the histories must be about something")
    }

    @Test("One seed is one history", arguments: [UInt64(1), 7, 42])
    func seedsAreDeterministic(seed: UInt64) {
        #expect(SimulatedHistory(seed: seed).trace == SimulatedHistory(seed: seed).trace)
    }

    @Test("A protocol without one of its rules is caught", arguments: Mutant.allCases)
    func mutantsAreCaught(mutant: Mutant) {
        let first = (UInt64(0)..<300).first { !SimulatedHistory(seed: $0, mutant: mutant).faults.isEmpty }
        #expect(first != nil, "'\(mutant.rawValue)' passed 300 histories: the checker cannot see it")
    }
}
