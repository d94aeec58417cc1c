// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Synchronization
import Testing

@Suite("Backfills, stored (issue 8)")
struct BackfillTests {
    /// Numbers of reports, by host.
    private final class Sequences: Sendable {
        private let state = Mutex<[AgentID: Int64]>([:])

        func next(of agent: AgentID) -> Int64 {
            self.state.withLock { state in
                state[agent, default: 0] += 1
                return state[agent] ?? 0
            }
        }
    }

    /// A job of every hour, and what a backfill of its last hours needs.
    private struct Past {
        let world: World
        let store: any Store & BackfillStore
        let job: Job
        let sequences = Sequences()

        static let hour: Int64 = 3_600_000

        /// The hour's beginning so many hours ago.
        func time(_ ago: Int64) -> Timestamp { World.start.advanced(byMilliseconds: -ago * Self.hour) }

        func backfill(
            hours: Int64 = 3,
            concurrency: Int = 1,
            perMinute: Int = 600,
            isForced: Bool = false,
            of job: Job? = nil
        ) -> Backfill {
            let job = job ?? self.job
            return Backfill(
                id: BackfillID(uuid: UUID()),
                job: job.id,
                jobUID: job.uid,
                jobName: job.definition.name,
                groups: job.definition.groups,
                range: BackfillRange(from: self.time(hours), until: World.start),
                pace: BackfillPace(concurrency: concurrency, perMinute: perMinute),
                isForced: isForced,
                parameters: ["region": "eu"],
                caller: "ada",
                createdAt: World.start,
                total: Int(hours)
            )
        }

        func begin(_ backfill: Backfill, at now: Timestamp = World.start) async throws -> Backfill {
            try await self.store.createBackfill(backfill, by: Change(by: .user(1, "ada"), at: now))
        }

        func step(
            _ backfill: Backfill,
            on online: [AgentID],
            settled: [AgentID]? = nil,
            at now: Timestamp
        ) async throws -> BackfillStep? {
            let hosts = BackfillHosts(online: Set(online), settled: Set(settled ?? online))
            return try await self.store.stepBackfill(backfill.id, hosts: hosts, at: now)
        }

        /// Applies the next report of a host.
        func tell(_ agent: AgentID, at now: Timestamp = World.start, _ report: (Int64) -> Report) async throws {
            let sequence = self.sequences.next(of: agent)
            try await self.world.apply([report(sequence)], of: agent, at: now)
        }

        /// Ends what a step has started, as its hosts would say.
        func end(_ step: BackfillStep?, _ status: ExecutionStatus = .success) async throws {
            for execution in step?.started?.executions ?? [] where !execution.status.isTerminal {
                try await self.tell(execution.agentID, at: execution.nominal) { sequence in
                    Report(
                        sequence: sequence,
                        executionID: execution.id,
                        runID: execution.runID,
                        jobUID: execution.jobUID,
                        jobID: execution.jobID,
                        jobName: execution.jobName,
                        jobVersion: execution.jobVersion,
                        kind: .backfill,
                        nominal: execution.nominal,
                        status: status,
                        attempt: 1,
                        startedAt: execution.nominal,
                        finishedAt: execution.nominal
                    )
                }
            }
        }

        func change(enabled: Bool, _ edit: (inout JobDefinition) -> Void = { _ in }) async throws {
            var definition = self.job.definition
            edit(&definition)
            _ = try await self.store.updateJob(
                self.job.id,
                definition: definition,
                isEnabled: enabled,
                nextFire: nil,
                hold: nil,
                expectedVersion: nil,
                by: Change(by: .user(1, "ada"), at: World.start)
            )
        }
    }

