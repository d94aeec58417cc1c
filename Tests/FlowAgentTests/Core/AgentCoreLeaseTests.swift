// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Slots that are held by leases")
struct AgentCoreLeaseTests {
    private static func order(
        moves: Bool = true,
        isFenced: Bool = true,
        seconds: Int64 = 0,
        kind: ExecutionKind = .cron,
        lease: Int64 = 30_000,
        policies: Policies = Policies(),
        discriminator: String = "a"
    ) -> Order {
        let job = CoreBench.job(nil, policies: policies)
        let plain = CoreBench.order(job, seconds, kind: kind, discriminator: discriminator)
        return Order(
            executionID: plain.executionID,
            runID: plain.runID,
            job: plain.job,
            kind: kind,
            nominal: plain.nominal,
            deadline: plain.deadline,
            hold: SlotHold(
                fence: 3,
                leaseMilliseconds: lease,
                isFenced: isFenced,
                moves: moves,
                shard: SlotHold.Shard(index: 1, total: 4, item: "b")
            )
        )
    }

    /// A bench with an order that has started at once.
    private static func bench(_ order: Order) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        bench.send(.received(.orders([order])))
        return bench
    }

    private static func answer(_ bench: inout CoreBench) {
        let truth = bench.now.milliseconds * 1000
        bench.send(
            .received(
                .heartbeatAnswer(ClockSample(agentSent: bench.boot, serverReceived: truth, serverSent: truth))
            )
        )
    }

    @Test("It runs while the server answers, and is ended three seconds before the server could give it away")
    func endsWithItsLease() throws {
        var bench = Self.bench(Self.order())
        let launch = try #require(bench.launches.first)
        #expect(launch.order.hold?.environment["QF_FENCE"] == "3")
        #expect(launch.order.hold?.environment["QF_SHARD_ITEM"] == "b")
        bench.advance(to: 20_000)
        Self.answer(&bench)
        bench.send(.linkDown)
        bench.advance(to: 46_900)
        #expect(!bench.effects.contains(.cancel(launch.id, force: false)))
        bench.advance(to: 47_100)
        #expect(bench.effects.contains(.cancel(launch.id, force: false)))
        bench.finish(launch, .failure, reason: .signal)
        let entry = try #require(bench.entries(.skipped).first)
        #expect(entry.reason == .moved && bench.launches.count == 1)
        #expect(bench.reports.last?.attempts.map(\.status) == [.failure])
    }

    @Test("A job that does not move is interrupted then")
    func interrupts() throws {
        var bench = Self.bench(Self.order(moves: false))
        bench.send(.linkDown)
        bench.advance(to: 28_000)
        let launch = try #require(bench.launches.first)
        bench.finish(launch, .failure, reason: .signal)
        #expect(bench.entries(.failure).first?.reason == .interrupted)
    }

    @Test("What succeeded in its last moments has succeeded")
    func keepsSuccess() throws {
        var bench = Self.bench(Self.order())
        bench.send(.linkDown)
        bench.advance(to: 28_000)
        let launch = try #require(bench.launches.first)
        bench.finish(launch, .success)
        #expect(bench.entries(.success).count == 1)
    }

    @Test("One without fencing goes on")
    func unfenced() {
        var bench = Self.bench(Self.order(isFenced: false))
        bench.send(.linkDown)
        bench.advance(to: 200_000)
        #expect(bench.entries(.running).count == 1)
    }

    @Test("An order that comes to its time when the lease is over starts nothing")
    func startsNothingLate() {
        var bench = Self.bench(Self.order(seconds: 60))
        bench.send(.linkDown)
        bench.advance(to: 61_000)
        #expect(bench.launches.isEmpty)
        #expect(bench.entries(.skipped).first?.reason == .moved)
    }

    @Test("While something is held heartbeats come every ten seconds at least")
    func hurries() {
        var bench = Self.bench(Self.order())
        bench.advance(to: 5000)
        let before = bench.heartbeats
        bench.advance(to: 35_000)
        #expect(bench.heartbeats - before >= 3)
    }

    @Test("The runner hears how long it may go on, at the start and with each answer")
    func tellsTheRunner() throws {
        var bench = Self.bench(Self.order())
        let id = try #require(bench.launches.first).id
        #expect(bench.effects.contains(.lease(id, milliseconds: 27_000)))
        bench.advance(to: 10_000)
        Self.answer(&bench)
        #expect(bench.effects.count { if case .lease(id, _) = $0 { true } else { false } } == 2)
    }

    private static let retries = Policies(retry: RetryPolicy(count: 1, intervalSeconds: 10))

    /// A bench that begins with a failed first attempt in its ledger, whose next is due.
    private static func restarted(isFenced: Bool = true) -> CoreBench {
        let order = Self.order(isFenced: isFenced, policies: Self.retries)
        let entry = LedgerEntry(
            order: order,
            status: .pending,
            reason: .awaitingRetry,
            attempt: 1,
            isLocal: false,
            retryAt: CoreBench.time(-1)
        )
        return CoreBench(LedgerSnapshot(incarnation: "one", configVersion: 1, jobs: [order.job], open: [entry]))
    }

    @Test("After a restart no attempt follows until a server has answered: the slot may be another host's (F7)")
    func retriesOnceAnswered() throws {
        var bench = Self.restarted()
        bench.advance(to: 2000)
        #expect(bench.launches.isEmpty)
        bench.connect()
        #expect(bench.launches.map(\.attempt) == [2])
        // Taken back meanwhile: the welcome says so.
        var other = Self.restarted()
        let id = try #require(other.entries(.pending).first).id
        other.connect(cancels: [id])
        other.advance(to: 60_000)
        #expect(other.launches.isEmpty && other.entries(.cancelled).map(\.id) == [id])
        // Nobody answers.
        var alone = Self.restarted()
        alone.advance(to: 6000)
        #expect(alone.launches.isEmpty && alone.entries(.skipped).map(\.reason) == [.moved])
    }

    @Test("A host that stood still beyond its lease starts no further attempt (F7)", arguments: [true, false])
    func retriesNotLate(_ isFenced: Bool) throws {
        var bench = Self.bench(Self.order(isFenced: isFenced, policies: Self.retries))
        let launch = try #require(bench.launches.first)
        bench.finish(launch, .failure, reason: .exitCode, exitCode: 1)
        bench.sleep(until: 60_000)
        #expect(bench.launches.count == 1)
        guard isFenced else {
            // One that may overlap is not ended, and goes on when a server still knows it as this host's.
            Self.answer(&bench)
            #expect(bench.launches.map(\.attempt) == [1, 2])
            return
        }
        #expect(bench.entries(.skipped).map(\.reason) == [.moved])
    }

    @Test("A commit that takes longer than the lease starts nothing")
    func commitsLate() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        bench.commitsAtOnce = false
        bench.send(.received(.orders([Self.order()])))
        bench.sleep(until: 28_000)
        bench.commit()
        bench.commit()
        #expect(bench.launches.isEmpty)
        #expect(bench.entries(.skipped).map(\.reason) == [.moved])
    }

    @Test("What waits for a place in a pool when its lease ends does not start when there is one")
    func waitsForPool() throws {
        let policies = Policies(overlap: .allow, concurrency: 10, pool: PoolUse(name: "db", places: 1))
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        // The first may overlap and goes on.
        let first = Self.order(isFenced: false, policies: policies)
        bench.send(.received(.orders([first, Self.order(policies: policies, discriminator: "b")])))
        #expect(bench.launches.count == 1 && bench.entries(.pending).count == 1)
        bench.send(.linkDown)
        bench.advance(to: 27_100)
        #expect(bench.entries(.skipped).map(\.reason) == [.moved])
        bench.finish(try #require(bench.launches.first), .success)
        bench.advance(to: 60_000)
        #expect(bench.launches.count == 1)
    }

    @Test("A short lease that is over because nothing was said is asked for, and the answer starts the order")
    func asks() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        bench.advance(to: 10_000)
        let before = bench.heartbeats
        let order = Self.order(seconds: 10, kind: .manual, lease: 6000)
        bench.send(.received(.orders([order])))
        #expect(bench.launches.isEmpty && bench.heartbeats == before + 1)
        #expect(bench.acknowledged == [order.executionID])
        Self.answer(&bench)
        #expect(bench.launches.map(\.id) == [order.executionID])
        // Without an answer the next host gets it.
        let other = Self.order(seconds: 20, kind: .manual, lease: 6000, discriminator: "b")
        bench.advance(to: 20_000)
        bench.send(.received(.orders([other])))
        bench.advance(to: 29_000)
        #expect(bench.entries[other.executionID]?.reason != .moved)
        bench.advance(to: 31_000)
        #expect(bench.entries[other.executionID]?.reason == .moved)
    }

    @Test("What a server has placed goes on while the scheduler stands still (S4)")
    func goesOnWhileStopped() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        bench.send(.received(.orders([Self.order(seconds: 1)])))
        let stop = SchedulerStop(since: CoreBench.base, by: "ada")
        bench.send(.received(.scheduler(SchedulerState(revision: 1, stop: stop))))
        bench.advance(to: 1000)
        #expect(bench.launches.count == 1)
    }
}
