// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowSimulator

#if canImport(Glibc)
import Glibc
#endif

/// Lives through many histories of servers and agents; each is decided by its number alone.
@main
struct FlowSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow-sim",
        abstract: "Looks for histories in which the rules of execution do not hold (docs/testing.md).",
        discussion: """
            One number decides everything in a history: delays, losses, crashes, clocks, restored backups. Exit code 1 says that \
            a rule was broken, and the line says how to see it again.
            """
    )

    @Option(help: "Histories A..B, both included, or one.")
    var seeds = SeedRange(first: 0, last: 1999)

    @Option(help: "Put a fault into the protocol; see --list-mutants.")
    var mutant: Mutant?

    @Flag(help: "Show the faults that can be put into the protocol.")
    var listMutants = false

    @Flag(help: "Look for each of these faults, and fail for one that is never caught.")
    var allMutants = false

    @Flag(help: "Print what happens.")
    var trace = false

    @Flag(help: "Live through each history twice and compare.")
    var twice = false

    @Option(help: "Histories at once.")
    var workers = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    func validate() throws {
        guard self.workers > 0 else { throw ValidationError("--workers is at least 1.") }
        guard !(self.allMutants && self.mutant != nil) else {
            throw ValidationError("Give --mutant or --all-mutants, not both.")
        }
    }

    func run() async throws {
        if self.listMutants {
            for mutant in Mutant.allCases { print("\(mutant): \(mutant.rawValue)") }
            return
        }
        if self.allMutants {
            try await self.catchMutants()
            return
        }
        let begin = ContinuousClock.now
        let outcome = self.trace ? self.live(self.seeds.all) : await self.liveAtOnce()
        let milliseconds = max(1, Int((ContinuousClock.now - begin) / .milliseconds(1)))
        let count = self.seeds.all.count
        print(
            "\(count) histories, \(outcome.starts) starts, \(outcome.broken) broken, \(count * 1000 / milliseconds)/s"
        )
        print("  trace \(String(outcome.trace, radix: 16)): as long as nothing decides otherwise, it stays this")
        for (excuse, times) in outcome.excuses.sorted(by: { $0.key < $1.key }) {
            print("  excused, \(excuse): \(times)")
        }
        guard outcome.broken == 0 else { throw ExitCode(1) }
    }

    private struct Outcome: Sendable {
        var broken = 0
        var starts = 0
        var excuses: [String: Int] = [:]
        /// All histories' hashes in one, whatever the order in which workers come to them.
        var trace: UInt64 = 0

        mutating func add(_ other: Outcome) {
            self.broken += other.broken
            self.starts += other.starts
            self.trace ^= other.trace
            self.excuses.merge(other.excuses) { $0 + $1 }
        }
    }

    /// Workers take every n-th history each; what they print comes as it is found.
    private func liveAtOnce() async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            for worker in 0..<self.workers {
                let mine = self.seeds.all.filter { Int($0 % UInt64(self.workers)) == worker }
                group.addTask { self.live(mine) }
            }
            var outcome = Outcome()
            for await part in group { outcome.add(part) }
            return outcome
        }
    }

    private func live(_ seeds: [UInt64]) -> Outcome {
        var outcome = Outcome()
        for seed in seeds {
            let history = SimulatedHistory(seed: seed, mutant: self.mutant, isTraced: self.trace)
            outcome.starts += history.starts
            outcome.trace ^= history.trace &* (2 &* seed &+ 1)
            outcome.excuses.merge(history.excuses) { $0 + $1 }
            var faults = history.faults
            if self.twice, SimulatedHistory(seed: seed, mutant: self.mutant).trace != history.trace {
                faults.append("UNSTEADY: the same history went another way")
            }
            guard !faults.isEmpty else { continue }
            outcome.broken += 1
            let name = self.mutant.map { " --mutant \($0)" } ?? ""
            print("seed \(seed): \(faults.joined(separator: "; "))")
            print("  again: flow-sim --seeds \(seed)\(name) --trace")
        }
        return outcome
    }

    /// Each worker looks for one fault after the other; they are told in the order of their list.
    private func catchMutants() async throws {
        let findings = await withTaskGroup(of: [(Int, SimulatedHistory?)].self) { group in
            for worker in 0..<self.workers {
                group.addTask {
                    Mutant.allCases.enumerated().filter { $0.offset % self.workers == worker }.map {
                        ($0.offset, self.firstCaught($0.element))
                    }
                }
            }
            var findings = [SimulatedHistory?](repeating: nil, count: Mutant.allCases.count)
            for await part in group { for (index, history) in part { findings[index] = history } }
            return findings
        }
        for (mutant, found) in zip(Mutant.allCases, findings) {
            if let found {
                print("\(mutant): history \(found.seed), \(found.faults[0])")
            } else {
                print("\(mutant): not caught in \(self.seeds.all.count) histories")
            }
        }
        let caught = findings.count { $0 != nil }
        print("\(caught) of \(findings.count) mutants caught")
        guard caught == findings.count else { throw ExitCode(1) }
    }

    private func firstCaught(_ mutant: Mutant) -> SimulatedHistory? {
        self.seeds.all.lazy.map { SimulatedHistory(seed: $0, mutant: mutant) }.first { !$0.faults.isEmpty }
    }
}

/// `A..B`, both included, or one number.
struct SeedRange: ExpressibleByArgument, CustomStringConvertible {
    /// More at once is a slip of the finger.
    private static let limit: UInt64 = 10_000_000

    let first: UInt64
    let last: UInt64

    var all: [UInt64] { Array(self.first...self.last) }
    var description: String { "\(self.first)..\(self.last)" }

    init(first: UInt64, last: UInt64) { (self.first, self.last) = (first, last) }

    init?(argument: String) {
        let bounds = argument.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1], first <= last,
            last - first < Self.limit
        else { return nil }
        self.init(first: first, last: last)
    }
}

extension Mutant: ExpressibleByArgument {
    public init?(argument: String) {
        guard let mutant = Self.allCases.first(where: { "\($0)" == argument || $0.rawValue == argument }) else {
            return nil
        }
        self = mutant
    }
}
