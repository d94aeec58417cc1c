// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowStore
import Foundation

/// Fires, reports and history queries of the store, all durable.
struct StoreBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Durable fires, applied reports and history queries of the store."
    )

    @Option(help: "Directory for the database; it is made anew and removed.")
    var directory = NSTemporaryDirectory() + "flow-bench-store"

    @OptionGroup var place: BenchStore

    @Option(help: "Jobs, each on one of the agents.")
    var jobs = 10_000

    @Option(help: "Agents.")
    var agents = 100

    @Option(help: "Executions in the history that is queried.")
    var history = 1_000_000

    @Option(help: "Seconds for each rate.")
    var seconds = 3.0

    @Option(help: "Times each query is run.")
    var queries = 200

    @Option(help: "Servers that share the reports, each those of its own agents; more than one needs --database.")
    var servers = 1

    func run() async throws {
        try await self.place.with(directory: self.directory) { try await self.measure($0) }
    }

    private func measure(_ store: DatabaseStore) async throws {
        var load = try await StoreLoad(store: store, jobs: self.jobs, agents: self.agents)
        let stores = [store] + (try await self.place.others(self.servers - 1))

        for batch in [1, 100, 1000] {
            var durations: [Duration] = []
            let clock = ContinuousClock()
            let start = clock.now
            var fired = 0
            while (clock.now - start).seconds < self.seconds {
                let fires = load.nextFires(batch)
                let began = clock.now
                let outcomes = try await store.fire(fires, online: load.online, recent: nil, at: load.now)
                durations.append(clock.now - began)
                fired += try load.note(outcomes)
            }
            Figures.line("fire, batch \(batch)", Double(fired) / (clock.now - start).seconds, "fires/s")
            Figures.percentiles("fire, batch \(batch), commit", durations)
        }

        for batch in [1, 100, 1000] {
            let clock = ContinuousClock()
            var spent = Duration.zero
            var applied = 0
            while spent.seconds < self.seconds {
                if load.openCount < batch { try await load.fireMore(batch) }
                // Each execution has two reports: it runs, it ended.
                let batches = load.nextReports(executions: batch)
                let began = clock.now
                let answers = try await self.apply(batches, stores, at: load.now)
                spent += clock.now - began
                applied += answers.reduce(0) { $0 + $1.changed.count }
            }
            Figures.line("apply, batch \(batch * 2)", Double(applied) / spent.seconds, "reports/s")
        }

        for other in stores.dropFirst() { try await other.close() }
        try await load.grow(to: self.history)
        Figures.line("history", Double(load.executionCount), "executions")
        let size = try await store.size().bytes
        Figures.line("database", Double(size) / Double(load.executionCount), "bytes/execution")
        for (name, query) in load.historyQueries() {
            var durations: [Duration] = []
            let clock = ContinuousClock()
            for index in 0..<self.queries {
                let began = clock.now
                _ = try await store.executions(query(index))
                durations.append(clock.now - began)
            }
            Figures.percentiles("history, " + name, durations)
        }
        var durations: [Duration] = []
        let clock = ContinuousClock()
        for _ in 0..<self.queries {
            let began = clock.now
            _ = try await store.statistics(job: nil, since: load.start)
            durations.append(clock.now - began)
        }
        Figures.percentiles("statistics", durations)
    }

    /// Each server applies its part, all of them at the same time.
    private func apply(
        _ batches: [ReportBatch],
        _ stores: [DatabaseStore],
        at now: Timestamp
    ) async throws -> [AppliedReports] {
        if stores.count == 1 { return try await stores[0].apply(batches, at: now) }
        return try await withThrowingTaskGroup(of: [AppliedReports].self) { group in
            for (index, store) in stores.enumerated() {
                let part = batches.enumerated().filter { $0.offset % stores.count == index }.map(\.element)
                group.addTask { try await store.apply(part, at: now) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
