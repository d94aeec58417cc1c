// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowScheduler
import FlowSchedulerCore
import FlowStore
import Foundation
import Logging

/// History comes in as fast as the store takes it and goes at the pace of the server's upkeep, which leaves the store to
/// others for two thirds of the time.
///
/// Twice, so that the size of the database says whether what went made room for what came.
struct RetentionBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Executions admitted and forgotten per second, and the size of the database."
    )

    @Option(help: "Directory for the database; it is made anew and removed.")
    var directory = NSTemporaryDirectory() + "flow-bench-retention"

    @OptionGroup var place: BenchStore

    @Option(help: "Executions that come and go.")
    var executions = 100_000

    @Option(help: "Jobs, each on one of the agents.")
    var jobs = 1000

    private static let rules = [
        GrowthRule(.executions, age: 0), GrowthRule(.output, age: 0), GrowthRule(.runs, age: 0),
        GrowthRule(.rollups, age: 0), GrowthRule(.events, age: 0, chunk: 500),
    ]

    func run() async throws {
        try await self.place.with(directory: self.directory) { try await self.measure($0) }
    }

    private func measure(_ store: DatabaseStore) async throws {
        var load = try await StoreLoad(store: store, jobs: self.jobs, agents: min(100, self.jobs))
        // Whatever has ended is older than that.
        let later = StandingClock(now: load.start.advanced(byMilliseconds: 400 * 86_400_000))
        let clock = ContinuousClock()

        var start = clock.now
        try await load.grow(to: self.executions)
        let admitted = Double(self.executions) / (clock.now - start).seconds
        Figures.line("retention, admitted", admitted, "executions/s")
        let before = try await store.size()
        Figures.line("retention, database with \(self.executions)", Self.megabytes(before.bytes), "MB", decimals: 1)

        start = clock.now
        let gone = await Self.forget(store, at: later)
        let removed = Double(gone) / (clock.now - start).seconds
        guard gone >= Int64(self.executions) else {
            throw ValidationError("only \(gone) of \(self.executions) executions were forgotten")
        }
        Figures.line("retention, removed at upkeep's pace", removed, "executions/s")
        Figures.line("retention, removed / admitted", removed / admitted, "", decimals: 2)

        // Both at once, as in a server.
        start = clock.now
        let together = try await withThrowingTaskGroup(of: Int64.self) { group in
            group.addTask {
                var count: Int64 = 0
                while !Task.isCancelled {
                    count += await Self.forget(store, at: later)
                    try? await Task.sleep(for: .milliseconds(10))
                }
                return count
            }
            try await load.grow(to: 2 * self.executions)
            group.cancelAll()
            return try await group.next() ?? 0
        }
        let spent = (clock.now - start).seconds
        Figures.line("retention beside admission, admitted", Double(self.executions) / spent, "executions/s")
        Figures.line("retention beside admission, removed", Double(together) / spent, "executions/s")
        let after = try await store.size()
        Figures.line("retention, database after as many again", Self.megabytes(after.bytes), "MB", decimals: 1)
        Figures.line("retention, its free part", Self.megabytes(after.freeBytes), "MB", decimals: 1)
        Figures.line("retention, size after / before", Double(after.bytes) / Double(before.bytes), "", decimals: 2)
    }

    /// Takes the steps of an upkeep that has just begun, until nothing is left.
    ///
    /// - Returns: how many executions went.
    private static func forget(_ store: DatabaseStore, at later: StandingClock) async -> Int64 {
        let upkeep = Upkeep(
            store: store,
            gateway: NobodyConnected(),
            bus: EventBus(),
            clock: later,
            retentionDays: 1,
            logger: Logger(label: "retention"),
            rules: self.rules
        )
        await upkeep.forget()
        return upkeep.figures.first { $0.growth == .executions }?.removed ?? 0
    }

    private static func megabytes(_ bytes: Int64) -> Double { Double(bytes) / 1_000_000 }
}

/// A time that does not go on.
private struct StandingClock: WallClock {
    let now: Timestamp
    var microseconds: Int64 { self.now.milliseconds * 1000 }
}

/// A gateway to no hosts.
private struct NobodyConnected: AgentGateway {
    var presences: [AgentID: AgentPresence] { [:] }
    var duplicates: [AgentID: [DuplicateAgent]] { [:] }
    func deliver(_ orders: [AgentID: [Order]]) async {}
    func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async {}
    func configurationChanged() async {}
    func disconnect(_ agent: AgentID, reason: String) async {}
}
