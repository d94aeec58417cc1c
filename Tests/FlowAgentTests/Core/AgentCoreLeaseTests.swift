// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Testing

@Suite("Slots that are held by leases")
struct AgentCoreLeaseTests {
    private static func order(
        moves: Bool = true,
        isFenced: Bool = true,
        seconds: Int64 = 0,
        kind: ExecutionKind = .cron
    ) -> Order {
        let plain = CoreBench.order(CoreBench.job(nil), seconds, kind: kind, discriminator: "a")
        return Order(
            executionID: plain.executionID,
            runID: plain.runID,
            job: plain.job,
            kind: kind,
            nominal: plain.nominal,
            deadline: plain.deadline,
            hold: SlotHold(
                fence: 3,
                leaseMilliseconds: 30_000,
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
}
