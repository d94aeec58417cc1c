// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("A host whose scheduler was stopped (S4)")
struct AgentCoreSchedulerTests {
    private static func stopped(at seconds: Int64 = 90) -> SchedulerState {
        SchedulerState(revision: 1, stop: SchedulerStop(since: CoreBench.time(seconds), by: "ada", reason: "move"))
    }

    private static func started(at seconds: Int64, since: Int64 = 90) -> SchedulerState {
        var state = self.stopped(at: since)
        state.revision = 2
        state.stop?.until = CoreBench.time(seconds)
        state.stop?.endedBy = "bob"
        return state
    }

    /// Connected, with one run at 60 that has ended, and told to stand still at 90.
    private static func bench(_ policies: Policies = Policies()) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)))
        bench.connect()
        bench.advance(to: 60_500)
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 90_000)
        bench.send(.received(.scheduler(Self.stopped())))
        return bench
    }

    @Test(
        "fires nothing, and at the start the misfire policy decides and says who stopped it",
        arguments: [
            (Policies(misfire: .fireOnce), [Int64(60), 600], 8),
            (Policies(overlap: .allow, concurrency: 9, misfire: .fireAll, misfireLimit: 3), [60, 480, 540, 600], 6),
            (Policies(misfire: .skip), [60], 9),
        ]
    )
    func misfire(policies: Policies, started: [Int64], skipped: Int) throws {
        var bench = Self.bench(policies)
        bench.advance(to: 630_000)
        #expect(bench.started == [60] && bench.entries(.skipped).isEmpty)
        bench.send(.received(.scheduler(Self.started(at: 630))))
        bench.advance(to: 630_500)
        #expect(bench.started == started)
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfireCoalesced && record.coalesced?.count == skipped)
        #expect(
            record.detail?.contains("stopped by ada from 2026-01-01T00:01:30.000Z") == true,
            "\(record.detail ?? "")"
        )
        #expect(record.detail?.contains("(move)") == true)
        for launch in bench.launches.dropFirst() { bench.finish(launch, .success) }
        bench.advance(to: 660_500)
        #expect(bench.started == started + [660], "and from then on it fires as ever")
    }

    @Test("stands still over a restart and without a server, and runs what somebody triggers")
    func durable() {
        let job = CoreBench.job()
        var restored = CoreBench.restored(job, cursor: 60)
        restored.scheduler = Self.stopped()
        var bench = CoreBench(restored, at: CoreBench.time(100))
        bench.advance(to: 500_000)
        #expect(bench.started.isEmpty)
        var welcome = bench.welcome()
        welcome.scheduler = Self.stopped()
        bench.send(.linkUp)
        bench.send(.received(.welcome(welcome)))
        bench.send(.received(.orders([CoreBench.order(job, 500, kind: .manual, discriminator: "hand")])))
        #expect(bench.launches.map(\.order.kind) == [.manual])
        bench.advance(to: 600_500)
        #expect(bench.launches.count == 1)
    }

    @Test("writes the server's word into its ledger, and says so at once when that is durable")
    func confirms() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect()
        bench.advance(to: 10_000)
        bench.commitsAtOnce = false
        bench.send(.received(.scheduler(Self.stopped())))
        #expect(bench.outstanding?.contains(.setScheduler(Self.stopped())) == true)
        let before = bench.heartbeats
        bench.commit()
        #expect(bench.heartbeats == before + 1)
        guard case .heartbeat(let heartbeat)? = bench.sent.last else {
            Issue.record("no heartbeat")
            return
        }
        #expect(heartbeat.schedulerRevision == 1)
    }

    @Test("hears in its welcome of a start that it missed, and of a server that has always run")
    func hearsLater() {
        for state in [Self.started(at: 200), SchedulerState()] {
            var restored = CoreBench.restored(CoreBench.job(), cursor: 60)
            restored.scheduler = Self.stopped()
            var bench = CoreBench(restored, at: CoreBench.time(210))
            bench.advance(to: 230_000)
            #expect(bench.started.isEmpty)
            var welcome = bench.welcome()
            welcome.scheduler = state
            bench.send(.linkUp)
            bench.send(.received(.welcome(welcome)))
            bench.advance(to: 230_500)
            #expect(bench.started == [180])
        }
    }

    @Test("keeps an order for a fire that its own timer does not answer for, and decides on it at the start")
    func keepsOrders() throws {
        for misfire in [MisfirePolicy.fireOnce, .skip] {
            let job = CoreBench.job(nil, version: 2, policies: Policies(misfire: misfire))
            var bench = CoreBench(LedgerSnapshot(incarnation: "one"))
            bench.connect()
            bench.send(.received(.orders([CoreBench.order(job, 120)])))
            bench.send(.received(.scheduler(Self.stopped())))
            bench.advance(to: 300_000)
            #expect(bench.launches.isEmpty)
            bench.send(.received(.scheduler(Self.started(at: 300))))
            bench.advance(to: 300_500)
            #expect(bench.started == (misfire == .skip ? [] : [120]))
            if misfire == .skip {
                let record = try #require(bench.entries(.skipped).first)
                #expect(record.reason == .misfire && record.detail?.contains("stopped by ada") == true)
            }
        }
    }

    @Test("counts what is missed anew when it is stopped while it counts")
    func countsAnew() throws {
        let second = JobSnapshot(
            uid: CoreBench.job().uid,
            id: 1,
            version: 1,
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "* * * * * *", timeZone: "UTC", dst: .debian),
            policies: Policies(misfire: .skip),
            isEnabled: true
        )
        // More fires than one event counts, so that the welcome with the stop comes in the middle.
        var bench = CoreBench(CoreBench.restored(second), at: CoreBench.time(100_000))
        bench.send(.linkUp)
        var welcome = bench.welcome()
        welcome.scheduler = Self.stopped(at: 100_000)
        bench.send(.received(.welcome(welcome)))
        bench.advance(to: 140_000_000)
        #expect(bench.started.isEmpty)
        bench.send(.received(.scheduler(Self.started(at: 140_000, since: 100_000))))
        bench.advance(to: 140_002_000)
        #expect(!bench.started.isEmpty && bench.started.allSatisfy { $0 > 139_990 }, "\(bench.started.prefix(3))")
    }

    @Test(
        "accounts for what came due in a stop when the job is switched off or planned anew before its end (S4)",
        arguments: [false, true]
    )
    func withdrawn(isEnabled: Bool) throws {
        var bench = Self.bench()
        bench.advance(to: 310_000)
        let job = CoreBench.job(isEnabled ? "30 * * * * *" : "0 * * * * *", version: 2, isEnabled: isEnabled)
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [job]))))
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfireCoalesced && record.order.nominal == CoreBench.time(300))
        #expect(
            record.coalesced == CoalescedRange(count: 4, from: CoreBench.time(120), through: CoreBench.time(300))
        )
        let detail = record.detail ?? ""
        #expect(detail.contains("is stopped by ada since 2026-01-01T00:01:30.000Z (move)"), "\(detail)")
        #expect(
            detail.hasSuffix(
                isEnabled
                    ? "the job got another schedule before that ended" : "the job was disabled before that ended"
            ),
            "\(detail)"
        )
        bench.advance(to: 400_000)
        bench.send(.received(.scheduler(Self.started(at: 400))))
        bench.advance(to: 400_500)
        #expect(bench.entries(.skipped).count == (isEnabled ? 2 : 1), "no fire has two records")
        #expect(Array(bench.started.dropFirst()) == (isEnabled ? [390] : []), "\(bench.started)")
    }

    @Test(
        "accounts for what came due in a stop when the job is deleted, or leaves the host, before its end (S4)",
        arguments: [false, true]
    )
    func removed(isWhole: Bool) throws {
        var bench = Self.bench()
        bench.advance(to: 310_000)
        let uid = CoreBench.job().uid
        let update = ConfigUpdate(version: 2, base: isWhole ? nil : 1, upserts: [], removals: isWhole ? [] : [uid])
        bench.send(.received(.config(update)))
        let record = try #require(bench.entries(.skipped).first)
        #expect(
            record.coalesced == CoalescedRange(count: 4, from: CoreBench.time(120), through: CoreBench.time(300))
        )
        let detail = record.detail ?? ""
        #expect(detail.contains("is stopped by ada since 2026-01-01T00:01:30.000Z (move)"), "\(detail)")
        #expect(detail.hasSuffix("the job was deleted, or left this host, before that ended"), "\(detail)")
        #expect(bench.reports.contains { $0.executionID == record.id && $0.status == .skipped })
        bench.send(.received(.scheduler(Self.started(at: 400))))
        bench.advance(to: 460_000)
        #expect(bench.entries(.skipped).count == 1 && bench.started == [60])
    }

    @Test("keeps the record of what a job that is gone has missed while the ledger cannot be written (S4)")
    func withdrawnInTrouble() throws {
        var bench = Self.bench()
        bench.advance(to: 310_000)
        bench.isDiskFull = true
        let update = ConfigUpdate(version: 2, base: 1, upserts: [], removals: [CoreBench.job().uid])
        bench.send(.received(.config(update)))
        #expect(bench.entries(.skipped).isEmpty)
        bench.isDiskFull = false
        bench.advance(to: 320_000)
        let records = bench.entries(.skipped)
        let range = CoalescedRange(count: 4, from: CoreBench.time(120), through: CoreBench.time(300))
        #expect(records.map(\.coalesced) == [range], "\(records)")
        #expect(records.first?.detail?.hasSuffix("the job was deleted, or left this host, before that ended") == true)
    }

    /// A second that no period is known of: each fire is counted by itself.
    private static func everySecond(_ number: UInt8, version: Int64 = 1, isEnabled: Bool = true) throws -> JobSnapshot {
        JobSnapshot(
            uid: try #require(JobUID(bytes: [UInt8](repeating: number, count: 16))),
            id: Int64(number),
            version: version,
            name: "job \(number)",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .cron(expression: "* * 0-22 * * *", timeZone: "UTC", dst: .debian),
            policies: Policies(),
            isEnabled: isEnabled
        )
    }

    @Test("counts no more than an update may take, and its records cover all the same what they have to (S4)")
    func withdrawnAtOnce() throws {
        let jobs = try (1...3).map { try Self.everySecond($0) }
        var restored = LedgerSnapshot(incarnation: "one", configVersion: 1, jobs: jobs, cursors: [:])
        for job in jobs { restored.cursors[job.uid] = CoreBench.time(0) }
        restored.scheduler = Self.stopped(at: 0)
        var bench = CoreBench(restored)
        bench.connect()
        bench.send(.received(.scheduler(Self.stopped(at: 0))))
        let end: Int64 = 5 * 86_400 + 30
        // Its last fire has a row of its own, whatever becomes of it.
        let known = try Self.everySecond(3, version: 2)
        bench.send(.received(.orders([CoreBench.order(known, end)])))
        bench.sleep(until: end * 1000)
        let off = try (1...3).map { try Self.everySecond($0, version: 3, isEnabled: false) }
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: off))))
        let records = bench.entries(.skipped).filter { $0.coalesced != nil }
        func record(of job: JobSnapshot) -> LedgerEntry? { records.first { $0.order.job.uid == job.uid } }
        let range = try #require(record(of: jobs[0])?.coalesced)
        #expect(range.from == CoreBench.time(1) && range.through == CoreBench.time(end))
        #expect((200_000...200_001).contains(range.count), "\(range)")
        // Beyond the bound: more than one, in words and in the reason too.
        for (job, last) in [(jobs[1], end), (jobs[2], end - 1)] {
            let least = CoalescedRange(count: 2, from: CoreBench.time(1), through: CoreBench.time(last))
            let entry = try #require(record(of: job))
            #expect(entry.coalesced == least && entry.reason == .misfireCoalesced, "\(entry)")
            #expect(entry.detail?.hasPrefix("2 fires from \(least.from) through \(least.through)") == true)
        }
    }

    @Test("one fire has its own reason; a host that hears of both at once writes it too (S4)")
    func withdrawnWhileAway() throws {
        var restored = CoreBench.restored(CoreBench.job(), cursor: 60)
        restored.scheduler = Self.stopped()
        var bench = CoreBench(restored, at: CoreBench.time(130))
        var welcome = bench.welcome(
            config: ConfigUpdate(version: 2, base: 1, upserts: [CoreBench.job(version: 2, isEnabled: false)])
        )
        welcome.scheduler = Self.started(at: 125)
        bench.send(.linkUp)
        bench.send(.received(.welcome(welcome)))
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfire && record.order.nominal == CoreBench.time(120))
        #expect(record.detail?.hasPrefix("the scheduler was stopped by ada from ") == true, "\(record.detail ?? "")")
        #expect(bench.entries(.skipped).count == 1 && bench.started.isEmpty)
    }

    @Test("the record and the update are one transaction: a crash between them loses no fire (S4)")
    func withdrawnTogether() throws {
        var bench = Self.bench()
        bench.advance(to: 190_000)
        bench.commitsAtOnce = false
        let off = CoreBench.job(version: 2, isEnabled: false)
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [off]))))
        let operations = try #require(bench.outstanding)
        let record = operations.firstIndex { if case .insert = $0 { true } else { false } }
        let update = operations.firstIndex { if case .applyConfig = $0 { true } else { false } }
        #expect(try #require(record) < #require(update))
    }
}
