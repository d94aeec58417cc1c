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

    @Option(help: "Kinds of trouble to leave out, with commas between them; a broken history says which matter.")
    var without: TroubleList = TroubleList()

    @Option(help: "When trouble ends; seconds after the start.")
    var until: Int?

    @Flag(help: "Do not look for a smaller history in which the same rule is broken.")
    var whole = false

    @Flag(help: "Live through each history twice and compare.")
    var twice = false

    @Flag(
        help:
            "Live through histories in which workflows run; with --all-mutants, look for the faults of their engine."
    )
    var flows = false

    @Flag(help: "Live through one day of many jobs instead; --seeds says which.")
    var day = false

    @Option(help: "Jobs of such a day.")
    var jobs = 10_000

    @Option(help: "Histories at once.")
    var workers = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    func validate() throws {
        guard self.workers > 0 else { throw ValidationError("--workers is at least 1.") }
        guard !(self.allMutants && self.mutant != nil) else {
            throw ValidationError("Give --mutant or --all-mutants, not both.")
        }
        guard !(self.flows && self.day) else {
            throw ValidationError("Give --flows or --day, not both.")
        }
        guard self.mutant == nil || !(self.flows || self.day) else {
            throw ValidationError(
                "--mutant is a fault of ordinary histories; give it without --flows and --day."
            )
        }
        guard !self.day || (self.without.kinds.isEmpty && self.until == nil) else {
            throw ValidationError("--without and --until make short histories smaller; give them without --day.")
        }
        guard (6...45).contains(self.until ?? 45) else {
            throw ValidationError("--until is 6 to 45 seconds.")
        }
        guard (1...1_000_000).contains(self.jobs) else {
            throw ValidationError("--jobs is 1 to 1000000.")
        }
    }

    func run() async throws {
        if self.listMutants {
            for mutant in Mutant.allCases { print("\(mutant): \(mutant.rawValue)") }
            for fault in FlowFault.allCases { print("\(fault), of workflows: \(fault.rawValue)") }
            return
        }
        if self.allMutants {
            let names = self.flows ? FlowFault.allCases.map { "\($0)" } : Mutant.allCases.map { "\($0)" }
            try await self.catchMutants(names)
            return
        }
        if self.day { return try self.liveADay() }
        let begin = ContinuousClock.now
        let outcome = self.trace ? self.live(self.seeds.all) : await self.liveAtOnce()
        let milliseconds = max(1, Int((ContinuousClock.now - begin) / .milliseconds(1)))
        let count = self.seeds.all.count
        print(
            "\(count) histories, \(outcome.starts) starts, \(outcome.broken) broken, \(count * 1000 / milliseconds)/s"
        )
        print(
            "  trace \(String(outcome.trace, radix: 16)): as long as nothing decides otherwise, it stays this"
        )
        if self.flows { print("  \(outcome.flows) workflows, \(outcome.steps) steps") }
        for (excuse, times) in outcome.excuses.sorted(by: { $0.key < $1.key }) {
            print("  excused, \(excuse): \(times)")
        }
        guard outcome.broken == 0 else { throw ExitCode(1) }
    }

    private struct Outcome: Sendable {
        var broken = 0
        var starts = 0
        var excuses: [String: Int] = [:]
        /// Runs of workflows, and steps that began a task.
        var flows = 0
        var steps = 0
        /// All histories' hashes in one, whatever the order in which workers come to them.
        var trace: UInt64 = 0

        mutating func add(_ other: Outcome) {
            self.broken += other.broken
            self.starts += other.starts
            self.flows += other.flows
            self.steps += other.steps
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
            if self.flows {
                self.liveWithFlows(seed, &outcome)
                continue
            }
            let history = SimulatedHistory(
                seed: seed,
                mutant: self.mutant,
                without: self.without.kinds,
                until: self.until,
                isTraced: self.trace
            )
            outcome.starts += history.starts
            outcome.trace ^= history.trace &* (2 &* seed &+ 1)
            outcome.excuses.merge(history.excuses) { $0 + $1 }
            var faults = history.faults
            if self.twice, self.again(seed).trace != history.trace {
                faults.append("UNSTEADY: the same history went another way")
            }
            self.tell(faults, of: seed, self.mutant.map { " --mutant \($0)" } ?? "", &outcome) { without, until in
                SimulatedHistory(seed: seed, mutant: self.mutant, without: without, until: until).faults
            }
        }
        return outcome
    }

    private func again(_ seed: UInt64) -> SimulatedHistory {
        SimulatedHistory(seed: seed, mutant: self.mutant, without: self.without.kinds, until: self.until)
    }

    /// Says what is broken and how to see it again; of the first that a worker finds also what of it matters.
    private func tell(
        _ faults: [String],
        of seed: UInt64,
        _ options: String,
        _ outcome: inout Outcome,
        live: ((Set<Trouble>, Int?) -> [String])? = nil
    ) {
        guard !faults.isEmpty else { return }
        outcome.broken += 1
        print("seed \(seed): \(faults.joined(separator: "; "))")
        let given =
            (self.without.kinds.isEmpty ? "" : " --without \(self.without)")
            + (self.until.map { " --until \($0)" } ?? "")
        print("  again: flow-sim --seeds \(seed)\(options)\(given) --trace")
        guard let live, outcome.broken == 1, !self.whole, !self.trace, given.isEmpty else { return }
        let shrinking = Shrinking(of: faults, among: Trouble.kinds(of: seed, self.mutant), live: live)
        guard !shrinking.options.isEmpty else { return }
        print("  smaller: flow-sim --seeds \(seed)\(options)\(shrinking.options) --trace")
        print("    \(shrinking.faults.joined(separator: "; "))")
        print("  to be kept: its number goes to `pinned` in SimulationTests")
    }

    private func liveWithFlows(_ seed: UInt64, _ outcome: inout Outcome) {
        let history = FlowHistory(
            seed: seed,
            without: self.without.kinds,
            until: self.until,
            isTraced: self.trace
        )
        outcome.starts += history.starts
        outcome.trace ^= history.trace &* (2 &* seed &+ 1)
        outcome.flows += history.flows
        outcome.steps += history.steps
        var faults = history.faults
        if self.twice,
            FlowHistory(seed: seed, without: self.without.kinds, until: self.until).trace != history.trace
        {
            faults.append("UNSTEADY: the same history went another way")
        }
        self.tell(faults, of: seed, " --flows", &outcome) { without, until in
            FlowHistory(seed: seed, without: without, until: until).faults
        }
    }

    /// A day with trouble in it; its figure is the time that it takes.
    private func liveADay() throws {
        var outcome = Outcome()
        for seed in self.seeds.all.prefix(self.isOneDay ? 1 : self.seeds.all.count) {
            let begin = ContinuousClock.now
            let day = DayHistory(seed: seed, jobs: self.jobs, isTraced: self.trace)
            let seconds = Double(Int((ContinuousClock.now - begin) / .milliseconds(100))) / 10
            print(
                "day \(seed): \(self.jobs) jobs, \(day.starts) starts, \(day.executions) records, \(seconds) s, "
                    + "trace \(String(day.trace, radix: 16))"
            )
            for (excuse, times) in day.excuses.sorted(by: { $0.key < $1.key }) {
                print("  excused, \(excuse): \(times)")
            }
            self.tell(day.faults, of: seed, " --day --jobs \(self.jobs)", &outcome)
        }
        guard outcome.broken == 0 else { throw ExitCode(1) }
    }

    /// Nobody means two thousand days who names no seeds.
    private var isOneDay: Bool { self.seeds.isDefault }

    /// Each worker looks for one fault after the other; they are told in the order of their list.
    private func catchMutants(_ names: [String]) async throws {
        let findings = await withTaskGroup(of: [(Int, Finding?)].self) { group in
            for worker in 0..<self.workers {
                group.addTask {
                    names.indices.filter { $0 % self.workers == worker }.map { ($0, self.firstCaught($0)) }
                }
            }
            var findings = [Finding?](repeating: nil, count: names.count)
            for await part in group { for (index, history) in part { findings[index] = history } }
            return findings
        }
        for (mutant, found) in zip(names, findings) {
            if let found {
                print("\(mutant): history \(found.seed), \(found.fault)")
            } else {
                print("\(mutant): not caught in \(self.seeds.all.count) histories")
            }
        }
        let caught = findings.count { $0 != nil }
        print("\(caught) of \(findings.count) mutants caught")
        guard caught == findings.count else { throw ExitCode(1) }
    }

    private struct Finding: Sendable {
        let seed: UInt64
        let fault: String
    }

    private func firstCaught(_ index: Int) -> Finding? {
        for seed in self.seeds.all {
            let faults =
                self.flows
                ? FlowHistory(seed: seed, fault: FlowFault.allCases[index]).faults
                : SimulatedHistory(seed: seed, mutant: Mutant.allCases[index]).faults
            if let fault = faults.first { return Finding(seed: seed, fault: fault) }
        }
        return nil
    }
}

