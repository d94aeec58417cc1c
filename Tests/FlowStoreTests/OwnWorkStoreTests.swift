// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Records of the product's own work (S3-2)")
struct OwnWorkStoreTests {
    private static let hour: Int64 = 3600

    private static func work(_ kind: OwnWork.Kind, _ units: [OwnWork.Unit], at instant: Timestamp) -> OwnWork {
        OwnWork(kind, units, from: instant, until: instant + 1)
    }

    @Test(
        "What is done within an hour is one run, found by its type and state; it is no execution",
        arguments: StoreKind.allCases
    )
    func hourly(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any OwnWorkStore)
            _ = try await world.agent("a")
            let job = try await world.job()
            _ = try await world.store.start(TriggerTests.trigger(job), at: World.start + 1)
            let first = OwnWork.Unit(name: "runs", count: 3, milliseconds: 5)
            let failed = OwnWork.Unit(name: "audit", failures: 1, error: "disk full")
            try await store.record(Self.work(.prune, [first], at: World.start))
            try await store.record(Self.work(.prune, [first, failed], at: World.start + 2))
            try await store.record(Self.work(.backup, [first], at: World.start))
            var query = RunQuery()
            query.types = [.maintenance]
            let page = try await world.store.runs(query)
            #expect(page.total == 2 && Set(page.items.map(\.run.source)) == ["prune", "backup"])
            let prune = try #require(page.items.first { $0.run.source == "prune" })
            #expect(prune.tally.state == "failed" && prune.tally.total == 2)
            #expect(prune.startedAt == World.start && prune.finishedAt == World.start + 3)
            let work = try #require(try await store.ownWork(prune.run.id))
            #expect(work.units.map(\.name) == ["audit", "runs"] && work.units[1].count == 6)
            #expect(work.units[0].error == "disk full" && work.units[1].milliseconds == 10)
            // What failed and then did not has failed no longer.
            try await store.record(Self.work(.prune, [OwnWork.Unit(name: "audit", count: 1)], at: World.start + 4))
            #expect(try await store.ownWork(prune.run.id)?.units[0].error == nil)
            query.states = [.succeeded]
            #expect(try await world.store.runs(query).total == 2)
            query.states = [.failed]
            #expect(try await world.store.runs(query).total == 0)
            // All are among all, and none is an execution.
            #expect(try await world.store.runs(RunQuery()).total == 3)
            var executions = ExecutionQuery()
            executions.types = [.maintenance]
            #expect(try await world.store.executions(executions).total == 0)
            // Who sees some groups sees what happens there.
            query.states = []
            query.scope = .groups([1])
            #expect(try await world.store.runs(query).total == 0)
            #expect(try await world.store.run(prune.run.id, in: .groups([1])) == nil)
        }
    }

    @Test("A failed one is found among failed runs; another hour is another run", arguments: StoreKind.allCases)
    func states(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any OwnWorkStore)
            let failed = OwnWork.Unit(name: "objects", failures: 1, error: "refused")
            try await store.record(Self.work(.archive, [failed], at: World.start))
            try await store.record(
                Self.work(.archive, [OwnWork.Unit(name: "objects", count: 1)], at: World.start + Self.hour)
            )
            var query = RunQuery()
            query.states = [.failed]
            #expect(try await world.store.runs(query).items.map(\.startedAt) == [World.start])
            query.states = [.succeeded]
            #expect(try await world.store.runs(query).items.map(\.startedAt) == [World.start + Self.hour])
            query.states = [.skipped]
            #expect(try await world.store.runs(query).total == 0)
        }
    }

    @Test("They go with the history, and the number of them is bounded", arguments: StoreKind.allCases)
    func bounds(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any OwnWorkStore)
            let unit = OwnWork.Unit(name: "runs", count: 1)
            let works = (0..<3).map { Self.work(.prune, [unit], at: World.start + $0 * Self.hour) }
            for work in works { try await store.record(work) }
            var isDone = false
            while !isDone {
                isDone = try await world.store.forget(.runs, before: World.start + 2 * Self.hour, limit: 10).isDone
            }
            var query = RunQuery()
            query.types = [.maintenance]
            #expect(try await world.store.runs(query).items.map(\.run.id) == [works[2].id])
            #expect(try await store.ownWork(works[0].id) == nil)
        }
    }
}
