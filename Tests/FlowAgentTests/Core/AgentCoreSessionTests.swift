// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("An agent's session with a server")
struct AgentCoreSessionTests {
    @Test("Between connecting and the welcome no timer decides, for at most a second (R6)")
    func waitsForTheWelcome() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.advance(to: 59_500)
        bench.send(.linkUp)
        bench.advance(to: 60_400)
        #expect(bench.started.isEmpty)
        // The welcome is lost: the fire still starts within the promised precision (S1-NFR-P1).
        bench.advance(to: 60_500)
        #expect(bench.started == [60])
        #expect(!bench.effects.contains(.dropLink))
        bench.advance(to: 65_500)
        #expect(bench.effects.filter { $0 == .dropLink }.count == 1)
    }

    @Test("After a clock that was ahead, fires decided too early run at their real time (R8)")
    func undoesPrematureDecisions() {
        let policies = Policies(overlap: .allow, concurrency: 100, misfire: .skip)
        let restored = CoreBench.restored(CoreBench.job(policies: policies))
        // The host believes it is ten minutes later than it is, and skips what it thinks it has missed.
        var bench = CoreBench(restored, wallError: 630_000)
        #expect(bench.entries(.skipped).count == 1)
        bench.connect()
        #expect(bench.entries(.skipped).isEmpty)
        #expect(bench.notes.contains(.clockStepped(microseconds: -630_000_000)))
        for minute in Int64(1)...10 { bench.advance(to: minute * 60_000 + 300) }
        #expect(bench.started == (1...10).map { $0 * 60 })
    }

    @Test("A retry that a clock ahead of the truth put off comes after its pause, not when that time is reached (R8)")
    func hastensRetries() {
        let job = CoreBench.job(policies: Policies(retry: RetryPolicy(count: 1, intervalSeconds: 10)))
        var bench = CoreBench(CoreBench.restored(job), wallError: 3_600_000)
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        bench.connect()
        bench.advance(to: 10_000)
        #expect(bench.launches.map(\.attempt) == [1, 2])
        // The same after a restart with the right time.
        var late = CoreBench.restored(job)
        late.open = bench.entries(.running)
        late.open[0].status = .pending
        late.open[0].reason = .awaitingRetry
        late.open[0].retryAt = CoreBench.time(86_400)
        late.cursors[job.uid] = CoreBench.time(86_400)
        var again = CoreBench(late, at: CoreBench.time(100))
        again.advance(to: 110_000)
        #expect(again.launches.map(\.attempt) == [3])
    }

    @Test("An agent that waits for its ledger is not woken again and again")
    func sleepsWhileItWaits() {
        var restored = CoreBench.restored(CoreBench.job(nil))
        restored.lastSequence = 3
        var bench = CoreBench(restored)
        bench.connect()
        bench.commitsAtOnce = false
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [CoreBench.job()]))))
        bench.send(.received(.reportsAcknowledged(incarnation: "one", sequence: 3)))
        bench.advance(to: 70_000)
        let wishes = bench.effects.compactMap { if case .wake(let boot) = $0 { boot } else { nil } }
        #expect(wishes.count < 60, "once for each heartbeat, and little more")
        // Between a hello and its welcome, too, when upkeep is due.
        var greeting = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        greeting.advance(to: 3_599_900)
        greeting.send(.linkUp)
        let before = greeting.effects.count
        greeting.advance(to: 3_600_800)
        #expect(greeting.effects.count - before < 5)
    }

    @Test("Between a hello and its welcome no report is forgotten: the hello has promised them (R5)")
    func keepsWhatItPromised() {
        func forgets(_ bench: CoreBench) -> Bool {
            bench.effects.contains { effect in
                guard case .commit(let operations) = effect else { return false }
                return operations.contains(.forgetReports(through: 5))
            }
        }
        var restored = CoreBench.restored(CoreBench.job(nil))
        restored.lastSequence = 5
        restored.acknowledgedSequence = 5
        restored.outboxBase = 0
        var bench = CoreBench(restored) { $0.keepsReportsFor = 1_000_000 }
        bench.send(.linkUp)
        bench.advance(to: 3000)
        #expect(!forgets(bench))
        bench.send(.received(.welcome(bench.welcome(acknowledged: 5))))
        bench.advance(to: 5000)
        #expect(forgets(bench))
    }

    @Test("What was started too early is not started again at its real time (R8, R1)")
    func keepsPrematureStarts() {
        let policies = Policies(overlap: .allow, concurrency: 100)
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)), wallError: 90_000)
        #expect(bench.started == [60])
        bench.connect()
        bench.advance(to: 60_300)
        bench.advance(to: 120_300)
        #expect(bench.started == [60, 120])
    }

    @Test("What ran before its time is no part of what is missed later, and no record of that takes its place (R8)")
    func missesNothingThatRan() throws {
        let policies = Policies(overlap: .allow, concurrency: 100, misfire: .skip)
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)), wallError: 121_000)
        #expect(bench.started == [120], "the clock is ahead; the fire before was missed as far as it knows")
        bench.connect()
        bench.send(.linkDown)
        // The process stands still over three fires, the second of which has run already.
        bench.sleep(until: 190_000)
        let ranges = bench.reports.compactMap(\.coalesced)
        #expect(ranges.last == CoalescedRange(count: 2, from: CoreBench.time(60), through: CoreBench.time(180)))
        #expect(bench.entries(.skipped).map(\.order.nominal) == [CoreBench.time(180)])
        #expect(bench.entries(.running).map(\.order.nominal) == [CoreBench.time(120)])
    }

    @Test("A server that lacks reports nobody has any more is told them from the ledger, ahead of anything new (R5)")
    func recites() {
        var restored = CoreBench.restored(CoreBench.job(nil))
        (restored.lastSequence, restored.acknowledgedSequence, restored.outboxBase) = (40, 38, 30)
        var bench = CoreBench(restored)
        bench.recitalSteps = 3
        bench.commitsAtOnce = false
        bench.send(.linkUp)
        var welcome = bench.welcome(acknowledged: 30)
        welcome.lostAfter = 7
        bench.send(.received(.welcome(welcome)))
        let begin = LedgerOperation.beginRecital(after: 7, through: 30)
        while bench.outstanding?.contains(begin) == false { bench.commit() }
        #expect(bench.outstanding?.contains(begin) == true)
        #expect(
            !bench.effects.contains(.sendReports(after: 30)),
            "a new report says that the agent has heard of the gap"
        )
        bench.commit()
        #expect(bench.effects.contains(.sendReports(after: 30)))
        bench.commitsAtOnce = true
        bench.commit()
        let steps = bench.effects.count { effect in
            if case .commit(let operations) = effect { operations.contains(.recite) } else { false }
        }
        #expect(steps == 3)
    }

    @Test("A difference to a state the agent does not have is answered by asking for all of it (S1-FR-2.3)")
    func pullsOnTheWrongBase() {
        let job = CoreBench.job()
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        bench.send(.received(.config(ConfigUpdate(version: 9, base: 5, upserts: [CoreBench.job(version: 2)]))))
        #expect(bench.sent.last == .configPull(version: 1))
        bench.advance(to: 60_300)
        #expect(bench.launches.map(\.order.job.version) == [1])
    }

    @Test("A configuration is received at once, confirmed when it is durable, and only then in effect (R13)")
    func confirmsDurableConfigurations() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect()
        bench.commitsAtOnce = false
        while bench.outstanding != nil { bench.commit() }
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [CoreBench.job(version: 2)]))))
        #expect(bench.sent.last == .configReceived(version: 2))
        while bench.outstanding != nil { bench.commit() }
        #expect(bench.sent.contains(.configApplied(version: 2)))
        // The same once more is confirmed again, nothing else.
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: []))))
        #expect(bench.sent.last == .configApplied(version: 2))
    }

    @Test("A whole configuration removes jobs that are not in it")
    func replacesEverything() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect(config: ConfigUpdate(version: 2, base: nil, upserts: []))
        bench.advance(to: 61_000)
        #expect(bench.launches.isEmpty)
    }

    @Test("Times before a job was switched on are not owed (R13)")
    func owesNothingForTheTimeOff() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(isEnabled: false)))
        bench.connect()
        bench.advance(to: 630_000)
        bench.send(.received(.config(ConfigUpdate(version: 2, base: 1, upserts: [CoreBench.job(version: 2)]))))
        bench.advance(to: 660_300)
        #expect(bench.started == [660])
        #expect(bench.entries(.skipped).isEmpty)
    }

    @Test("Reports without an acknowledgement are sent again after 5 s, however many follow meanwhile (R5)")
    func resendsUnderLoad() {
        let policies = Policies(overlap: .allow, concurrency: 100)
        var bench = CoreBench(CoreBench.restored(CoreBench.job("* * * * * *", policies: policies)))
        bench.connect()
        for second in Int64(1)...8 { bench.advance(to: second * 1000 + 300) }
        let fromTheStart = bench.effects.filter { $0 == .sendReports(after: 0) }.count
        #expect(fromTheStart >= 2)
        // An acknowledgement ends it: nothing before it is sent again.
        bench.send(.received(.reportsAcknowledged(incarnation: "one", sequence: bench.sequence)))
        let count = bench.effects.count
        bench.advance(to: 20_300)
        let later = bench.effects.dropFirst(count)
        #expect(!later.contains(.sendReports(after: 0)))
    }

    @Test("A new session sends everything the server has not made durable (R5)")
    func resendsAfterReconnecting() {
        var restored = CoreBench.restored(CoreBench.job(nil))
        restored.lastSequence = 7
        restored.acknowledgedSequence = 2
        var bench = CoreBench(restored)
        bench.connect(acknowledged: 4)
        #expect(bench.effects.contains(.sendReports(after: 4)))
        bench.send(.linkDown)
        bench.connect(acknowledged: 4)
        #expect(bench.effects.filter { $0 == .sendReports(after: 4) }.count == 2)
    }

    @Test("The hello says what is acknowledged and what can be sent again (R5)")
    func introducesItsOutbox() throws {
        var restored = CoreBench.restored(CoreBench.job(nil))
        restored.lastSequence = 9
        restored.acknowledgedSequence = 7
        restored.outboxBase = 3
        var bench = CoreBench(restored)
        bench.connect(acknowledged: 5)
        let hello = try #require(
            bench.sent.compactMap { if case .hello(let hello) = $0 { hello } else { nil } }.first
        )
        #expect(hello.acknowledgedSequence == 7 && hello.outboxBase == 3 && hello.lastSequence == 9)
        #expect(bench.effects.contains(.sendReports(after: 5)), "a restored server gets what it lost")
    }

    @Test("A server that lost its records is told what the ledger knows (R1)")
    func answersQuestions() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect()
        bench.advance(to: 60_400)
        let id = bench.launches[0].id
        // Ordered again while it runs, and when it has ended: answered each time, started once.
        let order = CoreBench.order(CoreBench.job(), 60)
        bench.send(.received(.orders([order])))
        #expect(bench.answered == [id])
        bench.finish(bench.launches[0], .success)
        bench.send(.received(.orders([order])))
        #expect(bench.answered == [id, id])
        bench.send(.linkDown)
        bench.connect(questions: [id])
        #expect(bench.answered == [id, id, id])
        #expect(bench.launches.count == 1 && bench.entries(.success).count == 1)
    }

    @Test("Two contents under one version have different digests: numbers repeat after a restore")
    func digestsContents() throws {
        let digests = try ["old", "new"].map { command in
            let job = CoreBench.job()
            let other = JobSnapshot(
                uid: job.uid,
                id: job.id,
                version: job.version,
                name: job.name,
                payload: .shell(ShellPayload(command: command)),
                schedule: job.schedule,
                policies: job.policies,
                isEnabled: true
            )
            var bench = CoreBench(CoreBench.restored(other))
            bench.connect()
            let hello = bench.sent.compactMap { if case .hello(let hello) = $0 { hello } else { nil } }.first
            return try #require(hello).contentDigest
        }
        #expect(digests[0] != digests[1])
    }

    @Test("A change that builds on what is here counts, also when its number is lower (R13)")
    func acceptsLowerVersions() {
        var restored = CoreBench.restored(CoreBench.job())
        restored.configVersion = 50
        var bench = CoreBench(restored)
        bench.connect()
        bench.send(.received(.config(ConfigUpdate(version: 41, base: 50, upserts: [CoreBench.job(version: 2)]))))
        #expect(bench.sent.contains(.configApplied(version: 41)))
    }

    @Test("A welcome is followed by a few quick heartbeats, because one clock sample may be slow (R7)")
    func samplesInABurst() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        let before = bench.heartbeats
        bench.advance(to: 2000)
        #expect(bench.heartbeats - before == 4)
        bench.advance(to: 15_000)
        #expect(bench.heartbeats - before == 4)
        bench.advance(to: 17_000)
        #expect(bench.heartbeats - before == 5)
    }

    @Test("A clock more than a day after the last life runs nothing late until a server confirms the time (R7)")
    func suspectsItsClock() {
        let policies = Policies(overlap: .allow, concurrency: 100)
        var restored = CoreBench.restored(CoreBench.job(policies: policies), cursor: -3 * 86_400)
        restored.lastTime = CoreBench.time(-3 * 86_400)
        var bench = CoreBench(restored, at: CoreBench.time(30))
        #expect(bench.notes.contains { if case .clockSuspect = $0 { true } else { false } })
        bench.advance(to: 61_000)
        // What comes is run, what may have been missed waits, in the ledger too.
        #expect(bench.started == [60])
        #expect(bench.entries(.skipped).isEmpty)
        bench.connect()
        #expect(bench.entries(.skipped).count == 1, "one record for the three days")
    }

    @Test("A clock that ran ahead by years is put right without a trace in the cursors (R7)")
    func wrongYear() {
        var restored = CoreBench.restored(CoreBench.job())
        restored.lastTime = CoreBench.time(0)
        let years: Int64 = 12 * 365 * 86_400_000
        var bench = CoreBench(restored, at: CoreBench.time(30), wallError: years)
        #expect(bench.launches.isEmpty)
        bench.connect()
        bench.advance(to: 61_000)
        #expect(bench.started == [60])
    }

    @Test("The operator is told once when the host's clock is off by more than 2 s, and again beyond 5 minutes")
    func warnsOfTheWall() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)), wallError: 400_000)
        bench.connect()
        bench.send(.linkDown)
        bench.connect()
        #expect(bench.notes.filter { if case .wallClockOff = $0 { true } else { false } }.count == 1)
    }

    @Test("An acknowledgement for another ledger is not ours (R11)")
    func ignoresOtherIncarnations() {
        var restored = CoreBench.restored(CoreBench.job(nil))
        restored.lastSequence = 7
        var bench = CoreBench(restored)
        bench.connect()
        bench.send(.received(.reportsAcknowledged(incarnation: "another", sequence: 7)))
        bench.advance(to: 6000)
        #expect(bench.effects.filter { $0 == .sendReports(after: 0) }.count == 2)
    }
}