/// `A..B`, both included, or one number.
struct SeedRange: ExpressibleByArgument, CustomStringConvertible {
    /// More at once is a slip of the finger.
    private static let limit: UInt64 = 10_000_000

    let first: UInt64
    let last: UInt64
    /// Nobody named them.
    var isDefault = false

    var all: [UInt64] { Array(self.first...self.last) }
    var description: String { "\(self.first)..\(self.last)" }

    init(first: UInt64, last: UInt64) {
        (self.first, self.last) = (first, last)
        self.isDefault = true
    }

    init?(argument: String) {
        let bounds = argument.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        guard (1...2).contains(bounds.count), let first = bounds[0],
            let last = bounds[bounds.count - 1], first <= last,
            last - first < Self.limit
        else { return nil }
        self.init(first: first, last: last)
    }
}

extension Mutant: ExpressibleByArgument {
    public init?(argument: String) {
        guard
            let mutant = Self.allCases.first(where: { "\($0)" == argument || $0.rawValue == argument })
        else {
            return nil
        }
        self = mutant
    }
}

/// Kinds of trouble, with commas between them.
struct TroubleList: ExpressibleByArgument, CustomStringConvertible {
    var kinds: Set<Trouble> = []

    var description: String {
        Trouble.allCases.filter { self.kinds.contains($0) }.map(\.rawValue).joined(separator: ",")
    }

    static var allValueStrings: [String] { Trouble.allCases.map(\.rawValue) }

    init() {}

    init?(argument: String) {
        for name in argument.split(separator: ",") {
            guard let kind = Trouble(rawValue: String(name)) else { return nil }
            self.kinds.insert(kind)
        }
    }
}
