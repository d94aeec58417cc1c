// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("Records of missed fires whose last fire the ledger has")
struct AgentCoreRangeTests {
    /// A job of every ten seconds, of which nothing missed is made up for, after 47 s without an agent; the ledger has rows of these
    /// fires, which the core was not told of as ahead.
    private func bench(known seconds: [Int64]) -> CoreBench {
        let job = CoreBench.job("*/10 * * * * *", policies: Policies(overlap: .allow, misfire: .skip))
        var restored = CoreBench.restored(job)
        restored.open = seconds.map {
            LedgerEntry(
                order: CoreBench.order(job, $0),
                status: .running,
                attempt: 1,
                isLocal: true,
                startedAt: CoreBench.time(0)
            )
        }
        let surviving = Set(restored.open.map { AttemptKey(id: $0.id, attempt: 1) })
        var bench = CoreBench(restored, surviving: surviving, at: CoreBench.time(47))
        bench.advance(to: 47_100)
        return bench
    }

    @Test("The fires before it are recorded under the newest that is left; what the ledger has stays (R1, R2, R8)")
    func moves() {
        for (known, ranges) in [
            ([], [CoalescedRange(count: 4, from: CoreBench.time(10), through: CoreBench.time(40))]),
            ([40], [CoalescedRange(count: 3, from: CoreBench.time(10), through: CoreBench.time(30))]),
            ([30, 40], [CoalescedRange(count: 2, from: CoreBench.time(10), through: CoreBench.time(20))]),
            ([20, 30, 40], [CoalescedRange(count: 1, from: CoreBench.time(10), through: CoreBench.time(10))]),
            ([10, 20, 30, 40], []),
        ] as [([Int64], [CoalescedRange])] {
            let bench = self.bench(known: known)
            #expect(bench.entries(.skipped).compactMap(\.coalesced) == ranges, "\(known)")
            #expect(bench.entries(.running).count == known.count && bench.started.isEmpty, "\(known)")
        }
    }
}
