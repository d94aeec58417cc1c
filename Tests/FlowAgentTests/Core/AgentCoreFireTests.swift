// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Fires on an agent")
struct AgentCoreFireTests {
    private func after(_ seconds: Int64, _ policies: Policies) -> CoreBench {
        CoreBench(CoreBench.restored(CoreBench.job(policies: policies)), at: CoreBench.time(seconds))
    }

    private static func policies(_ misfire: MisfirePolicy, window: Int64 = 3_600_000) -> Policies {
        Policies(overlap: .allow, concurrency: 100, misfire: misfire, catchUpWindowMilliseconds: window)
    }

    @Test("After a downtime the newest missed fire runs, the others are one record (semantics 6, FIRE_ONCE)")
    func coalescesMissedFires() throws {
        let bench = self.after(630, Self.policies(.fireOnce))
        #expect(bench.started == [600])
        let skipped = try #require(bench.entries(.skipped).first)
        #expect(bench.entries(.skipped).count == 1)
        #expect(skipped.reason == .misfireCoalesced)
        #expect(skipped.coalesced == CoalescedRange(count: 9, from: CoreBench.time(60), through: CoreBench.time(540)))
    }

    @Test("A single missed fire beside the one that runs is a plain MISFIRE")
    func namesASingleMisfire() {
        let bench = self.after(150, Self.policies(.fireOnce))
        #expect(bench.started == [120])
        #expect(bench.entries(.skipped).map(\.reason) == [.misfire])
    }

