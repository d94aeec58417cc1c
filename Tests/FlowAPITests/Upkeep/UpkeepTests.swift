// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import Logging
import Synchronization
import Testing

/// A server's upkeep over a real store, under a clock that is set by hand.
private final class UpkeepWorld: Sendable {
    static let start = Timestamp(milliseconds: 1_795_255_200_000)
    static let agent = AgentID("agt_1")!

    let store: SQLiteStore
    let gateway = RecordingGateway()
    let clock = ManualClock(UpkeepWorld.start)
    let bus = EventBus()
    let upkeep: Upkeep
    private let directory: String

    init(rules: [GrowthRule]? = nil, retentionDays: Int = 7) async throws {
        self.directory = NSTemporaryDirectory() + "qf-upkeep-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        self.store = try SQLiteStore.open(path: self.directory + "/flow.db")
        self.upkeep = Upkeep(
            store: self.store,
            gateway: self.gateway,
            bus: self.bus,
            clock: self.clock,
            retentionDays: retentionDays,
            logger: Logger(label: "upkeep"),
            rules: rules,
            pause: { _ in }
        )
        try await self.store.createJoinToken(
            JoinToken(id: "t", secretHash: [1], groups: [], expiresAt: .distantFuture, createdAt: Self.start)
        )
        try await self.store.enrol(
            token: "t",
            agent: Agent(id: Self.agent, name: "host", createdAt: Self.start),
            at: Self.start
        )
        let hello = Hello(
            agent: Self.agent,
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1",
            hostname: "host",
            operatingSystem: "Linux",
            sentAt: 0
        )
        _ = try await self.store.openSession(hello, address: "192.0.2.1", at: Self.start)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.directory) }

    func job(timeout: Int = 60) async throws -> Job {
        try await self.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: JobDefinition(
                name: "job",
                description: "",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .manual,
                policies: Policies(timeoutSeconds: timeout),
                groups: [Group.everyone]
            ),
            isEnabled: true,
            nextFire: Self.start,
            by: "ada",
            at: Self.start
        )
    }

    func fire(_ job: Job, at nominals: [Timestamp], next: Timestamp) async throws {
        let fires = zip(nominals, nominals.dropFirst() + [next]).map {
            PlannedFire(job: job.uid, jobID: job.id, version: job.version, nominal: $0, next: $1)
        }
        _ = try await self.store.fire(fires, online: [], at: nominals[0])
    }

    func report(_ job: Job, _ sequence: Int64, at nominal: Timestamp, _ status: ExecutionStatus) -> Report {
        Report(
            sequence: sequence,
            executionID: self.id(job, at: nominal),
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal),
            jobUID: job.uid,
            jobID: job.id,
            jobName: "job",
            jobVersion: job.version,
            kind: .cron,
            nominal: nominal,
            status: status,
            attempt: 1,
            startedAt: nominal,
            finishedAt: status.isTerminal ? nominal.advanced(byMilliseconds: 100) : nil,
            exitCode: status == .success ? 0 : nil
        )
    }

    func apply(_ reports: [Report]) async throws {
        _ = try await self.store.apply(
            [ReportBatch(agent: Self.agent, incarnation: "one", reports: reports)],
            at: self.clock.now
        )
    }

    func id(_ job: Job, at nominal: Timestamp) -> ExecutionID {
        DeterministicID.execution(kind: .cron, job: job.uid, nominal: nominal, agent: Self.agent)
    }
}

@Suite("Upkeep of a server")
struct UpkeepTests {
    @Test("There is one rule for each kind of growth, and it never lets history outlive its statistics")
    func rules() {
        let rules = GrowthRule.rules(retentionDays: 30)
        #expect(Set(rules.map(\.growth)) == Set(Growth.allCases) && rules.count == Growth.allCases.count)
        #expect(rules.allSatisfy { $0.chunk > 0 && $0.interval > 0 })
    }

