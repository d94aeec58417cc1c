// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Jobs that go on and off by themselves, stored")
struct StandingTests {
    private func withStore(_ body: (World, any Store & StandingStore) async throws -> Void) async throws {
        try await StoreKind.sqlite.withWorld { world in
            let store = try #require(world.store as? any Store & StandingStore)
            try await store.moveEventPosition(of: "standing", from: nil, to: 0, at: World.start)
            try await body(world, store)
        }
    }

    private func job(
        _ store: any Store,
        _ schedule: ScheduleSpec = .once(World.start),
        standing: StandingPolicies? = nil,
        name: String = "job"
    ) async throws -> Job {
        var definition = World.definition(name)
        definition.schedule = schedule
        definition.standing = standing
        return try await store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: definition,
            isEnabled: true,
            nextFire: World.start,
            by: "ada",
            at: World.start
        )
    }

    private func fire(_ world: World, _ job: Job, recent: Set<AgentID>? = nil) async throws {
        let plan = World.plan(job, next: nil)
        _ = try await world.store.fire([plan], online: [], recent: recent, at: World.start)
    }

    private func change(_ store: any Store, _ job: Job, enabled: Bool, hold: JobHold? = nil) async throws -> ChangedJob
    {
        try await store.updateJob(
            job.id,
            definition: job.definition,
            isEnabled: enabled,
            nextFire: nil,
            hold: hold,
            expectedVersion: nil,
            by: Change(by: .user(1, "ada"), at: World.start)
        )
    }

    @Test("A job that runs once is finished after the end of its last execution, which the audit says")
    func finishes() async throws {
        try await self.withStore { world, store in
            let (a, b) = (try await world.connectedAgent("a"), try await world.connectedAgent("b"))
            let job = try await self.job(store)
            #expect(try await store.dueReviews(at: World.start + 4, limit: 9).isEmpty, "not while it fires")
            #expect(try await store.dueReviews(at: World.start + 5, limit: 9) == [job.id])
            try await self.fire(world, job)
            #expect(try await store.review(job.id, at: World.start + 5) == nil)
            #expect(try await store.dueReviews(at: World.start + 5, limit: 9).isEmpty, "later again")
            try await world.apply([World.report(1, job, on: a, .success)], of: a)
            try await world.apply([World.report(1, job, on: b, .running)], of: b)
            #expect(try await store.review(job.id, at: World.start + 7) == nil)
            try await world.apply([World.report(2, job, on: b, .failure)], of: b)
            let finished = try #require(try await store.review(job.id, at: World.start + 9)?.job)
            #expect(!finished.isEnabled && finished.hold == .finished(since: World.start + 9))
            #expect(try await store.job(job.id) == finished && finished.version == 2)
            #expect(try await store.dueReviews(at: .distantFuture, limit: 9).isEmpty)
            let audit = try await store.audit(AuditQuery()).items
            #expect(audit.first?.action == .jobDisable && audit.first?.change.actor.name == "system")
        }
    }

    @Test("Jobs that are looked at together are each decided by themselves")
    func reviewsMany() async throws {
        try await self.withStore { world, store in
            let a = try await world.connectedAgent("a")
            var jobs: [Job] = []
            for name in ["ended", "open", "later"] {
                let start = name == "later" ? World.start + 600 : World.start
                jobs.append(try await self.job(store, .once(start), name: name))
            }
            for job in jobs.prefix(2) { try await self.fire(world, job) }
            try await world.apply([World.report(1, jobs[0], on: a, .success)], of: a)
            let gone = JobID(4711)
            let changed = try await store.review([gone, jobs[2].id, jobs[1].id, jobs[0].id], at: World.start + 5)
            #expect(changed.map(\.job.id) == [jobs[0].id] && changed[0].job.hold == .finished(since: World.start + 5))
            #expect(try await store.dueReviews(at: World.start + 5, limit: 9).isEmpty)
            #expect(try await store.dueReviews(at: World.start + 605, limit: 9) == [jobs[1].id, jobs[2].id])
        }
    }

    @Test("An execution that is open keeps a job open, however many of later times have ended")
    func findsOldOpen() async throws {
        try await self.withStore { world, store in
            let a = try await world.connectedAgent("a")
            let job = try await self.job(store)
            try await self.fire(world, job)
            try await world.apply([World.report(1, job, on: a, .running)], of: a)
            let later = (Int64(1)...60).map { World.report($0 + 1, job, on: a, at: World.start + $0, .success) }
            try await world.apply(later, of: a, at: World.start + 61)
            #expect(try await store.review([job.id], at: World.start + 99_000).isEmpty)
            try await world.apply([World.report(62, job, on: a, .success)], of: a, at: World.start + 99_001)
            #expect(try await store.review([job.id], at: World.start + 200_000).first?.job.hold?.kind == .finished)
        }
    }

    @Test("A host that is away keeps it open until it has accounted for the fire")
    func waitsForAway() async throws {
        try await self.withStore { world, store in
            let away = try await world.agent("away")
            let job = try await self.job(store)
            try await self.fire(world, job, recent: [])
            #expect(try await store.owedFires(of: job.id).count == 1)
            #expect(try await store.review(job.id, at: World.start + 86_400) == nil)
            _ = try await world.hello(away, at: World.start + 90_000)
            try await world.apply([World.report(1, job, on: away, .success)], of: away, at: World.start + 90_000)
            #expect(try await store.review(job.id, at: World.start + 90_001)?.job.hold?.kind == .finished)
        }
    }

    @Test("A pause ends at its time, as a version of its own, and survives until then")
    func resumes() async throws {
        try await self.withStore { world, store in
            let job = try await self.job(store, .every(periodMilliseconds: 60_000, anchor: World.start))
            let hold = JobHold.paused(until: World.start + 600, reason: "stocktaking", since: World.start)
            let paused = try await self.change(store, job, enabled: false, hold: hold).job
            #expect(try await store.job(job.id)?.hold == hold)
            #expect(try await store.dueReviews(at: World.start + 599, limit: 9).isEmpty)
            #expect(try await store.dueReviews(at: World.start + 600, limit: 9) == [job.id])
            let resumed = try #require(try await store.review(job.id, at: World.start + 630)?.job)
            #expect(resumed.isEnabled && resumed.hold == nil && resumed.version == paused.version + 1)
            #expect(resumed.nextFire == World.start + 660)
        }
    }

    @Test(
        "So many failed runs in a row pause the job with the last of them, once; enabling it counts from the beginning"
    )
    func failures() async throws {
        try await self.withStore { world, store in
            let a = try await world.connectedAgent("a")
            var job = try await self.job(store, .manual, standing: StandingPolicies(pauseAfterFailures: 2))
            var position: Int64 = 0
            var paused: [Job] = []
            func count() async throws {
                for row in try await store.events(after: position, limit: 500) {
                    guard case .runSettled(let run)? = row.event else { continue }
                    let move = ReaderMove(reader: "standing", from: position, to: row.sequence)
                    paused += try await store.count(run, moving: move, at: World.start + 99).map { [$0.job] } ?? []
                    position = row.sequence
                }
            }
            func end(_ second: Int64, _ status: ExecutionStatus) async throws {
                let report = World.report(second + 1, job, on: a, at: World.start + second, status)
                try await world.apply([report], of: a, at: World.start + second + 1)
                try await count()
            }
            for (second, status) in [(0, .failure), (1, .success), (2, .timeout), (3, .skipped)]
                as [(Int64, ExecutionStatus)]
            {
                try await end(second, status)
            }
            #expect(paused.isEmpty)
            try await end(4, .failure)
            let last = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start + 4, agent: a)
            #expect(paused.map(\.hold) == [.failures(2, last: last, since: World.start + 99)])
            #expect(try await store.job(job.id)?.isEnabled == false)
            try await end(5, .failure)
            #expect(paused.count == 1, "it is paused already")
            job = try await self.change(store, job, enabled: true).job
            try await end(6, .failure)
            #expect(paused.count == 1 && job.hold == nil)
            try await end(7, .failure)
            #expect(paused.count == 2)
        }
    }

    @Test("An edit is refused while the job runs, if it wants that, and names what runs; switching off is none (C-08)")
    func refusesEdits() async throws {
        try await self.withStore { world, store in
            let a = try await world.connectedAgent("a")
            let job = try await self.job(store, .manual, standing: StandingPolicies(onEdit: .refuse))
            try await world.apply([World.report(1, job, on: a, .running)], of: a)
            var edited = job
            edited.definition.description = "other"
            edited.definition.standing = nil
            let message = await expectError(.conflict) {
                _ = try await self.change(store, edited, enabled: true)
            }
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start, agent: a)
            #expect(message.contains("\(id)") && message.contains("on host a"))
            #expect(try await self.change(store, job, enabled: false).stopped.isEmpty)
            try await world.apply([World.report(2, job, on: a, .success)], of: a)
            #expect(try await self.change(store, edited, enabled: true).job.definition.description == "other")
        }
    }

    @Test("Disabling a job stops what runs, if it wants that: in the same transaction, with rows in the audit")
    func stopsRunning() async throws {
        try await self.withStore { world, store in
            let a = try await world.connectedAgent("a")
            let job = try await self.job(store, .manual, standing: StandingPolicies(onDisable: .stop))
            try await world.apply([World.report(1, job, on: a, .running)], of: a)
            let changed = try await self.change(store, job, enabled: false)
            #expect(changed.stopped.map(\.cancelRequested) == [true])
            #expect(try await store.pendingCancels(of: a).count == 1)
            let actions = try await store.audit(AuditQuery()).items.prefix(2).map(\.action)
            #expect(Set(actions) == [.executionCancel, .jobDisable])
            #expect(try await self.change(store, job, enabled: false).stopped.isEmpty, "it was off")
        }
    }
}
