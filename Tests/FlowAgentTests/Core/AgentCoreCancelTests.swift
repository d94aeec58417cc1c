// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Stopping what runs, waits or is still to come")
struct AgentCoreCancelTests {
    private static let retried = Policies(retry: RetryPolicy(count: 3, intervalSeconds: 1))

    @Test(
        "A cancel while a timeout is being carried out starts no further attempt",
        arguments: [
            ExecutionStatus.timeout, .failure,
        ]
    )
    func afterTheTimeout(_ end: ExecutionStatus) {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.retried)))
        bench.connect()
        bench.advance(to: 60_400)
        let launch = bench.launches[0]
        bench.send(.received(.cancel(launch.id, force: false)))
        bench.finish(launch, end, reason: end == .failure ? .signal : nil)
        bench.advance(to: 70_000)
        #expect(bench.launches.count == 1)
        #expect(bench.entries(end == .timeout ? .timeout : .cancelled).count == 1)
    }

    @Test("A cancel in the welcome kills at once where that was asked for")
    func forcesInTheWelcome() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.advance(to: 60_400)
        let id = bench.launches[0].id
        bench.send(.linkUp)
        var welcome = bench.welcome(cancels: [id])
        welcome.forced = [id]
        bench.send(.received(.welcome(welcome)))
        #expect(bench.effects.contains(.cancel(id, force: true)))
    }

    @Test("Disabling or deleting a job ends what waits for its next attempt, and says so", arguments: [true, false])
    func endsWaitingRetries(isDeleted: Bool) throws {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Self.retried)))
        bench.connect()
        bench.advance(to: 60_400)
        bench.finish(bench.launches[0], .failure, reason: .exitCode)
        #expect(bench.entries(.pending).count == 1)
        let upserts = isDeleted ? [] : [CoreBench.job(version: 2, isEnabled: false, policies: Self.retried)]
        bench.send(.received(.config(ConfigUpdate(version: 2, base: nil, upserts: upserts))))
        bench.advance(to: 90_000)
        #expect(bench.launches.count == 1)
        let entry = try #require(bench.entries(.cancelled).first)
        #expect(entry.reason == .disabled && entry.detail?.contains("attempt 2") == true)
    }

    @Test("Cancels of what never comes are forgotten, and there are never more than ten thousand")
    func boundsEarlyCancels() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        let job = CoreBench.job(nil)
        let orders = (0..<10_050).map { CoreBench.order(job, 10, kind: .manual, discriminator: "\($0)") }
        for order in orders { bench.send(.received(.cancel(order.executionID, force: false))) }
        bench.advance(to: 11_000)
        bench.send(.received(.orders([orders[10_049]])))
        #expect(bench.entries(.cancelled).count == 1)
        #expect(bench.core.expectationCount < 10_001)
        bench.advance(to: 4 * 3_600_000)
        #expect(bench.core.expectationCount == 0)
    }

    @Test("An order that comes after its fire's time, and within the grace, is started at once (R2)")
    func startsLateOrdersAtOnce() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect()
        bench.advance(to: 60_050)
        #expect(bench.launches.isEmpty)
        bench.send(.received(.orders([CoreBench.order(CoreBench.job(), 60)])))
        #expect(bench.started == [60])
    }
}