    @Test("A database grows no more after its retention, at 500 executions a second")
    func staysItsSize() async throws {
        let retention: Int64 = 8000
        let rules = [Growth.executions, .output, .runs, .events].map {
            GrowthRule($0, age: retention, chunk: 250, interval: 1000)
        }
        let world = try await UpkeepWorld(rules: rules)
        let job = try await world.job()
        var sequence: Int64 = 0
        var sizes: [Int64] = []
        for second in 0..<28 as Range<Int64> {
            let base = UpkeepWorld.start.advanced(byMilliseconds: second * 1000)
            let nominals = (0..<500).map { base.advanced(byMilliseconds: Int64($0) * 2) }
            try await world.fire(job, at: nominals, next: base.advanced(byMilliseconds: 1000))
            let reports = nominals.map { nominal -> Report in
                sequence += 1
                return world.report(job, sequence, at: nominal, .success)
            }
            try await world.apply(reports)
            world.clock.set(base.advanced(byMilliseconds: 1000))
            await world.upkeep.forget()
            sizes.append(try await world.store.size().bytes)
        }
        #expect(sizes[27] <= sizes[10] + sizes[10] / 10, "\(sizes)")
        let left = try await world.store.executions(ExecutionQuery()).total
        #expect(left == 8 * 500)
        let removed = world.upkeep.figures.first { $0.growth == .executions }?.removed
        #expect(try #require(removed) == 10_000)
        try await world.store.close()
    }

    @Test("A rule that has much left does not starve the others, and its lag shows until nothing is left")
    func rotation() {
        var rotation = UpkeepRotation([
            GrowthRule(.executions, age: 0), GrowthRule(.sessions, age: 0, interval: 10_000),
        ])
        let start = UpkeepWorld.start
        #expect(rotation.next(at: start)?.growth == .executions)
        rotation.took(GrowthRule(.executions, age: 0), Forgotten(count: 250, isDone: false), at: start)
        #expect(rotation.next(at: start)?.growth == .sessions)
        rotation.took(GrowthRule(.sessions, age: 0, interval: 10_000), Forgotten(count: 0, isDone: true), at: start)
        let later = start.advanced(byMilliseconds: 5000)
        #expect(rotation.next(at: later)?.growth == .executions, "sessions rest")
        #expect(rotation.figures(at: later).map(\.behindMilliseconds) == [5000, 0])
        rotation.took(GrowthRule(.executions, age: 0), Forgotten(count: 3, isDone: true), at: later)
        #expect(rotation.next(at: later) == nil)
        #expect(rotation.figures(at: later).map(\.removed) == [253, 0])
        #expect(rotation.next(at: start.advanced(byMilliseconds: 10_000))?.growth == .sessions)
    }

    @Test("RUNNING of a host that is away becomes LOST past limit, grace and two heartbeats; its report mends it")
    func lostWhileAway() async throws {
        let world = try await UpkeepWorld()
        let job = try await world.job(timeout: 60)
        let nominal = UpkeepWorld.start
        try await world.fire(job, at: [nominal], next: nominal.advanced(byMilliseconds: 1000))
        try await world.apply([world.report(job, 1, at: nominal, .running)])
        world.clock.set(nominal.advanced(byMilliseconds: 100_000))
        await world.upkeep.conclude()
        #expect(try await world.store.execution(world.id(job, at: nominal))?.status == .running)
        world.clock.set(nominal.advanced(byMilliseconds: 100_001))
        await world.upkeep.conclude()
        let lost = try await world.store.execution(world.id(job, at: nominal))
        #expect(lost?.status == .failure && lost?.reason == .lost && lost?.isProvisional == true)
        try await world.apply([world.report(job, 2, at: nominal, .success)])
        #expect(try await world.store.execution(world.id(job, at: nominal))?.status == .success)
        try await world.store.close()
    }

