// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("A ledger that cannot be written")
struct AgentCoreTroubleTests {
    /// A job of every ten seconds whose host has a full disk from the first fire to so many milliseconds.
    private func bench(fullUntil end: Int64, policies: Policies = Policies()) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(CoreBench.job("*/10 * * * * *", policies: policies)))
        bench.connect()
        bench.advance(to: 5000)
        bench.isDiskFull = true
        bench.advance(to: end)
        bench.isDiskFull = false
        return bench
    }

    @Test("starts nothing while it cannot; afterwards the newest fire runs and the others say why they did not")
    func newestRuns() throws {
        var bench = self.bench(fullUntil: 57_000)
        #expect(bench.started.isEmpty)
        bench.advance(to: 59_000)
        #expect(bench.started == [50])
        let missed = try #require(bench.entries(.skipped).first)
        #expect(bench.entries(.skipped).count == 1 && missed.reason == .misfireCoalesced)
        #expect(missed.coalesced == CoalescedRange(count: 4, from: CoreBench.time(10), through: CoreBench.time(40)))
        #expect(missed.detail?.hasSuffix("the host could not write its ledger (no space is left on its disk)") == true)
        bench.finish(try #require(bench.launches.first), .success)
        bench.advance(to: 60_300)
        #expect(bench.started == [50, 60])
    }

    @Test("what came due meanwhile has a record also when the job is switched off or taken away by then (R2)")
    func accountsForWithdrawn() throws {
        let off = CoreBench.job("*/10 * * * * *", version: 2, isEnabled: false)
        let updates = [
            ConfigUpdate(version: 2, base: 1, upserts: [off]),
            ConfigUpdate(version: 2, base: 1, upserts: [], removals: [off.uid]),
        ]
        for update in updates {
            var bench = self.bench(fullUntil: 45_000)
            bench.isDiskFull = true
            bench.send(.received(.config(update)))
            bench.advance(to: 57_000)
            bench.isDiskFull = false
            bench.advance(to: 70_000)
            #expect(bench.started.isEmpty)
            let missed = try #require(bench.entries(.skipped).first)
            #expect(bench.entries(.skipped).count == 1)
            #expect(missed.coalesced == CoalescedRange(count: 4, from: CoreBench.time(10), through: CoreBench.time(40)))
            #expect(missed.detail?.contains("no space is left on its disk") == true)
        }
    }

    @Test("a failure shorter than what counts as late costs no fire")
    func shortFailure() {
        var bench = self.bench(fullUntil: 12_000)
        bench.advance(to: 13_500)
        #expect(bench.started == [10] && bench.entries(.skipped).isEmpty)
    }

    @Test("the server hears of it at once, and when it is over")
    func isSaid() {
        var bench = self.bench(fullUntil: 30_000)
        let words = "cannot write its ledger: no space is left on its disk"
        #expect(bench.troubles.last == words)
        bench.advance(to: 32_000)
        #expect(bench.troubles.last == .some(nil))
        #expect(bench.notes.contains(.ledgerFailed("no space is left on its disk")))
    }

    @Test("what has ended meanwhile is written first, and orders are asked for again (R4)")
    func keepsWhatHappened() throws {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        let first = CoreBench.order(CoreBench.job(nil), 0, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([first])))
        bench.isDiskFull = true
        bench.finish(try #require(bench.launches.first), .success)
        let second = CoreBench.order(CoreBench.job(nil), 0, kind: .manual, discriminator: "b")
        bench.send(.received(.orders([second])))
        bench.advance(to: 10_000)
        #expect(bench.acknowledged == [first.executionID] && bench.entries(.running).count == 1)
        bench.isDiskFull = false
        bench.advance(to: 12_000)
        #expect(bench.entries(.success).map(\.id) == [first.executionID])
        bench.send(.received(.orders([second])))
        #expect(bench.launches.map(\.id) == [first.executionID, second.executionID])
    }

    @Test("an order that was kept for its fire is still kept, and a cancel counts")
    func keepsOrders() throws {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(nil)))
        bench.connect()
        let order = CoreBench.order(CoreBench.job(nil), 10, kind: .manual, discriminator: "a")
        bench.send(.received(.orders([order])))
        bench.isDiskFull = true
        bench.advance(to: 11_000)
        bench.send(.received(.cancel(order.executionID, force: false)))
        bench.isDiskFull = false
        bench.advance(to: 13_000)
        #expect(bench.launches.isEmpty)
        #expect(bench.entries(.cancelled).map(\.id) == [order.executionID])
    }
}