    @Test("After a pause a late fire does not displace the one that is due now, and the gap has one reason (R2)")
    func newestWins() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job("*/10 * * * * *")))
        bench.sleep(until: 30_200)
        #expect(bench.started == [30])
        #expect(bench.entries(.skipped).map(\.reason) == [.misfireCoalesced])
        #expect(bench.entries(.skipped).map(\.coalesced?.count) == [2], "those of :10 and :20")
    }

    @Test("A count that takes several events runs one fire, also when more came due and was missed meanwhile")
    func countsOverEvents() {
        let policies = Policies(overlap: .allow, concurrency: 9, misfire: .fireOnce)
        // A second that no period is known of, for days: more than one event counts. The last fire is at 22:59:59.
        let job = CoreBench.job("* * 0-22 * * *", policies: policies)
        let restored = CoreBench.restored(job, cursor: -3 * 86_400)
        var bench = CoreBench(restored, at: CoreBench.time(82_780))
        bench.connect()
        #expect(bench.started.isEmpty, "it still counts")
        for _ in 0..<25 { bench.sleep(until: 83_400_000) }
        #expect(bench.started == [82_799])
    }

    @Test("A missed fire that a server had announced has the reason of its gap, and names the gap's record (issue 6)")
    func announcedFireOfAGap() {
        let job = CoreBench.job("*/10 * * * * *")
        var bench = CoreBench(CoreBench.restored(job))
        bench.sleep(until: 30_200)
        bench.connect()
        bench.send(.received(.orders([CoreBench.order(job, 10)])))
        let skipped = bench.entries(.skipped)
        #expect(skipped.map(\.reason) == [.misfireCoalesced, .misfireCoalesced], "\(skipped)")
        let record = CoreBench.time(20)
        #expect(skipped.contains { $0.detail == "this fire is counted in the record at \(record)" }, "\(skipped)")
        // One that lies before every gap has passed for itself.
        bench.send(.received(.orders([CoreBench.order(job, 0)])))
        #expect(bench.entries(.skipped).contains { $0.order.nominal == CoreBench.time(0) && $0.reason == .misfire })
    }

    @Test("SKIP runs none of the missed fires (semantics 6)")
    func skipsMissedFires() {
        let bench = self.after(630, Self.policies(.skip))
        #expect(bench.started.isEmpty)
        #expect(bench.entries(.skipped).map(\.coalesced?.count) == [10])
    }

    @Test("A week of a one-second job is counted to the end, a bounded part of it for each event")
    func countsInParts() throws {
        let week: Int64 = 7 * 86_400
        let job = CoreBench.job("* * * * * *", policies: Self.policies(.fireOnce))
        var bench = CoreBench(CoreBench.restored(job), at: CoreBench.time(week))
        #expect(bench.started.isEmpty && bench.entries(.skipped).isEmpty, "one event does not count all of it")
        var events = 0
        while bench.started.isEmpty, events < 1000 {
            bench.send(.wake)
            events += 1
        }
        #expect((20..<100).contains(events))
        let skipped = try #require(bench.entries(.skipped).first?.coalesced)
        // Late is more than five seconds: those after it are punctual, and newer than what was missed.
        #expect(
            skipped == CoalescedRange(count: Int(week) - 6, from: CoreBench.time(1), through: CoreBench.time(week - 6))
        )
        #expect(bench.started.first == week - 5)
    }

    @Test("FIRE_ALL runs every missed fire inside the catch-up window only (semantics 6)")
    func runsAllInsideTheWindow() {
        let bench = self.after(630, Self.policies(.fireAll, window: 300_000))
        #expect(bench.started == [360, 420, 480, 540, 600])
        #expect(bench.entries(.skipped).map(\.coalesced?.count) == [5])
    }

    @Test("A fire that is late by less than the threshold is no misfire")
    func toleratesSmallDelays() {
        let bench = self.after(64, Self.policies(.skip))
        #expect(bench.started == [60])
        #expect(bench.entries(.skipped).isEmpty)
    }

    @Test("Offline, a fire starts at its time; connected without an order, 300 ms later and noted (R2)")
    func waitsForTheOrder() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.policies(.fireOnce))))
        bench.advance(to: 59_999)
        #expect(bench.started.isEmpty)
        bench.advance(to: 60_000)
        #expect(bench.started == [60])
        bench.connect()
        bench.advance(to: 120_299)
        #expect(bench.started == [60])
        bench.advance(to: 120_300)
        #expect(bench.started == [60, 120])
        #expect(bench.notes.contains(.orderMissing(CoreBench.order(CoreBench.job(), 120).executionID)))
    }

    @Test("Connected with its order, a fire starts at its time, and once (R1, R2)")
    func startsWithTheOrder() {
        let job = CoreBench.job()
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        let order = CoreBench.order(job, 60)
        bench.advance(to: 58_000)
        bench.send(.received(.orders([order])))
        bench.advance(to: 60_000)
        #expect(bench.started == [60])
        bench.send(.received(.orders([order])))
        bench.advance(to: 61_000)
        #expect(bench.started == [60])
        #expect(bench.acknowledged == [order.executionID, order.executionID])
    }

    @Test("Nothing starts before its admission is durable (R1)")
    func startsAfterTheCommit() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.commitsAtOnce = false
        bench.commit()
        bench.advance(to: 60_000)
        #expect(bench.started.isEmpty)
        while bench.outstanding != nil { bench.commit() }
        #expect(bench.started == [60])
    }

    @Test("A fire that an earlier life admitted is not started again (R1)")
    func doesNotStartTwice() {
        let job = CoreBench.job()
        var restored = CoreBench.restored(job)
        let order = CoreBench.order(job, 60)
        restored.open = [LedgerEntry(order: order, status: .running, attempt: 1, isLocal: true)]
        // The cursor was lost behind the ledger: the same fire comes due again.
        let bench = CoreBench(restored, at: CoreBench.time(61))
        #expect(bench.started.isEmpty)
    }

    @Test("While one runs the next is SKIPPED(OVERLAP); when it has ended the next runs (semantics 6)")
    func skipsOverlaps() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.advance(to: 60_000)
        bench.advance(to: 120_000)
        #expect(bench.started == [60])
        #expect(bench.entries(.skipped).map(\.reason) == [.overlap])
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 180_000)
        #expect(bench.started == [60, 180])
    }

    @Test("A job may run as often at once as it allows, runs by hand included (semantics 6, Nomad #5487)")
    func countsManualRuns() {
        let job = CoreBench.job(policies: Policies(overlap: .allow, concurrency: 2))
        var bench = CoreBench(CoreBench.restored(job))
        bench.connect()
        for key in ["a", "b", "c"] {
            bench.send(.received(.orders([CoreBench.order(job, 0, kind: .manual, discriminator: key)])))
        }
        #expect(bench.launches.count == 2)
        #expect(bench.entries(.skipped).map(\.reason) == [.overlap])
        #expect(bench.acknowledged.count == 3)
    }

    @Test(
        "What can't be ended still runs, says so on host and server, and later fires go by the overlap policy",
        arguments: [
            (OverlapPolicy.skip, [60]), (.allow, [60, 120]),
        ] as [(OverlapPolicy, [Int64])]
    )
    func hindered(overlap: OverlapPolicy, started: [Int64]) throws {
        let words = "process 14393 (root) cannot be signalled; it still runs"
        let policies = Policies(overlap: overlap, concurrency: overlap == .allow ? 2 : 1)
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)))
        bench.connect()
        bench.advance(to: 65_000)
        let launch = try #require(bench.launches.first)
        for _ in 0..<2 { bench.send(.supervisor(.hindered(launch.id, attempt: launch.attempt, detail: words))) }
        #expect(bench.notes.filter { $0 == .hindered(launch.id, detail: words) }.count == 1, "said once")
        let row = try #require(bench.entries(.running).first)
        #expect(row.id == launch.id && row.detail == words)
        let told = bench.reports.filter { $0.executionID == launch.id && $0.detail == words }
        #expect(told.map(\.status) == [.running])
        bench.advance(to: 125_000)
        #expect(bench.started == started)
        #expect(bench.entries(.skipped).map(\.reason) == (overlap == .skip ? [.overlap] : []))
        bench.finish(launch, .timeout)
        #expect(bench.entries(.timeout).map(\.id) == [launch.id])
    }
}
