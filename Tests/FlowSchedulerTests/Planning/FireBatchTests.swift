// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("How many fires share a transaction (R3)")
struct FireBatchTests {
    private static let time = Timestamp(milliseconds: 1_767_225_600_000)

    private static func fired(onHosts count: Int) -> FireOutcome {
        let uid = JobUID(bytes: [UInt8](repeating: 1, count: 16))!
        let run = Run(
            id: DeterministicID.run(kind: .cron, job: uid, nominal: self.time),
            jobID: 1,
            jobUID: uid,
            jobName: "job",
            jobVersion: 1,
            type: .schedule,
            nominal: self.time,
            source: "scheduler",
            createdAt: self.time
        )
        let agent = AgentID("11111111-1111-4111-8111-111111111111")!
        let execution = Execution(
            id: DeterministicID.execution(kind: .cron, job: uid, nominal: self.time, agent: agent),
            runID: run.id,
            jobID: 1,
            jobUID: uid,
            jobName: "job",
            jobVersion: 1,
            agentID: agent,
            kind: .cron,
            nominal: self.time,
            updatedAt: self.time
        )
        return .fired(run, executions: Array(repeating: execution, count: count), orders: [:])
    }

    /// The sizes of the transactions in which so many fires leave.
    private static func sizes(of fires: Int, onHosts hosts: Int, _ batch: inout FireBatch) -> [Int] {
        var rest = fires
        var sizes: [Int] = []
        while rest > 0 {
            let size = min(rest, batch.limit)
            sizes.append(size)
            rest -= size
            batch.wrote(Array(repeating: self.fired(onHosts: hosts), count: size))
        }
        return sizes
    }

    @Test("The first of a burst is small, and each is twice the one before while there are more, up to a bound")
    func grows() {
        var batch = FireBatch()
        let few = Self.sizes(of: 900, onHosts: 1, &batch)
        let some = Self.sizes(of: 2500, onHosts: 1, &batch)
        let many = Self.sizes(of: 60_000, onHosts: 1, &batch)
        #expect(few == [900])
        #expect(some == [1000, 1500])
        #expect(many == [1000, 2000, 4000, 8000, 16_000, 16_000, 13_000])
    }

    @Test("When a burst is over the next one begins small")
    func beginsAnew() {
        var batch = FireBatch()
        let sizes = Self.sizes(of: 4000, onHosts: 1, &batch)
        #expect(sizes == [1000, 2000, 1000])
        #expect(batch.limit == FireBatch.first)
    }

    @Test("Fires on many hosts share smaller transactions, fires that make no record large ones")
    func countsRecords() {
        var batch = FireBatch()
        let sizes = Self.sizes(of: 3000, onHosts: 99, &batch)
        #expect(sizes.prefix(2) == [1000, FireBatch.records / 100])
        var missed = FireBatch()
        for _ in 0..<20 { missed.wrote(Array(repeating: .movedOn, count: missed.limit)) }
        #expect(missed.limit == FireBatch.records / 2)
    }

    @Test("However many hosts a fire reaches, something goes on; after a failure it is small again")
    func hasBounds() {
        var batch = FireBatch()
        batch.wrote(Array(repeating: Self.fired(onHosts: 2000), count: batch.limit))
        #expect(batch.limit == 50)
        var failing = FireBatch()
        failing.wrote(Array(repeating: Self.fired(onHosts: 1), count: failing.limit))
        #expect(failing.limit == 2000)
        failing.failed()
        #expect(failing.limit == FireBatch.first)
    }
}
