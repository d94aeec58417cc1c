// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Jobs of a host without a server (R13)")
struct AgentCoreAbsenceTests {
    private static func policies(
        _ offline: OfflinePolicy,
        _ seconds: Int? = nil,
        misfire: MisfirePolicy = .fireOnce
    ) -> Policies {
        Policies(
            overlap: .allow,
            concurrency: 100,
            misfire: misfire,
            offline: offline,
            offlineMaxSeconds: seconds
        )
    }

    private static func job(_ schedule: ScheduleSpec) -> JobSnapshot {
        JobSnapshot(
            uid: CoreBench.job().uid,
            id: 1,
            version: 1,
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: schedule,
            policies: self.policies(.skip),
            isEnabled: true
        )
    }

    /// Every minute; connected until 90.
    private static func bench(_ policies: Policies) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)))
        bench.connect()
        bench.advance(to: 90_000)
        bench.send(.linkDown)
        return bench
    }

    struct Case: Sendable {
        let policies: Policies
        /// Seconds of the fires that start while there is no server, and of those that are skipped.
        let alone: [Int64]
        let skipped: [Int64]
    }

    private static let all: [Int64] = [120, 180, 240, 300, 360, 420, 480, 540, 600]

    @Test(
        "A table: what starts from 01:30 to 10:30 without a server, and what becomes one record with its reason",
        arguments: [
            Case(policies: policies(.run), alone: all, skipped: []),
            Case(policies: policies(.skip), alone: [], skipped: all),
            Case(policies: policies(.skip, misfire: .fireAll), alone: [], skipped: all),
            Case(policies: policies(.skip, misfire: .skip), alone: [], skipped: all),
            Case(policies: policies(.runFor, 60), alone: [120], skipped: Array(all.dropFirst())),
            Case(policies: policies(.runFor, 300), alone: Array(all.prefix(5)), skipped: Array(all.dropFirst(5))),
            Case(policies: policies(.runFor, 3600), alone: all, skipped: []),
        ]
    )
    func table(_ row: Case) throws {
        var bench = Self.bench(row.policies)
        bench.advance(to: 630_000)
        #expect(bench.started == [60] + row.alone)
        #expect(bench.entries(.skipped).isEmpty, "no record for each, as long as it lasts")
        bench.connect()
        bench.advance(to: 660_500)
        #expect(bench.started == [60] + row.alone + [660], "what fell into it is not made up for")
        let records = bench.entries(.skipped)
        guard let first = row.skipped.first, let last = row.skipped.last else {
            return #expect(records.isEmpty)
        }
        let record = try #require(records.first)
        #expect(records.count == 1 && record.reason == .misfireCoalesced)
        #expect(record.coalesced?.count == row.skipped.count)
        #expect(record.coalesced?.from == CoreBench.time(first) && record.coalesced?.through == CoreBench.time(last))
        #expect(OfflinePolicy.explains(record.detail), "\(record.detail ?? "")")
        #expect(record.detail?.contains("from 2026-01-01T00:01:30.000Z to 2026-01-01T00:10:30.000Z") == true)
    }

    @Test("A server that is back before a fire counts as missed costs nothing")
    func shortAbsence() {
        var bench = Self.bench(Self.policies(.skip))
        bench.advance(to: 123_000)
        #expect(bench.started == [60])
        bench.connect()
        bench.advance(to: 123_500)
        #expect(bench.started == [60, 120] && bench.entries(.skipped).isEmpty)
    }

    @Test("A fire that was due before the time alone was over runs, though a greeting kept it until behind (R2, R13)")
    func decidedBehindTheBar() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.policies(.runFor, 30))))
        bench.connect()
        bench.advance(to: 90_300)
        bench.send(.linkDown)
        bench.advance(to: 119_800)
        bench.send(.linkUp)
        bench.advance(to: 120_200)
        #expect(bench.started == [60], "a server may be about to say something of it")
        bench.advance(to: 122_000)
        #expect(bench.started == [60, 120] && bench.entries(.skipped).isEmpty)
        bench.advance(to: 190_000)
        #expect(bench.started == [60, 120], "what was due behind it does not run")
    }

    @Test("What came due while the agent was down does not run alone behind the bar, however short that was (R13)")
    func restartBehindTheBar() {
        for (policies, started) in [
            (Self.policies(.skip), []), (Self.policies(.runFor, 60), []), (Self.policies(.runFor, 600), [Int64(300)]),
        ] {
            var restored = CoreBench.restored(CoreBench.job(policies: policies), cursor: 240)
            restored.lastTime = CoreBench.time(200)
            var bench = CoreBench(restored, at: CoreBench.time(302))
            bench.advance(to: 304_000)
            #expect(bench.started == started)
            bench.connect()
            #expect(bench.started == [300], "it is not missed yet when a server is there")
        }
    }

    @Test("A pause of the host that swallowed the end of its time alone leaves all of it to the welcome (R13)")
    func pausedBehindTheBar() throws {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.policies(.runFor, 60))))
        bench.connect()
        bench.advance(to: 90_000)
        bench.send(.linkDown)
        bench.advance(to: 100_000)
        bench.sleep(until: 330_000)
        #expect(bench.started == [60])
        bench.connect()
        #expect(bench.started == [60, 120], "the newest of those that might run")
        #expect(bench.entries(.skipped).map(\.coalesced?.count) == [3])
    }

    @Test("A single fire is a record of its own, with the same reason")
    func single() throws {
        var bench = Self.bench(Self.policies(.skip))
        bench.advance(to: 150_000)
        bench.connect()
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfire && record.order.nominal == CoreBench.time(120))
        #expect(OfflinePolicy.explains(record.detail))
    }

    @Test("A restart without a server goes on from when there was one last")
    func restart() throws {
        let gone = Absence(heard: CoreBench.time(90), since: CoreBench.time(90))
        for (policies, alone) in [(Self.policies(.skip), []), (Self.policies(.runFor, 300), [Int64(300), 360])] {
            var restored = CoreBench.restored(CoreBench.job(policies: policies), cursor: 60)
            restored.absences = [gone]
            var bench = CoreBench(restored, at: CoreBench.time(310))
            bench.advance(to: 630_000)
            // While it was down is the misfire policy's; what came later, or what may not run, is not.
            #expect(bench.started == alone)
            bench.connect()
            #expect(bench.started == alone)
            let record = try #require(bench.entries(.skipped).last)
            #expect(record.coalesced?.count == (alone.isEmpty ? 9 : 4) && OfflinePolicy.explains(record.detail))
        }
    }

    @Test("What came due while the agent itself was down is for the misfire policy, once a server is there")
    func downtime() throws {
        var restored = CoreBench.restored(CoreBench.job(policies: Self.policies(.skip)), cursor: 60)
        restored.lastTime = CoreBench.time(65)
        var bench = CoreBench(restored, at: CoreBench.time(310))
        #expect(bench.started.isEmpty)
        bench.advance(to: 430_000)
        bench.connect()
        #expect(bench.started == [300])
        let records = bench.entries(.skipped)
        #expect(records.map(\.coalesced?.count) == [3, 2], "\(records.map(\.detail))")
        #expect(records.map { OfflinePolicy.explains($0.detail) } == [false, true])
    }

    @Test("An agent that was connected when it died counts from the last time its ledger knows")
    func counts() {
        for (seconds, started) in [(200, []), (300, [Int64(300), 360])] {
            var restored = CoreBench.restored(CoreBench.job(policies: Self.policies(.runFor, seconds)), cursor: 240)
            restored.lastTime = CoreBench.time(65)
            var bench = CoreBench(restored, at: CoreBench.time(301))
            bench.advance(to: 600_000)
            #expect(bench.started == started)
        }
    }

    /// What the transaction under way says of times without a server.
    private static func kept(_ bench: CoreBench) -> [Absence]? {
        bench.outstanding?.compactMap { if case .setAbsences(let all) = $0 { all } else { nil } }.last
    }

    @Test("The ledger knows while there is none, and only where a job goes by it")
    func durable() {
        for (offline, isKept) in [(OfflinePolicy.run, false), (.skip, true)] {
            var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.policies(offline))))
            bench.connect()
            bench.advance(to: 90_000)
            bench.commitsAtOnce = false
            bench.send(.linkDown)
            let gone = Absence(heard: CoreBench.time(90), since: CoreBench.time(90))
            #expect((Self.kept(bench)?.last == gone) == isKept)
            bench.commit()
            bench.connect()
            let over = Absence(heard: gone.heard, since: gone.since, until: CoreBench.time(90))
            #expect((Self.kept(bench)?.last == over) == isKept)
        }
    }

    @Test(
        "An agent that dies between a server's return and its record goes on with it, and the newest fire of all runs once"
    )
    func crash() throws {
        for misfire in [MisfirePolicy.fireOnce, .fireAll] {
            let policies = Self.policies(.skip, misfire: misfire)
            var restored = CoreBench.restored(CoreBench.job(policies: policies))
            // Without a server from 90 to 200; what was missed before 90, in between, and in the downtime from then on is three parts.
            restored.absences = [
                Absence(heard: CoreBench.time(90), since: CoreBench.time(90), until: CoreBench.time(200))
            ]
            restored.lastTime = CoreBench.time(200)
            var bench = CoreBench(restored, at: CoreBench.time(400))
            #expect(bench.started.isEmpty)
            bench.connect()
            #expect(bench.started == (misfire == .fireOnce ? [360] : [60, 240, 300, 360]))
            let records = bench.entries(.skipped).filter { OfflinePolicy.explains($0.detail) }
            #expect(records.map(\.coalesced?.count) == [2], "\(bench.entries(.skipped).map(\.detail))")
            #expect(records.first?.detail?.contains("to 2026-01-01T00:03:20.000Z") == true)
        }
    }

    @Test("Of all parts together no more run than the misfire policy says, the newest of them")
    func limits() {
        var policies = Self.policies(.skip, misfire: .fireAll)
        policies.misfireLimit = 2
        var restored = CoreBench.restored(CoreBench.job(policies: policies))
        restored.absences = [
            Absence(heard: CoreBench.time(150), since: CoreBench.time(150), until: CoreBench.time(310))
        ]
        var bench = CoreBench(restored, at: CoreBench.time(370))
        bench.connect()
        // 60 and 120 were missed before, 180 to 300 lie in it, 360 came after it.
        #expect(bench.started == [120, 360])
    }

    @Test(
        "A host whose clock was ahead while it had no server fires on time once it has one",
        arguments: [60, nil] as [Int?]
    )
    func clockAhead(seconds: Int?) {
        let policies = seconds.map { Self.policies(.runFor, $0) } ?? Self.policies(.skip)
        let job = CoreBench.job(policies: policies)
        var bench = CoreBench(CoreBench.restored(job, cursor: 60), wallError: 100_000)
        // By its own clock it is 03:05, and it may fire no more.
        bench.advance(to: 85_000)
        bench.connect()
        bench.advance(to: 245_000)
        #expect(bench.started.suffix(3) == [120, 180, 240], "\(bench.started)")
    }

    @Test("So many times without a server are remembered, and no more")
    func remembers() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.policies(.skip))))
        for _ in 0..<20 {
            bench.connect()
            bench.send(.linkDown)
        }
        let kept = bench.effects.flatMap { effect -> [Int] in
            guard case .commit(let operations) = effect else { return [] }
            return operations.compactMap { if case .setAbsences(let all) = $0 { all.count } else { nil } }
        }
        #expect(kept.max() == Absence.mostRemembered + 1)
    }

    @Test("Short times without a server that kept no job from firing take no place of the one that did")
    func remembersWhatMatters() {
        var bench = Self.bench(Self.policies(.runFor, 60))
        bench.advance(to: 630_000)
        bench.connect()
        for _ in 0..<20 {
            bench.send(.linkDown)
            bench.connect()
        }
        let kept = bench.effects.flatMap { effect -> [[Absence]] in
            guard case .commit(let operations) = effect else { return [] }
            return operations.compactMap { if case .setAbsences(let all) = $0 { all } else { nil } }
        }
        let one = Absence(heard: CoreBench.time(90), since: CoreBench.time(90), until: CoreBench.time(630))
        #expect(kept.last?.first == one && kept.last?.count == Absence.mostRemembered)
    }

    @Test("A pause between runs that is over waits for the server")
    func delay() {
        let job = Self.job(.delay(milliseconds: 60_000))
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        bench.advance(to: 30_000)
        bench.send(.linkDown)
        bench.advance(to: 200_000)
        #expect(bench.started.isEmpty)
        bench.connect()
        #expect(bench.started == [60])
    }

    @Test("After a boot the job runs when the server is there")
    func boot() {
        let job = Self.job(.cron(expression: "@reboot", timeZone: "UTC", dst: .debian))
        var bench = CoreBench(CoreBench.restored(job, cursor: -30 * 86_400))
        bench.advance(to: 60_000)
        #expect(bench.started.isEmpty)
        bench.connect()
        #expect(bench.started.count == 1)
    }

    @Test("What a server ordered before runs; an order that comes too late afterwards does not")
    func orders() throws {
        let job = CoreBench.job(nil, version: 2, policies: Self.policies(.skip))
        var bench = CoreBench(LedgerSnapshot(incarnation: "one"))
        bench.connect()
        bench.send(.received(.orders([CoreBench.order(job, 120)])))
        bench.advance(to: 90_000)
        bench.send(.linkDown)
        bench.advance(to: 300_000)
        #expect(bench.started == [120])
        bench.connect()
        bench.send(.received(.orders([CoreBench.order(job, 180)])))
        bench.advance(to: 301_000)
        #expect(bench.started == [120])
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfire && OfflinePolicy.explains(record.detail))
        // Somebody wants it.
        bench.send(.received(.orders([CoreBench.order(job, 180, kind: .manual, discriminator: "hand")])))
        #expect(bench.launches.map(\.order.kind) == [.cron, .manual])
    }

    @Test("A day of a job of every second is one record")
    func manyFires() throws {
        var bench = CoreBench(CoreBench.restored(CoreBench.job("* * * * * *", policies: Self.policies(.skip))))
        bench.connect()
        bench.advance(to: 10_500)
        bench.send(.linkDown)
        bench.advance(to: 86_400_000)
        bench.connect()
        bench.advance(to: 86_402_000)
        let records = bench.entries(.skipped)
        #expect(records.count == 1 && records[0].coalesced?.from == CoreBench.time(11))
        #expect((86_380...86_390).contains(records[0].coalesced?.count ?? 0), "\(records[0].coalesced as Any)")
    }
}
