// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Jobs that wait for others, stored")
struct DependencyTests {
    /// A world with a reader of settled runs.
    private struct Flow {
        let world: World
        let store: any Store & DependencyStore
        private(set) var position: Int64

        init(_ world: World) async throws {
            self.world = world
            self.store = try #require(world.store as? any Store & DependencyStore)
            self.position = try await self.store.lastEvent()
            try await self.store.moveEventPosition(of: "dependents", from: nil, to: self.position, at: World.start)
        }

        func job(
            _ name: String,
            after parents: [JobID] = [],
            join: DependencyJoin = .all,
            groups: [GroupID] = [Group.everyone],
            by actor: Actor = .user(1, "ada"),
            isEnabled: Bool = true
        ) async throws -> Job {
            var definition = World.definition(name, groups: groups)
            if !parents.isEmpty {
                definition.dependencies = JobDependencies(edges: parents.map { .init(parent: $0) }, join: join)
            }
            return try await self.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: isEnabled,
                nextFire: World.start,
                by: Change(by: actor, at: World.start)
            )
        }

        func change(
            _ job: Job,
            enabled: Bool? = nil,
            _ edit: (inout JobDefinition) -> Void = { _ in }
        ) async throws -> Job {
            var definition = job.definition
            edit(&definition)
            return try await self.store.updateJob(
                job.id,
                definition: definition,
                isEnabled: enabled ?? job.isEnabled,
                nextFire: job.nextFire,
                expectedVersion: nil,
                by: Change(by: .user(1, "ada"), at: World.start)
            ).job
        }

        func settled() async throws -> [(sequence: Int64, run: SettledRun)] {
            try await self.store.events(after: self.position, limit: 500).compactMap { row in
                if case .runSettled(let run)? = row.event { (row.sequence, run) } else { nil }
            }
        }

