// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Fires of hosts that are away")
struct OwedFiresTests {
    /// A job of every second.
    private static func everySecond(_ world: World, groups: [GroupID] = [Group.everyone]) async throws -> Job {
        try await world.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: Self.definition(groups),
            isEnabled: true,
            nextFire: World.start,
            by: "ada",
            at: World.start
        )
    }

    private static func definition(_ groups: [GroupID]) -> JobDefinition {
        JobDefinition(
            name: "each",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "* * * * * *", timeZone: "UTC", dst: .debian),
            groups: groups
        )
    }

    @discardableResult
    private static func fire(
        _ world: World,
        _ job: Job,
        seconds: Range<Int64>,
        online: Set<AgentID> = [],
        recent: Set<AgentID>?
    ) async throws -> [FireOutcome] {
        let fires = seconds.map { World.plan(job, at: World.start + $0, next: World.start + $0 + 1) }
        return try await world.store.fire(
            fires,
            online: online,
            recent: recent,
            at: World.start + seconds.lowerBound
        )
    }

    private static func records(_ world: World) async throws -> [Execution] {
        try await world.store.executions(ExecutionQuery()).items
    }

    @Test("cost one row per job and host, and no record, run or order", arguments: StoreKind.allCases)
    func oneRow(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            let outcomes = try await Self.fire(world, job, seconds: 0..<500, recent: [])
            #expect(outcomes.allSatisfy { if case .owed = $0 { true } else { false } })
            let owed = OwedFires(agent: away, job: job.id, jobUID: job.uid, jobVersion: 1, since: World.start)
            #expect(try await world.store.owedFires(of: job.id) == [owed])
            #expect(try await Self.records(world).isEmpty)
            #expect(try await world.store.runs(RunQuery()).total == 0)
            #expect(try await world.store.openCounts()[.pending] == 0)
        }
    }

    @Test("leave the other hosts of the job as they are", arguments: StoreKind.allCases)
    func others(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let here = try await world.connectedAgent("here")
            let job = try await Self.everySecond(world)
            let outcomes = try await Self.fire(world, job, seconds: 0..<1, online: [here], recent: [here])
            guard case .fired(_, let executions, let orders) = try #require(outcomes.first) else {
                Issue.record("not fired")
                return
            }
            #expect(executions.map(\.agentID) == [here] && Array(orders.keys) == [here])
            #expect(try await world.store.owedFires(of: job.id).map(\.agent) == [away])
        }
    }

    @Test("of a week are closed at the return by what the host says, with less than 1 MB of the write-ahead log")
    func comesBack() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let store = try SQLiteStore.open(path: path)
            let world = World(store: store)
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            // The first minute of the absence has records; the week after it one note.
            try await Self.fire(world, job, seconds: 0..<60, recent: [away])
            try await Self.fire(world, job, seconds: 60..<1000, recent: [])
            try await store.close()
            let again = try SQLiteStore.open(path: path)
            let back = World(store: again)
            let week = World.start + 604_800
            let clock = ContinuousClock()
            let opening = try await clock.measure { _ = try await back.hello(away, at: week) }
            let report = World.report(
                1,
                job,
                on: away,
                at: week + -2,
                .skipped,
                reason: .misfireCoalesced,
                attempt: 0,
                coalesced: CoalescedRange(count: 604_799, from: World.start, through: week + -2)
            )
            let applying = try await clock.measure { try await back.apply([report], of: away, at: week) }
            let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0
            print("return after a week: session \(opening), report \(applying), \(log / 1024) KiB of WAL")
            #expect(log < 1 << 20)
            #expect(try await again.owedFires(of: job.id).isEmpty)
            #expect(try await again.openCounts()[.pending] == 0)
            #expect(try await again.executions(ExecutionQuery()).total == 61)
            try await again.close()
        }
    }

    @Test(
        "are asked about at the return: a restored database may have heard of them before",
        arguments: StoreKind.allCases
    )
    func asked(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            try await Self.fire(world, job, seconds: 0..<10, recent: [])
            let back = try await world.hello(away, lastSequence: 40, base: 40, at: World.start + 99)
            let answer = World.report(41, job, on: away, at: World.start, .success)
            #expect(back.questions == [answer.executionID] && back.acknowledgedSequence == 40)
            try await world.apply([answer], of: away, at: World.start + 99)
            #expect(try await world.store.owing(of: [away]).isEmpty)
            #expect(try await world.execution(answer.executionID).status == .success)
        }
    }

    @Test("are one record when the host is back and says nothing of them", arguments: StoreKind.allCases)
    func silent(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            try await Self.fire(world, job, seconds: 0..<10, recent: [])
            _ = try await world.hello(away, incarnation: "two", at: World.start + 99)
            // What it runs from now on says nothing of what was.
            let next = World.report(1, job, on: away, at: World.start + 100, .success)
            try await world.apply([next], of: away, incarnation: "two", at: World.start + 100)
            #expect(try await world.store.owing(of: [away]) == [away])
            let concluded = try await world.store.concludeOwed(
                .returned(away, since: World.start + 99),
                limit: 10,
                at: World.start + 160
            )
            #expect(!concluded.hasMore)
            let record = try #require(concluded.changed.first)
            #expect(record.status == .skipped && record.reason == .agentOffline && record.isProvisional)
            #expect(record.detail?.hasPrefix("100 fires from") == true, "\(record.detail ?? "")")
            #expect(try await world.store.owing(of: [away]).isEmpty)
        }
    }

    @Test(
        "are one record when the host does not come back in time, and begin anew after it",
        arguments: StoreKind.allCases
    )
    func gaveUp(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            try await Self.fire(world, job, seconds: 0..<10, recent: [])
            let now = World.start + 99
            let early = try await world.store.concludeOwed(.before(World.start, except: []), limit: 9, at: now)
            #expect(early.changed.isEmpty, "it is waited for")
            let there = try await world.store.concludeOwed(.before(World.start + 1, except: [away]), limit: 9, at: now)
            #expect(there.changed.isEmpty, "it is there, and about to say")
            let late = try await world.store.concludeOwed(.before(World.start + 1, except: []), limit: 9, at: now)
            #expect(late.changed.map(\.reason) == [.agentOffline])
            try await Self.fire(world, job, seconds: 10..<12, recent: [])
            #expect(try await world.store.owedFires(of: job.id).map(\.since) == [World.start + 10])
            // It ran that fire on its own after all.
            _ = try await world.hello(away, at: World.start + 200)
            let report = World.report(1, job, on: away, at: World.start, .success)
            try await world.apply([report], of: away, at: World.start + 200)
            #expect(try await world.execution(report.executionID).status == .success)
            #expect(try await world.statistics().counts == [.success: 1])
        }
    }

    @Test("end where the job was disabled or taken from the host, or outlive it", arguments: StoreKind.allCases)
    func changes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let away = try await world.connectedAgent("away", groups: [group.id])
            let job = try await Self.everySecond(world, groups: [group.id])
            func until() async throws -> [Timestamp?] { try await world.store.owedFires(of: job.id).map(\.until) }
            try await Self.fire(world, job, seconds: 0..<1, recent: [])
            #expect(try await until() == [nil])
            try await world.store.removeAgents([away], from: group.id, at: World.start + 20)
            #expect(try await until() == [World.start + 20])
            try await world.store.addAgents([away], to: group.id, at: World.start + 30)
            try await Self.fire(world, job, seconds: 1..<2, recent: [])
            #expect(try await until() == [nil], "they go on")
            let disabled = try await world.store.updateJob(
                job.id,
                definition: job.definition,
                isEnabled: false,
                nextFire: nil,
                expectedVersion: nil,
                at: World.start + 40
            )
            #expect(try await until() == [World.start + 40])
            _ = try await world.store.deleteJob(disabled.id, at: World.start + 50)
            let done = try await world.store.concludeOwed(
                .returned(away, since: World.start + 60),
                limit: 9,
                at: World.start + 120
            )
            #expect(done.changed.map(\.jobName) == ["each"], "named as it was")
            #expect(done.changed.first?.detail?.hasPrefix("Fires from") == true, "two absences can't be counted")
        }
    }

    @Test("are closed with the host that is deleted", arguments: StoreKind.allCases)
    func hostDeleted(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let away = try await world.connectedAgent("away")
            let job = try await Self.everySecond(world)
            try await Self.fire(world, job, seconds: 0..<3, recent: [])
            let ended = try await world.store.deleteAgent(away, by: .system(at: World.start + 9))
            #expect(ended.map(\.reason) == [.agentOffline])
            #expect(try await world.store.owedFires(of: job.id).isEmpty)
        }
    }
}
