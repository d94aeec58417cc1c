// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("An agent that the server does not know")
struct AgentCoreStandingTests {
    @Test("stops its schedule at once, says so once, and keeps its records")
    func stops() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.advance(to: 60_500)
        #expect(bench.started == [60])
        bench.send(.dismissed(reason: "unknown"))
        bench.send(.dismissed(reason: "unknown"))
        bench.advance(to: 600_000)
        #expect(bench.started == [60])
        #expect(bench.notes.filter { $0 == .dismissed }.count == 1)
        // What ran ends as ever.
        bench.finish(bench.launches[0], .success)
        #expect(bench.entries(.success).count == 1)
    }

    @Test("goes on when a server welcomes it, and accounts for the time between")
    func comesBack() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: Policies(misfire: .skip))))
        bench.send(.dismissed(reason: "unknown"))
        bench.advance(to: 610_000)
        #expect(bench.launches.isEmpty)
        bench.connect()
        #expect(bench.entries(.skipped).map(\.coalesced?.count) == [10])
        bench.advance(to: 661_000)
        #expect(bench.started == [660])
    }

    @Test("goes on for the time its operator gave it")
    func hasItsGrace() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job())) { $0.dismissalGrace = 90_000_000 }
        bench.send(.dismissed(reason: "unknown"))
        bench.advance(to: 300_000)
        #expect(bench.started == [60])
    }

    @Test("stays dismissed over a restart")
    func isDurable() {
        let policies = Policies(overlap: .allow, concurrency: 100)
        var restored = CoreBench.restored(CoreBench.job(policies: policies))
        restored.isDismissed = true
        var bench = CoreBench(restored)
        bench.advance(to: 300_000)
        #expect(bench.launches.isEmpty)
        bench.connect()
        bench.advance(to: 360_500)
        #expect(bench.started.last == 360)
    }
}
