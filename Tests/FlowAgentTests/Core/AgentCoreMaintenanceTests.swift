// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("A host in maintenance (S1-FR-3.2)")
struct AgentCoreMaintenanceTests {
    private static func maintenance(
        _ revision: Int64 = 1,
        since: Int64 = 90,
        until: Int64 = 630,
        ended: Int64? = nil
    ) -> HostMaintenance {
        HostMaintenance(
            revision: revision,
            period: MaintenancePeriod(
                since: CoreBench.time(since),
                until: CoreBench.time(until),
                by: "ada",
                reason: "disk",
                endedAt: ended.map { CoreBench.time($0) }
            )
        )
    }

    /// Connected, with one run at 60 that has ended, and told at 90.
    private static func bench(_ policies: Policies = Policies()) -> CoreBench {
        var bench = CoreBench(CoreBench.restored(CoreBench.job(policies: policies)))
        bench.connect()
        bench.advance(to: 60_500)
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 90_000)
        bench.send(.received(.maintenance(Self.maintenance())))
        return bench
    }

    @Test(
        "fires nothing, and at the end, of which nobody tells it, the misfire policy decides and says who wanted it",
        arguments: [(Policies(misfire: .fireOnce), [Int64(60), 600], 8), (Policies(misfire: .skip), [60], 9)]
    )
    func endsByItself(policies: Policies, started: [Int64], skipped: Int) throws {
        var bench = Self.bench(policies)
        bench.send(.linkDown)
        bench.advance(to: 629_900)
        #expect(bench.started == [60] && bench.entries(.skipped).isEmpty)
        bench.advance(to: 632_000)
        #expect(bench.started == started)
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .misfireCoalesced && record.coalesced?.count == skipped)
        let words = "in maintenance from 2026-01-01T00:01:30.000Z"
        #expect(record.detail?.contains(words) == true, "\(record.detail ?? "")")
        #expect(record.detail?.contains("by ada (disk)") == true)
        for launch in bench.launches.dropFirst() { bench.finish(launch, .success) }
        bench.advance(to: 661_000)
        #expect(bench.started == started + [660], "and from then on it fires as ever")
    }

    @Test("stands still over a restart and without a server, and a fire at its very end is on time")
    func durable() {
        var restored = CoreBench.restored(CoreBench.job(policies: Policies(misfire: .skip)), cursor: 60)
        restored.maintenance = Self.maintenance(until: 300)
        var bench = CoreBench(restored, at: CoreBench.time(100))
        bench.advance(to: 299_900)
        #expect(bench.started.isEmpty)
        bench.advance(to: 301_000)
        #expect(bench.started.last == 300)
    }

    @Test("is over at once when somebody ends it, and stays when it is prolonged")
    func changes() {
        var bench = Self.bench(Policies(misfire: .skip))
        bench.send(.received(.maintenance(Self.maintenance(2, until: 1000))))
        bench.advance(to: 700_000)
        #expect(bench.started == [60])
        bench.send(.received(.maintenance(Self.maintenance(3, until: 1000, ended: 700))))
        bench.advance(to: 720_500)
        #expect(bench.started == [60, 720])
    }

    @Test("records what somebody triggers as skipped, and lets what the server placed before start")
    func refuses() throws {
        var bench = Self.bench(Policies(misfire: .skip))
        bench.advance(to: 100_000)
        bench.send(.received(.orders([CoreBench.order(CoreBench.job(), 100, kind: .manual, discriminator: "hand")])))
        let record = try #require(bench.entries(.skipped).first)
        #expect(record.reason == .maintenance && record.detail?.contains("(disk)") == true)
        #expect(bench.launches.count == 1)
        bench.advance(to: 640_000)
        bench.send(.received(.orders([CoreBench.order(CoreBench.job(), 640, kind: .manual, discriminator: "later")])))
        #expect(bench.launches.last?.order.kind == .manual)
    }

    @Test("lets what runs go on, and what waits for its place wait until the end")
    func waits() {
        var bench = CoreBench(
            CoreBench.restored(CoreBench.job(policies: Policies(overlap: .queue, startDeadlineSeconds: 3600)))
        )
        bench.connect()
        bench.advance(to: 120_500)
        #expect(bench.started == [60] && bench.entries(.pending).count == 1)
        bench.send(.received(.maintenance(Self.maintenance(since: 120, until: 170))))
        bench.advance(to: 130_000)
        bench.finish(bench.launches[0], .success)
        bench.advance(to: 165_000)
        #expect(bench.started == [60])
        bench.advance(to: 171_000)
        #expect(bench.started == [60, 120])
    }

    @Test("writes it into its ledger and says so at once; a server that knows of none ends it")
    func confirms() {
        var bench = CoreBench(CoreBench.restored(CoreBench.job()))
        bench.connect()
        bench.advance(to: 10_000)
        bench.commitsAtOnce = false
        bench.send(.received(.maintenance(Self.maintenance(7, since: 10))))
        #expect(bench.outstanding?.contains(.setMaintenance(Self.maintenance(7, since: 10))) == true)
        bench.commit()
        guard case .heartbeat(let heartbeat)? = bench.sent.last else {
            Issue.record("no heartbeat")
            return
        }
        #expect(heartbeat.maintenanceRevision == 7)
        var restored = CoreBench.restored(CoreBench.job(policies: Policies(misfire: .skip)), cursor: 60)
        restored.maintenance = Self.maintenance(7)
        var back = CoreBench(restored, at: CoreBench.time(175))
        back.send(.linkUp)
        back.send(.received(.welcome(back.welcome())))
        back.advance(to: 181_000)
        #expect(back.started.last == 180)
    }
}
