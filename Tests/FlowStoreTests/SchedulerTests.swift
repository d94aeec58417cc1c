// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("The scheduler's stops, stored")
struct SchedulerTests {
    private static func by(_ name: String, _ seconds: Int64) -> Change {
        Change(by: .user(1, name), at: World.start + seconds)
    }

    @Test("A stop holds every fire until the start, whoever asks again changes nothing", arguments: StoreKind.allCases)
    func holds(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            #expect(try await store.scheduler() == SchedulerState())
            let stopped = try await store.stopScheduler(reason: "move", by: Self.by("ada", 1))
            let stop = SchedulerStop(since: World.start + 1, by: "ada", reason: "move")
            #expect(stopped == SchedulerState(revision: 1, stop: stop))
            #expect(try await store.stopScheduler(reason: "other", by: Self.by("bob", 2)) == stopped)
            #expect(try await world.fire(job).isHeld)
            #expect(try await store.job(job.id)?.nextFire == World.start)
            #expect(try await world.hello(agent).scheduler == stopped)
            let started = try await store.startScheduler(by: Self.by("bob", 9))
            #expect(started.revision == 2 && !started.isStopped)
            #expect(started.stop?.until == World.start + 9 && started.stop?.endedBy == "bob")
            #expect(try await store.startScheduler(by: Self.by("cy", 10)) == started)
            _ = try await world.fired(job, on: agent)
            let audit = try await store.audit(AuditQuery()).items.map(\.action)
            #expect(
                audit.filter { $0 == .schedulerStop }.count == 1 && audit.filter { $0 == .schedulerStart }.count == 1
            )
        }
    }

    @Test("An instant is found in the stop it lies in", arguments: StoreKind.allCases)
    func covers(kind: StoreKind) async throws {
        try await kind.withStore { store in
            for start: Int64 in [10, 30] {
                _ = try await store.stopScheduler(reason: nil, by: Self.by("ada", start))
                _ = try await store.startScheduler(by: Self.by("ada", start + 10))
            }
            _ = try await store.stopScheduler(reason: nil, by: Self.by("eve", 50))
            for (second, since) in [(9, nil), (10, 10), (19, 10), (20, nil), (30, 30), (50, 50), (9999, 50)] {
                let found = try await store.schedulerStop(at: World.start + Int64(second))
                #expect(found?.since == since.map { World.start + Int64($0) }, "\(second)")
            }
            #expect(try await store.scheduler().revision == 5)
        }
    }

    @Test(
        "What a stop held up of a task that the server places has its record when the task is switched off (S4)",
        arguments: StoreKind.allCases
    )
    func withdrawn(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let placed = try await world.placed(Placement(kind: .oneOf), Policies(misfire: .fireOnce))
            let plain = try await world.job("plain")
            _ = try await store.stopScheduler(reason: "move", by: Self.by("ada", -5))
            for job in [placed, plain] {
                #expect(try await world.fire(job).isHeld)
                let changed = try await store.updateJob(
                    job.id,
                    definition: job.definition,
                    isEnabled: false,
                    nextFire: nil,
                    hold: nil,
                    expectedVersion: nil,
                    by: Self.by("ada", 60)
                )
                // Hosts account for their own.
                #expect(changed.ended.count == (job.id == placed.id ? 1 : 0))
            }
            let records = try await store.executions(ExecutionQuery()).items
            let record = try #require(records.first)
            #expect(records.count == 1 && record.status == .skipped && record.reason == .misfire)
            #expect(record.nominal == World.start && record.jobID == placed.id)
            #expect(record.detail?.contains("is stopped by ada since") == true, "\(record.detail ?? "")")
            #expect(record.detail?.hasSuffix("the job was disabled before that ended") == true)
            _ = try await store.startScheduler(by: Self.by("bob", 90))
            #expect(try await store.executions(ExecutionQuery()).items.count == 1)
        }
    }

    @Test(
        "So has what a stop held up of a task that the server places and somebody deletes (S4)",
        arguments: StoreKind.allCases
    )
    func deleted(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let job = try await world.placed(Placement(kind: .oneOf), Policies(misfire: .fireOnce))
            _ = try await store.stopScheduler(reason: "move", by: Self.by("ada", -5))
            #expect(try await world.fire(job).isHeld)
            #expect(try await store.deleteJob(job.id, by: Self.by("ada", 60)).ended.count == 1)
            let records = try await store.executions(ExecutionQuery()).items
            let record = try #require(records.first)
            #expect(records.count == 1 && record.status == .skipped && record.reason == .misfire)
            #expect(record.detail?.hasSuffix("the job was deleted before that ended") == true, "\(record.detail ?? "")")
        }
    }

    @Test(
        "An edit in a stop that leaves the schedule alone leaves a held fire to the start",
        arguments: StoreKind.allCases
    )
    func edited(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let job = try await world.placed(Placement(kind: .oneOf), Policies(misfire: .fireOnce))
            let due = try #require(try await store.job(job.id)?.nextFire)
            _ = try await store.stopScheduler(reason: "move", by: Self.by("ada", -5))
            #expect(try await world.fire(job).isHeld)
            var definition = job.definition
            definition.description = "edited"
            let changed = try await store.updateJob(
                job.id,
                definition: definition,
                isEnabled: true,
                nextFire: due.advanced(byMilliseconds: 3_600_000),
                hold: nil,
                expectedVersion: nil,
                by: Self.by("ada", 60)
            )
            #expect(changed.ended.isEmpty && changed.job.nextFire == due)
            #expect(try await store.executions(ExecutionQuery()).items.isEmpty)
        }
    }
}
