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
    func rulesHold() async {
        let (starts, faults) = await Self.computing {
            var starts = 0
            var faults: [String] = []
            for seed in Self.seeds {
                let history = SimulatedHistory(seed: seed)
                starts += history.starts
                guard !history.faults.isEmpty else { continue }
                let texts = history.faults.joined(separator: "; ")
                faults.append("seed \(seed): \(texts) — again: flow-sim --seeds \(seed) --trace")
            }
            return (starts, faults)
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
        #expect(starts > 50 * Self.seeds.count, "the histories must be about something")
    }

    @Test("R13: jobs that are bounded rest without a server, and what died with its agent is followed by what they say")
    func boundsHold() async {
        let histories = await Self.computing {
            // Those beyond the first ones showed faults of the product.
            let seeds = Array(stride(from: UInt64(600), to: 640, by: 4)) + [652, 6680, 8686, 11368]
            return seeds.map { SimulatedHistory(seed: $0) }
        }
        let faults = histories.flatMap { history in history.faults.map { "seed \(history.seed): \($0)" } }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
        #expect(histories.allSatisfy { $0.starts > 50 }, "the histories must be about something")
        #expect(histories.contains { ($0.excuses["alone"] ?? 0) > 0 }, "no host was ever without a server for too long")
    }

    @Test("A broken history is made smaller as long as the same rule is broken, in a few tries")
    func shrinks() {
        // Broken where an agent dies and messages are lost until the thirteenth second.
        let kinds = Trouble.kinds(of: 0, nil)
        #expect(Set(Trouble.kinds(of: 1006, nil)).subtracting(kinds) == [.fullDisks, .halfOpen])
        let small = Shrinking(of: ["LATE a", "STUCK b"], among: kinds) { without, until in
            guard !without.contains(.agentDies), !without.contains(.losses) else { return ["STUCK b"] }
            return (until ?? 45) >= 12 ? ["LATE of \(without.count)"] : []
        }
        #expect(Set(kinds).subtracting(small.without) == [.agentDies, .losses] && small.until == 13)
        #expect(small.faults == ["LATE of \(kinds.count - 2)"] && small.tries <= 30)
        #expect(
            small.options
                == " --without server-dies,disconnects,clocks,switching,stops,triggers,restores,repeats,delays --until 13"
        )
        let whole = Shrinking(of: ["LATE a"], among: kinds) { _, _ in [] }
        #expect(whole.options.isEmpty && whole.faults == ["LATE a"])
    }

    @Test("A smaller history is one as well: nothing is broken in it, and it goes the same way twice")
    func smallerHistories() async {
        let kinds = Set(Trouble.allCases).subtracting([.repeats, .losses])
        let (first, again) = await Self.computing {
            (
                SimulatedHistory(seed: 0, without: kinds, until: 10),
                SimulatedHistory(seed: 0, without: kinds, until: 10)
            )
        }
        #expect(first.faults.isEmpty && first.starts > 50, "\(first.faults)")
        #expect(first.trace == again.trace)
    }

    @Test("One seed is one history", arguments: [UInt64(1), 7, 42])
    func seedsAreDeterministic(seed: UInt64) async {
        let traces = await Self.computing { [SimulatedHistory(seed: seed).trace, SimulatedHistory(seed: seed).trace] }
        #expect(traces[0] == traces[1])
    }

    @Test("A protocol without one of its rules is caught", arguments: Mutant.allCases)
    func mutantsAreCaught(mutant: Mutant) async {
        let first = await Self.computing {
            (UInt64(0)..<300).first { !SimulatedHistory(seed: $0, mutant: mutant).faults.isEmpty }
        }
        #expect(first != nil, "'\(mutant.rawValue)' passed 300 histories: the checker cannot see it")
    }

    @Test("Never two holders of a slot, whatever becomes of hosts (F7); a retry that ignores its lease is caught")
    func leasesHold() async {
        // Few, because each is long; a number of seeds asks for more.
        let isAsked = ProcessInfo.processInfo.environment["QF_SIM_SEEDS"] != nil
        let seeds = isAsked ? Self.seeds : [0, 1]
        let (histories, faults) = await Self.computing {
            let histories = seeds.map { LeaseHistory(seed: $0) }
            let faults = zip(seeds, histories).flatMap { seed, history in
                history.faults.map { "seed \(seed): \($0)" }
            }
            return (histories, faults)
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
        let starts = histories.map(\.starts).reduce(0, +)
        let moved = histories.map(\.movedStarts).reduce(0, +)
        #expect(starts > 50 && moved > 1, "the histories must be about something: \(starts), \(moved)")
        let (isCaught, again) = await Self.computing {
            (
                (UInt64(0)..<60).contains { !LeaseHistory(seed: $0, heedsLeases: false).faults.isEmpty },
                LeaseHistory(seed: seeds[0]).trace
            )
        }
        #expect(isCaught, "the checker cannot see it")
        #expect(again == histories[0].trace, "one seed is one history")
    }

    @Test("W7, W19, W20: each step of a workflow begins once, no run is stuck, and a cancel leaves nothing")
    func workflowsHold() async {
        // More of them, as an optimised program, in the step `sim`.
        let isAsked = ProcessInfo.processInfo.environment["QF_SIM_SEEDS"] != nil
        let seeds = isAsked ? Self.seeds : Array(0..<12)
        let (histories, again) = await Self.computing {
            (seeds.map { FlowHistory(seed: $0) }, FlowHistory(seed: seeds[0]).trace)
        }
        let faults = histories.flatMap { history in
            history.faults.map {
                "seed \(history.seed): \($0) — again: flow-sim --flows --seeds \(history.seed) --trace"
            }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
        let steps = histories.map(\.steps).reduce(0, +)
        #expect(steps > 5 * seeds.count, "the histories must be about something: \(steps)")
        #expect(again == histories[0].trace, "one seed is one history")
    }

    @Test("An engine of workflows without one of its rules is caught", arguments: FlowFault.allCases)
    func flowFaultsAreCaught(fault: FlowFault) async {
        let first = await Self.computing {
            (UInt64(0)..<300).first { !FlowHistory(seed: $0, fault: fault).faults.isEmpty }
        }
        #expect(first != nil, "'\(fault.rawValue)' passed 300 histories: the checker cannot see it")
    }

    @Test("A day with trouble in it: what two hundred jobs owe is accounted for")
    func dayHolds() async {
        let day = await Self.computing { DayHistory(seed: 1, jobs: 200) }
        #expect(day.faults.isEmpty, "\(day.faults.joined(separator: "\n"))")
        #expect(day.starts > 1000, "the day must be about something: \(day.starts)")
    }

    private static let queue = DispatchQueue(label: "histories")

    /// Lives through histories one after the other on a thread of their own: on the threads that all tests share they would
    /// take the time that the others' deadlines count on.
    private static func computing<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            self.queue.async { continuation.resume(returning: body()) }
        }
    }
}