        /// Lets dependents decide about all that has settled.
        mutating func decide(at now: Timestamp = World.start + 1) async throws -> [StartedRun] {
            var started: [StartedRun] = []
            for (sequence, run) in try await self.settled() {
                let move = ReaderMove(reader: "dependents", from: self.position, to: sequence)
                started += try await self.store.settle(run, moving: move, at: now)
                self.position = sequence
            }
            return started
        }
    }

    private func withFlow(_ kind: StoreKind, _ body: (inout Flow) async throws -> Void) async throws {
        try await kind.withWorld { world in
            _ = try await world.store.createUser(
                username: "ada",
                passwordHash: "",
                grants: [Grant(role: .admin, scope: .all)],
                mustChangePassword: false,
                by: .system(at: World.start)
            )
            var flow = try await Flow(world)
            try await body(&flow)
        }
    }

    @Test(
        "A run is settled when the last host has reported its end, once, and in the report's transaction (D1)",
        arguments: StoreKind.allCases
    )
    func settles(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let (a, b) = (try await flow.world.connectedAgent("a"), try await flow.world.connectedAgent("b"))
            let parent = try await flow.job("parent")
            let other = try await flow.job("other")
            _ = try await flow.job("child", after: [parent.id])
            _ = try await flow.world.fire(parent)
            _ = try await flow.world.fire(other)
            try await flow.world.apply([World.report(1, parent, on: a, .success)], of: a)
            #expect(try await flow.settled().isEmpty)
            try await flow.world.apply(
                [World.report(1, parent, on: b, .running), World.report(2, parent, on: b, .failure, ran: 900)],
                of: b
            )
            let settled = try await flow.settled()
            #expect(settled.map(\.run.tally) == [RunTally(counts: [.success: 1, .failure: 1])])
            #expect(settled.first?.run.endedAt == World.start.advanced(byMilliseconds: 900))
            // Nobody waits for the other one.
            try await flow.world.apply([World.report(2, other, on: a, .success)], of: a)
            try await flow.world.apply([World.report(3, other, on: b, .success)], of: b)
            #expect(try await flow.settled().count == 1)
        }
    }

    @Test(
        "A lost execution settles nothing while its host may come back and say how it ended",
        arguments: StoreKind.allCases
    )
    func lost(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let parent = try await flow.job("parent")
            _ = try await flow.job("child", after: [parent.id])
            let fired = try await flow.world.fired(parent, on: a)
            try await flow.world.apply([World.report(1, parent, on: a, .running)], of: a)
            let lost = Inference(.failure, .lost, "away")
            _ = try await flow.store.infer(lost, for: [fired.id], in: .running, at: World.start + 9)
            #expect(try await flow.settled().isEmpty)
            try await flow.world.apply([World.report(2, parent, on: a, .success)], of: a, at: World.start + 20)
            #expect(try await flow.settled().map(\.run.tally) == [RunTally(counts: [.success: 1])])
        }
    }

    @Test(
        "What was lost on a host that is deleted stays lost, and the run is settled with that",
        arguments: StoreKind.allCases
    )
    func gone(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let parent = try await flow.job("parent")
            _ = try await flow.job("child", after: [parent.id])
            let fired = try await flow.world.fired(parent, on: a)
            try await flow.world.apply([World.report(1, parent, on: a, .running)], of: a)
            let lost = Inference(.failure, .lost, "away")
            _ = try await flow.store.infer(lost, for: [fired.id], in: .running, at: World.start + 9)
            _ = try await flow.store.deleteAgent(a, by: .system(at: World.start + 10))
            #expect(try await flow.settled().map(\.run.tally) == [RunTally(counts: [.failure: 1])])
        }
    }

    @Test("A fire that reaches no host is settled as skipped (D13)", arguments: StoreKind.allCases)
    func nobody(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let parent = try await flow.job("parent")
            _ = try await flow.job("child", after: [parent.id])
            _ = try await flow.world.fire(parent)
            #expect(try await flow.settled().map(\.run.tally) == [RunTally(counts: [:])])
            #expect(try await flow.decide().isEmpty)
        }
    }

    @Test(
        "Both parents settled at the same instant start one run, with orders for the child's hosts",
        arguments: StoreKind.allCases
    )
    func fanIn(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let (one, two) = (try await flow.job("one"), try await flow.job("two"))
            let child = try await flow.job("child", after: [one.id, two.id])
            for job in [one, two] { _ = try await flow.world.fire(job) }
            try await flow.world.apply(
                [World.report(1, one, on: a, .success), World.report(2, two, on: a, .success)],
                of: a
            )
            let started = try await flow.decide()
            #expect(started.count == 1)
            let run = try #require(started.first)
            #expect(run.run.type == .dependency && run.run.source == "dep:one, two" && run.run.caller == "ada")
            #expect(run.run.jobID == child.id && run.orders.keys.sorted() == [a])
            let stored = try #require(try await flow.store.run(run.run.id))
            #expect(stored.run == run.run && stored.tally.counts == [.pending: 1])
            #expect(try await flow.store.pendingOrders(of: a).contains { $0.runID == run.run.id })
            let book = try #require(try await flow.store.dependencies(of: child.id))
            #expect(book.marks.map(\.started) == [run.run.id, run.run.id])
            #expect(book.edges.allSatisfy { $0.news == .waiting && $0.consumed != nil })
        }
    }

    @Test("A diamond of tasks ends in one run, whichever side is the later (D1, D3)", arguments: StoreKind.allCases)
    func diamond(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let top = try await flow.job("top")
            let (left, right) = (
                try await flow.job("left", after: [top.id]), try await flow.job("right", after: [top.id])
            )
            let bottom = try await flow.job("bottom", after: [left.id, right.id])
            _ = try await flow.world.fire(top)
            try await flow.world.apply([World.report(1, top, on: a, .success)], of: a)
            let sides = try await flow.decide()
            #expect(sides.map(\.run.jobID).sorted() == [left.id, right.id])
            for (number, side) in sides.reversed().enumerated() {
                let execution = try #require(side.executions.first)
                let report = try flow.world.report(execution, of: a, .success, sequence: Int64(number) + 2)
                try await flow.world.apply([report], of: a)
                #expect(try await flow.decide().map(\.run.jobID) == (number == 0 ? [] : [bottom.id]))
            }
            #expect(try await flow.store.runs(RunQuery(job: bottom.id)).total == 1)
        }
    }

    @Test("32 tasks in a row each start once, the last one too (D1, D11)", arguments: StoreKind.allCases)
    func chain(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            var jobs = [try await flow.job("job 1")]
            for number in 2...32 { jobs.append(try await flow.job("job \(number)", after: [jobs[number - 2].id])) }
            let current = flow
            await expectError(.invalid) { _ = try await current.job("job 33", after: [jobs[31].id]) }
            _ = try await flow.world.fire(jobs[0])
            try await flow.world.apply([World.report(1, jobs[0], on: a, .success)], of: a)
            for number in 1..<32 {
                let started = try await flow.decide(at: World.start + Int64(number))
                #expect(started.map(\.run.jobID) == [jobs[number].id])
                let execution = try #require(started.first?.executions.first)
                let report = try flow.world.report(execution, of: a, .success, sequence: Int64(number) + 1)
                try await flow.world.apply([report], of: a)
            }
            #expect(try await flow.decide(at: World.start + 40).isEmpty)
            for job in jobs { #expect(try await flow.store.runs(RunQuery(job: job.id)).total == 1) }
        }
    }

    @Test(
        "A child that is deleted between its parent's end and the decision starts nothing",
        arguments: StoreKind.allCases
    )
    func deletedMeanwhile(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let parent = try await flow.job("parent")
            let gone = try await flow.job("gone", after: [parent.id])
            let stays = try await flow.job("stays", after: [parent.id])
            _ = try await flow.world.fire(parent)
            try await flow.world.apply([World.report(1, parent, on: a, .success)], of: a)
            _ = try await flow.store.deleteJob(gone.id, by: .system(at: World.start))
            #expect(try await flow.decide().map(\.run.jobID) == [stays.id])
            #expect(try await flow.decide().isEmpty)
        }
    }

    @Test(
        "A reader that stands elsewhere changes nothing: what was decided before a crash is decided once",
        arguments: StoreKind.allCases
    )
    func positions(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let parent = try await flow.job("parent")
            let child = try await flow.job("child", after: [parent.id], join: .any)
            _ = try await flow.world.fire(parent)
            try await flow.world.apply([World.report(1, parent, on: a, .success)], of: a)
            let (sequence, run) = try #require(try await flow.settled().first)
            let move = ReaderMove(reader: "dependents", from: flow.position, to: sequence)
            let first = try await flow.store.settle(run, moving: move, at: World.start + 1)
            #expect(first.count == 1)
            let store = flow.store
            await expectError(.conflict) { _ = try await store.settle(run, moving: move, at: World.start + 2) }
            // A reader that lost its position: the chain has started the job already.
            let again = ReaderMove(reader: "dependents", from: sequence, to: sequence)
            #expect(try await store.settle(run, moving: again, at: World.start + 3).isEmpty)
            #expect(try await store.runs(RunQuery(job: child.id)).total == 1)
        }
    }

    @Test(
        "A failed parent starts its child when retries have mended every host of it (D2)",
        arguments: StoreKind.allCases
    )
    func retries(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let (a, b) = (try await flow.world.connectedAgent("a"), try await flow.world.connectedAgent("b"))
            let parent = try await flow.job("parent")
            _ = try await flow.job("child", after: [parent.id])
            let failed = [try await flow.world.fired(parent, on: a)]
            try await flow.world.apply([World.report(1, parent, on: a, .failure)], of: a)
            try await flow.world.apply([World.report(1, parent, on: b, .failure)], of: b)
            #expect(try await flow.decide().isEmpty)
            var sequence: Int64 = 1
            for (agent, id) in [
                (a, failed[0].id),
                (b, DeterministicID.execution(kind: .cron, job: parent.uid, nominal: World.start, agent: b)),
            ] {
                sequence += 1
                let trigger = Trigger(
                    job: parent.id,
                    uid: "again-\(agent)",
                    type: .retry,
                    source: "api",
                    caller: "ada",
                    targets: [agent],
                    retryOf: id
                )
                let retry = try await flow.store.start(trigger, by: .system(at: World.start + 5 * sequence))
                let execution = try #require(retry.executions.first)
                let report = Report(
                    sequence: 2,
                    executionID: execution.id,
                    runID: execution.runID,
                    jobUID: parent.uid,
                    jobID: parent.id,
                    jobName: parent.definition.name,
                    jobVersion: parent.version,
                    kind: .rerun,
                    nominal: execution.nominal,
                    status: .success,
                    attempt: 1,
                    startedAt: execution.nominal,
                    finishedAt: execution.nominal
                )
                try await flow.world.apply([report], of: agent, at: World.start + 5 * sequence)
                #expect(try await flow.decide(at: World.start + 60).count == (agent == b ? 1 : 0))
            }
        }
    }

    @Test("Crossing edits can't both pass: the second is refused with the path (D11)", arguments: StoreKind.allCases)
    func cycles(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let one = try await flow.job("one")
            let two = try await flow.job("two", after: [one.id])
            let before = flow
            let message = await expectError(.invalid) {
                _ = try await before.change(one) { $0.dependencies = JobDependencies(edges: [.init(parent: two.id)]) }
            }
            #expect(message.contains("\(one.id) → \(two.id) → \(one.id)"))
            await expectError(.invalid) { _ = try await before.job("three", after: [4711]) }
            #expect(try await flow.store.dependencyGraph() == [two.id: [one.id]])
            #expect(try await flow.store.job(one.id)?.version == 1)
        }
    }

    @Test(
        "Kept edges keep what they know, new ones begin empty, and removed ones drop it (D10)",
        arguments: StoreKind.allCases
    )
    func edits(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let (one, two) = (try await flow.job("one"), try await flow.job("two"))
            let child = try await flow.job("child", after: [one.id, two.id])
            _ = try await flow.world.fire(one)
            try await flow.world.apply([World.report(1, one, on: a, .success)], of: a)
            _ = try await flow.decide()
            let three = try await flow.job("three")
            let changed = try await flow.change(child) {
                $0.dependencies = JobDependencies(edges: [.init(parent: one.id), .init(parent: three.id)])
            }
            let book = try #require(try await flow.store.dependencies(of: child.id))
            #expect(book.edges.map(\.parent) == [one.id, three.id])
            #expect(book.edges.map(\.news) == [.met, .waiting])
            // Saving starts nothing; somebody may.
            let alone = try await flow.change(changed) {
                $0.dependencies = JobDependencies(edges: [.init(parent: one.id)])
            }
            #expect(try await flow.store.runs(RunQuery(job: child.id)).total == 0)
            let started = try await flow.store.startDependent(
                alone.id,
                by: Change(by: .user(1, "ada"), at: World.start + 9)
            )
            #expect(started.executions.count == 1 && started.run.type == .dependency)
            let store = flow.store
            await expectError(.conflict) {
                _ = try await store.startDependent(alone.id, by: .system(at: World.start + 10))
            }
            _ = try await flow.change(alone) { $0.dependencies = nil }
            #expect(try await flow.store.dependencies(of: child.id) == nil)
        }
    }

    @Test(
        "A child that is switched off forgets what counted, and nothing starts when it is on again (D8)",
        arguments: StoreKind.allCases
    )
    func disabling(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let a = try await flow.world.connectedAgent("a")
            let (one, two) = (try await flow.job("one"), try await flow.job("two"))
            let child = try await flow.job("child", after: [one.id, two.id])
            for job in [one, two] { _ = try await flow.world.fire(job) }
            try await flow.world.apply([World.report(1, one, on: a, .success)], of: a)
            _ = try await flow.decide()
            let off = try await flow.change(child, enabled: false)
            #expect(try await flow.store.dependencies(of: child.id)?.marks.map(\.state) == [.disabled])
            try await flow.world.apply([World.report(2, two, on: a, .success)], of: a)
            #expect(try await flow.decide().isEmpty)
            _ = try await flow.change(off, enabled: true)
            #expect(try await flow.store.dependencies(of: child.id)?.marks.map(\.state) == [.disabled, .disabled])
            #expect(try await flow.store.runs(RunQuery(job: child.id)).total == 0)
        }
    }

    @Test(
        "A child whose owner lost the right to its groups is recorded as denied on each host (D12)",
        arguments: StoreKind.allCases
    )
    func owners(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let group = try await flow.store.createGroup(
                name: "web",
                description: "",
                tags: [],
                by: .system(at: World.start)
            )
            let a = try await flow.world.connectedAgent("a", groups: [group.id])
            let eve = try await flow.store.createUser(
                username: "eve",
                passwordHash: "",
                grants: [Grant(role: .developer, scope: .groups([group.id]))],
                mustChangePassword: false,
                by: .system(at: World.start)
            )
            let parent = try await flow.job("parent", groups: [group.id])
            let child = try await flow.job("child", after: [parent.id], groups: [group.id], by: .user(eve.id, "eve"))
            for (second, isAllowed) in [(Int64(0), true), (1, false)] {
                if !isAllowed {
                    try await flow.store.removeGrant(eve.grants[0].id, from: eve.id, by: .system(at: World.start))
                }
                let nominal = World.start + second
                _ = try await flow.world.fire(parent, at: nominal)
                try await flow.world.apply(
                    [World.report(second + 1, parent, on: a, at: nominal, .success)],
                    of: a,
                    at: nominal + 1
                )
                let started = try #require(try await flow.decide(at: nominal + 1).first)
                #expect(started.run.jobID == child.id)
                #expect(started.executions.map(\.status) == [isAllowed ? .pending : .skipped])
                #expect(started.executions.map(\.reason) == [isAllowed ? nil : .policyDenied])
                #expect(started.orders.isEmpty == !isAllowed)
            }
        }
    }

    @Test(
        "A parent with dependents stays, unless they lose their interest in it; a child takes its marks with it",
        arguments: StoreKind.allCases
    )
    func deleting(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let (one, two) = (try await flow.job("one"), try await flow.job("two"))
            let child = try await flow.job("child", after: [one.id, two.id])
            let store = flow.store
            await expectError(.inUse) { _ = try await store.deleteJob(one.id, by: .system(at: World.start)) }
            let detached = try await store.deleteDetached(one.id, by: .system(at: World.start))
            #expect(detached.deleted.job.id == one.id && detached.dependents.map(\.id) == [child.id])
            #expect(try await store.job(child.id)?.definition.dependencies?.edges.map(\.parent) == [two.id])
            #expect(try await store.job(child.id)?.version == 2)
            #expect(try await store.dependencies(of: child.id)?.owner == 1)
            _ = try await store.deleteJob(child.id, by: .system(at: World.start))
            #expect(try await store.dependencyGraph().isEmpty)
            _ = try await store.deleteJob(two.id, by: .system(at: World.start))
        }
    }

    @Test(
        "Deadlines that passed while the server was away are decided once, with the newest (D9)",
        arguments: StoreKind.allCases
    )
    func deadlines(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            _ = try await flow.world.connectedAgent("a")
            let parent = try await flow.job("parent")
            let child = try await flow.job("child", after: [parent.id])
            _ = try await flow.change(child) {
                $0.dependencies?.deadline = DependencyDeadline(due: .daily(hour: 12, minute: 0, timeZone: "UTC"))
            }
            let due = World.start + 7200
            #expect(try await flow.store.dueDeadlines(at: due + -1, limit: 9).isEmpty)
            let later = due + 3 * 86_400 + 60
            #expect(try await flow.store.dueDeadlines(at: later, limit: 9).map(\.due) == [due])
            let run = try #require(try await flow.store.expireDeadline(of: child.id, due: due, at: later))
            #expect(run.run.nominal == due + 3 * 86_400 && run.run.source == "dep:deadline")
            #expect(run.executions.map(\.status) == [.skipped] && run.executions.map(\.reason) == [.deadline])
            #expect(try await flow.store.expireDeadline(of: child.id, due: due, at: later) == nil)
            #expect(try await flow.store.dependencies(of: child.id)?.due == due + 4 * 86_400)
        }
    }

    @Test("What became of the ends of parents is kept for people up to a bound", arguments: StoreKind.allCases)
    func bound(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let parent = try await flow.job("parent")
            let child = try await flow.job("child", after: [parent.id])
            let count = JobDependencies.historyLimit + 20
            for second in 0..<count {
                let run = SettledRun(
                    id: DeterministicID.run(kind: .cron, job: parent.uid, nominal: World.start + Int64(second)),
                    job: parent.id,
                    nominal: World.start + Int64(second),
                    endedAt: World.start + Int64(second),
                    settledAt: World.start + Int64(second),
                    tally: RunTally(counts: [.failure: 1])
                )
                let move = ReaderMove(reader: "dependents", from: flow.position, to: flow.position)
                _ = try await flow.store.settle(run, moving: move, at: World.start + Int64(second))
            }
            let marks = try await flow.store.dependencies(of: child.id)?.marks
            #expect(marks?.count == 50 && marks?.first?.madeAt == World.start + Int64(count - 1))
        }
    }
}