    private func withPast(
        _ kind: StoreKind,
        policies: Policies = Policies(),
        placement: Placement? = nil,
        _ body: (Past) async throws -> Void
    ) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any Store & BackfillStore)
            var definition = World.definition("report")
            definition.schedule = .cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian)
            definition.policies = policies
            definition.placement = placement
            let job = try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: World.start + 3600,
                by: Change(by: .user(1, "ada"), at: World.start)
            )
            try await body(Past(world: world, store: store, job: job))
        }
    }

    @Test(
        "Each time has one turn, oldest first; its orders name it and lie in the present",
        arguments: StoreKind.allCases
    )
    func turns(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            let backfill = try await past.begin(past.backfill())
            #expect(try await past.store.openBackfills(limit: 9) == [backfill])
            for ago in [3, 2, 1] as [Int64] {
                let now = World.start + (3 - ago)
                let step = try #require(try await past.step(backfill, on: [a], at: now))
                let order = try #require(step.started?.orders[a])
                #expect(order.dataTime == past.time(ago) && order.nominal == now && order.kind == .backfill)
                #expect(order.parameters == ["region": "eu"] && step.goesOn)
                #expect(try await past.world.store.pendingOrders(of: a) == [order], "also when it is sent again")
                #expect(try await past.step(backfill, on: [a], at: now + 1)?.backfill.waiting == .running)
                try await past.end(step)
            }
            let over = try #require(try await past.step(backfill, on: [a], at: World.start + 9)?.backfill)
            #expect(over.state == .done && over.endedAt == World.start + 9 && over.waiting == nil)
            #expect(over.progress.started == 3 && over.progress.looked == 3)
            #expect(try await past.step(backfill, on: [a], at: World.start + 10) == nil)
            #expect(try await past.store.backfill(backfill.id) == over)
            #expect(try await past.store.backfills(of: past.job.id, page: PageRequest()).items == [over])
            #expect(try await past.store.openBackfills(limit: 9).isEmpty)
            let runs = try await past.store.runs(RunQuery(job: past.job.id, type: .backfill)).items
            #expect(runs.map(\.run.dataTime) == [past.time(1), past.time(2), past.time(3)])
            let made = try await past.store.makeUps(of: past.job.id, from: past.time(3), until: past.time(1))
            #expect(made.map(\.nominal) == [World.start, World.start + 1] && made.allSatisfy { $0.status == .success })
            let actions = try await past.store.audit(AuditQuery()).items.map(\.action)
            #expect(actions.contains(.backfillCreate))
        }
    }

    @Test(
        "A host that has started a time is left out, whether by its schedule, by a retry or by another backfill",
        arguments: StoreKind.allCases
    )
    func neverTwice(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let (a, b) = (try await past.world.connectedAgent("a"), try await past.world.connectedAgent("b"))
            try await past.tell(a) { World.report($0, past.job, on: a, at: past.time(3), .failure) }
            try await past.tell(a) {
                World.report($0, past.job, on: a, at: past.time(2), .skipped, reason: .overlap, attempt: 0)
            }
            try await past.tell(b) { World.report($0, past.job, on: b, at: past.time(2), .success) }
            let times = [past.time(3), past.time(2), past.time(1)]
            #expect(try await past.store.alreadyRan(times, of: past.job) == 0)

            let first = try await past.begin(past.backfill(concurrency: 9))
            var started: [[AgentID]] = []
            for index in 0..<3 as Range<Int64> {
                let step = try await past.step(first, on: [a, b], at: World.start + index)
                started.append(step?.started?.executions.map(\.agentID) ?? [])
                try await past.end(step)
            }
            #expect(started == [[b], [a], [a, b]])
            #expect(try await past.store.alreadyRan(times, of: past.job) == 3)
            _ = try await past.store.cancelBackfill(first.id, by: Change(by: .system, at: World.start + 5))

            let second = try await past.begin(past.backfill(concurrency: 9), at: World.start + 6)
            for index in 7..<10 as Range<Int64> {
                #expect(try await past.step(second, on: [a, b], at: World.start + index)?.started == nil)
            }
            let over = try #require(try await past.step(second, on: [a, b], at: World.start + 11)?.backfill)
            #expect(over.state == .done && over.progress.alreadyRan == 3 && over.progress.started == 0)

            let forced = try await past.begin(past.backfill(concurrency: 9, isForced: true), at: World.start + 12)
            let step = try await past.step(forced, on: [a, b], settled: [], at: World.start + 13)
            #expect(step?.started?.executions.map(\.agentID) == [a, b], "unless somebody says so")
        }
    }

    @Test("Of servers that give turns at the same time one starts each of them", arguments: StoreKind.allCases)
    func concurrentSteps(_ kind: StoreKind) async throws {
        let policies = Policies(overlap: .allow, concurrency: 9)
        try await self.withPast(kind, policies: policies) { past in
            let a = try await past.world.connectedAgent("a")
            let backfill = try await past.begin(past.backfill(hours: 3, concurrency: 9))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for offset in 0..<8 as Range<Int64> {
                    group.addTask { _ = try await past.step(backfill, on: [a], at: World.start + offset) }
                }
                try await group.waitForAll()
            }
            let runs = try await past.store.runs(RunQuery(job: past.job.id, type: .backfill)).items
            #expect(Set(runs.map(\.run.dataTime)).count == runs.count && !runs.isEmpty)
        }
    }

    @Test("A job has one open backfill; the refusal names it, and leaves nothing", arguments: StoreKind.allCases)
    func oneOpen(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let first = try await past.begin(past.backfill())
            let message = await expectError(.conflict) { _ = try await past.begin(past.backfill()) }
            #expect(message.contains("\(first.id)"))
            #expect(try await past.store.backfills(of: past.job.id, page: PageRequest()).total == 1)
            let change = Change(by: .user(1, "ada"), at: World.start + 1)
            let cancelled = try await past.store.cancelBackfill(first.id, by: change)
            #expect(cancelled.state == .cancelled && cancelled.endedAt == World.start + 1)
            let later = Change(by: .user(1, "ada"), at: World.start + 2)
            #expect(try await past.store.cancelBackfill(first.id, by: later) == cancelled, "once")
            _ = try await past.begin(past.backfill())
            await expectError(.notFound) {
                _ = try await past.store.cancelBackfill(BackfillID(uuid: UUID()), by: change)
            }
        }
    }

    @Test(
        "It ends with the reason when its job is disabled, loses its times or is deleted",
        arguments: StoreKind.allCases
    )
    func ends(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            func ended() async throws -> Backfill? {
                let backfill = try await past.begin(past.backfill())
                return try await past.step(backfill, on: [a], at: World.start + 1)?.backfill
            }
            try await past.change(enabled: false)
            var over = try await ended()
            #expect(over?.state == .ended && over?.ending == .disabled)
            try await past.change(enabled: true) { $0.schedule = .manual }
            over = try await ended()
            #expect(over?.ending == .unscheduled)
            try await past.change(enabled: true)
            let open = try await past.begin(past.backfill())
            _ = try await past.store.deleteJob(past.job.id, by: Change(by: .user(1, "ada"), at: World.start))
            over = try await past.step(open, on: [a], at: World.start + 1)?.backfill
            #expect(over?.ending == .deleted && over?.progress.started == 0)
            #expect(try await past.store.runs(RunQuery(type: .backfill)).total == 0)
        }
    }

    @Test(
        "It waits while the scheduler is stopped, other runs take the job's places, or hosts have not told all they ran",
        arguments: StoreKind.allCases
    )
    func waits(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            let backfill = try await past.begin(past.backfill())
            let change = Change(by: .user(1, "ada"), at: World.start)
            _ = try await past.store.stopScheduler(reason: nil, by: change)
            #expect(try await past.step(backfill, on: [a], at: World.start)?.backfill.waiting == .stopped)
            _ = try await past.store.startScheduler(by: change)
            #expect(try await past.step(backfill, on: [], at: World.start)?.backfill.waiting == .noHost)
            #expect(try await past.step(backfill, on: [a], settled: [], at: World.start)?.backfill.waiting == .settling)
            try await past.tell(a) { World.report($0, past.job, on: a, .running) }
            #expect(try await past.step(backfill, on: [a], at: World.start)?.backfill.waiting == .overlap)
            #expect(try await past.store.backfill(backfill.id)?.waiting == .overlap, "for whoever asks")
            try await past.tell(a) { World.report($0, past.job, on: a, .success) }
            let step = try await past.step(backfill, on: [a], at: World.start)
            #expect(step?.started?.run.dataTime == past.time(3) && step?.backfill.waiting == nil)
        }
    }

    @Test(
        "What a host misses because it is away is recorded, and a further backfill makes up for it",
        arguments: StoreKind.allCases
    )
    func away(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let (a, b) = (try await past.world.connectedAgent("a"), try await past.world.connectedAgent("b"))
            let first = try await past.begin(past.backfill(hours: 1))
            let step = try await past.step(first, on: [a], at: World.start)
            let skipped = step?.started?.executions.first { $0.agentID == b }
            #expect(skipped?.status == .skipped && skipped?.reason == .agentOffline)
            #expect(step?.started?.orders.keys.sorted() == [a] && step?.backfill.progress.incomplete == 1)
            try await past.end(step)
            #expect(try await past.step(first, on: [a], at: World.start + 1)?.backfill.state == .done)

            let second = try await past.begin(past.backfill(hours: 1))
            let missed = try await past.step(second, on: [a], at: World.start + 2)
            #expect(missed?.backfill.progress.missed == 1 && missed?.started?.orders.isEmpty == true)
            #expect(try await past.step(second, on: [a], at: World.start + 3)?.backfill.state == .done)

            let third = try await past.begin(past.backfill(hours: 1))
            let made = try await past.step(third, on: [a, b], at: World.start + 4)
            #expect(made?.started?.executions.map(\.agentID) == [b])
        }
    }

    @Test("A retry of one of its runs is for the same time", arguments: StoreKind.allCases)
    func retries(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            let backfill = try await past.begin(past.backfill(hours: 1))
            let step = try await past.step(backfill, on: [a], at: World.start)
            try await past.end(step, .failure)
            let run = try #require(step?.started?.run)
            let trigger = Trigger(
                job: past.job.id,
                uid: "again",
                type: .retry,
                source: "api",
                caller: "ada",
                rerunOf: run.id
            )
            let again = try await past.store.start(trigger, by: Change(by: .user(1, "ada"), at: World.start + 1))
            #expect(again.run.dataTime == past.time(1) && again.orders[a]?.dataTime == past.time(1))
        }
    }

    @Test("A skipped time that somebody has retried counts as run", arguments: StoreKind.allCases)
    func retriedByHand(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            try await past.tell(a) {
                World.report($0, past.job, on: a, at: past.time(1), .skipped, reason: .overlap, attempt: 0)
            }
            #expect(try await past.store.alreadyRan([past.time(1)], of: past.job) == 0)
            let trigger = Trigger(
                job: past.job.id,
                uid: "again",
                type: .retry,
                source: "api",
                caller: "ada",
                rerunOf: DeterministicID.run(kind: .cron, job: past.job.uid, nominal: past.time(1))
            )
            _ = try await past.store.start(trigger, by: Change(by: .user(1, "ada"), at: World.start + 1))
            #expect(try await past.store.alreadyRan([past.time(1)], of: past.job) == 1)
        }
    }

    @Test("Its runs start no job that waits for theirs (D7)", arguments: StoreKind.allCases)
    func dependents(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let a = try await past.world.connectedAgent("a")
            let store = try #require(past.store as? any Store & DependencyStore)
            var child = World.definition("child")
            child.dependencies = JobDependencies(edges: [.init(parent: past.job.id)], join: .all)
            _ = try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: child,
                isEnabled: true,
                nextFire: nil,
                by: Change(by: .user(1, "ada"), at: World.start)
            )
            var position = try await store.lastEvent()
            try await store.moveEventPosition(of: "dependents", from: nil, to: position, at: World.start)
            let backfill = try await past.begin(past.backfill(hours: 1))
            let step = try await past.step(backfill, on: [a], at: World.start)
            try await past.end(step)
            var settled: [RunID] = []
            for row in try await store.events(after: position, limit: 500) {
                guard case .runSettled(let run)? = row.event else { continue }
                settled.append(run.id)
                let move = ReaderMove(reader: "dependents", from: position, to: row.sequence)
                #expect(try await store.settle(run, moving: move, at: World.start + 1).isEmpty)
                position = row.sequence
            }
            let run = try #require(step?.started?.run.id)
            #expect(settled == [run])
        }
    }

    @Test("What the server places runs once for each time, on whichever host", arguments: StoreKind.allCases)
    func placed(_ kind: StoreKind) async throws {
        try await self.withPast(kind, placement: Placement(kind: .oneOf)) { past in
            let (a, b) = (try await past.world.connectedAgent("a"), try await past.world.connectedAgent("b"))
            let first = try await past.begin(past.backfill(hours: 1))
            let step = try await past.step(first, on: [a, b], at: World.start)
            #expect(step?.started?.executions.map(\.agentID) == [.unplaced] && step?.started?.orders.isEmpty == true)
            let round = try await past.world.place(on: [b], at: World.start)
            #expect(round.orders[b]?.first?.dataTime == past.time(1))
            _ = try await past.store.cancelBackfill(first.id, by: Change(by: .system, at: World.start))
            let second = try await past.begin(past.backfill(hours: 1))
            #expect(try await past.step(second, on: [a, b], at: World.start + 1)?.backfill.waiting == .overlap)
            #expect(try await past.store.alreadyRan([past.time(1)], of: past.job) == 1)
        }
    }

    @Test("Ended ones are forgotten, open ones stay", arguments: StoreKind.allCases)
    func forgets(_ kind: StoreKind) async throws {
        try await self.withPast(kind) { past in
            let first = try await past.begin(past.backfill())
            _ = try await past.store.cancelBackfill(first.id, by: Change(by: .system, at: World.start + 1))
            let second = try await past.begin(past.backfill())
            _ = try await past.store.forget(.backfills, before: World.start + 1, limit: 9)
            #expect(try await past.store.backfill(first.id) != nil)
            _ = try await past.store.forget(.backfills, before: World.start + 2, limit: 9)
            #expect(try await past.store.backfill(first.id) == nil)
            #expect(try await past.store.backfill(second.id) == second)
        }
    }
}
