// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowScheduler
import FlowSchedulerCore
import FlowStore
import Foundation

/// Jobs that are all due in the same second, through the planner and into the store, as the server does it.
///
/// Each fire is a moved schedule, a run, an execution and an order, durable in transactions of the server's sizes.
struct FireBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fires",
        abstract: "Durable fires per second when many jobs are due at once."
    )

    @Option(help: "Directory for the database; it is made anew and removed.")
    var directory = NSTemporaryDirectory() + "flow-bench-fires"

    @OptionGroup var place: BenchStore

    @Option(parsing: .upToNextOption, help: "Numbers of jobs that are due at once.")
    var jobs = [1000, 10_000, 100_000]

    @Option(help: "Agents; each job runs on one of them.")
    var agents = 100

    @Option(help: "Servers that share the fires; more than one needs --database.")
    var servers = 1

    func run() async throws {
        for count in self.jobs {
            try await self.place.with(directory: self.directory) { store in
                let stores = [store] + (try await self.place.others(self.servers - 1))
                try await self.measure(count, stores)
                for other in stores.dropFirst() { try await other.close() }
            }
        }
    }

    /// Each server fires its part, all of them at the same time.
    private func fire(
        _ fires: [PlannedFire],
        _ stores: [DatabaseStore],
        online: Set<AgentID>,
        at now: Timestamp
    ) async throws -> [FireOutcome] {
        let size = (fires.count + stores.count - 1) / stores.count
        return try await withThrowingTaskGroup(of: (Int, [FireOutcome]).self) { group in
            for (index, store) in stores.enumerated() {
                let part = Array(fires.dropFirst(index * size).prefix(size))
                group.addTask { (index, try await store.fire(part, online: online, recent: nil, at: now)) }
            }
            var parts = [[FireOutcome]](repeating: [], count: stores.count)
            for try await (index, outcomes) in group { parts[index] = outcomes }
            return parts.flatMap { $0 }
        }
    }

    private func measure(_ count: Int, _ stores: [DatabaseStore]) async throws {
        guard let store = stores.first else { return }
        let load = try await StoreLoad(
            store: store,
            jobs: count,
            agents: self.agents,
            schedule: .cron(expression: "0 * * * * *", timeZone: "UTC", dst: .debian)
        )
        let clock = ContinuousClock()
        let began = clock.now
        var planner = Planner()
        planner.update(try await store.jobPlans())
        Figures.line("plan \(count) jobs after a start", (clock.now - began).milliseconds, "ms", decimals: 1)

        // The first minute pays for cold caches; the second is what a server does from then on.
        for (name, minute) in [("first", 0), ("later", 1)] {
            let due = load.start.advanced(byMilliseconds: Int64(minute) * 60_000)
            let start = clock.now
            var last = start
            var fired = 0
            var batch = FireBatch()
            var commits: [Duration] = []
            while fired < count {
                let fires = planner.plan(now: due, limit: batch.limit * stores.count)
                guard !fires.isEmpty else { throw ValidationError("only \(fired) of \(count) jobs were due") }
                let outcomes = try await self.fire(fires, stores, online: load.online, at: due)
                planner.settle(fires, outcomes: outcomes)
                batch.wrote(outcomes)
                fired += outcomes.count
                commits.append(clock.now - last)
                last = clock.now
            }
            Figures.line("fires, \(count) due at once, \(name)", Double(fired) / (last - start).seconds, "fires/s")
            Figures.line(
                "fires, \(count) due at once, \(name), all durable",
                (last - start).milliseconds,
                "ms",
                decimals: 1
            )
            if commits.count > 1 { Figures.percentiles("fires, \(count) due at once, \(name), batch", commits) }
        }
    }
}