    @Test("What a host owes is concluded when it is back for a minute and silent, or away past the horizon")
    func owed() async throws {
        let world = try await UpkeepWorld()
        let job = try await world.job()
        let week: Int64 = 7 * 86_400_000
        let nominal = UpkeepWorld.start
        func fire(_ nominal: Timestamp) async throws {
            let stored = try #require(try await world.store.job(job.id))
            let fire = PlannedFire(
                job: job.uid,
                jobID: job.id,
                version: job.version,
                nominal: try #require(stored.nextFire),
                next: nominal
            )
            _ = try await world.store.fire([fire], online: [], recent: [], at: nominal)
        }
        try await fire(nominal.advanced(byMilliseconds: week))
        world.clock.set(nominal.advanced(byMilliseconds: week))
        await world.upkeep.conclude()
        #expect(try await world.store.owedFires(of: job.id).count == 1, "it is waited for")
        world.clock.set(nominal.advanced(byMilliseconds: week + 1))
        await world.upkeep.conclude()
        #expect(try await world.store.execution(world.id(job, at: nominal))?.reason == .agentOffline)
        // The next absence ends.
        let second = nominal.advanced(byMilliseconds: week)
        try await fire(second.advanced(byMilliseconds: week))
        let back = second.advanced(byMilliseconds: 5000)
        world.gateway.connect(UpkeepWorld.agent, at: back)
        world.clock.set(back.advanced(byMilliseconds: 59_999))
        await world.upkeep.conclude()
        #expect(try await world.store.execution(world.id(job, at: second)) == nil)
        world.clock.set(back.advanced(byMilliseconds: 60_000))
        await world.upkeep.conclude()
        let record = try await world.store.execution(world.id(job, at: second))
        #expect(record?.status == .skipped && record?.isProvisional == true)
    }

    @Test("RUNNING that its connected host does not name is asked about after two heartbeats, and LOST after two more")
    func lostWhileConnected() async throws {
        let world = try await UpkeepWorld()
        let job = try await world.job(timeout: 3600)
        let nominal = UpkeepWorld.start
        let id = world.id(job, at: nominal)
        try await world.fire(job, at: [nominal], next: nominal.advanced(byMilliseconds: 1000))
        try await world.apply([world.report(job, 1, at: nominal, .running)])
        var asked: [Int] = []
        world.gateway.connect(UpkeepWorld.agent, at: nominal)
        for second in [15, 30, 45, 60, 75, 90] as [Int64] {
            world.clock.set(nominal.advanced(byMilliseconds: second * 1000))
            // It is named once more in the second heartbeat, so counting begins with the third.
            world.gateway.heard(UpkeepWorld.agent, at: world.clock.now, running: second == 30 ? [id] : [])
            await world.upkeep.conclude()
            // The same heartbeat is not counted twice.
            await world.upkeep.conclude()
            asked.append(world.gateway.record.delivered[UpkeepWorld.agent]?.count ?? 0)
            let status = try await world.store.execution(id)?.status
            #expect(status == (second == 90 ? .failure : .running), "after \(second) s")
        }
        #expect(asked == [0, 0, 0, 1, 1, 1])
        #expect(try await world.store.execution(id)?.reason == .lost)
        try await world.store.close()
    }

    @Test("A week of a host's fires is given up in chunks, and nothing that is open is forgotten")
    func givesUp() async throws {
        let world = try await UpkeepWorld(retentionDays: 1)
        let job = try await world.job()
        let nominals = (0..<1200).map { UpkeepWorld.start.advanced(byMilliseconds: Int64($0) * 1000) }
        try await world.fire(job, at: nominals, next: .distantFuture)
        world.clock.set(UpkeepWorld.start.advanced(byMilliseconds: 2 * 86_400_000))
        await world.upkeep.forget()
        #expect(try await world.store.openCounts()[.pending] == 1200)
        await world.upkeep.conclude()
        #expect(try await world.store.openCounts()[.pending] == 0)
        try await world.store.close()
    }
}
