// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Slots that the server places")
struct SlotRulesTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private static let host = AgentID("web1")!

    private static func run(_ number: Int, hasBegun: Bool = false) -> SlotAdmission.OpenRun {
        SlotAdmission.OpenRun(id: Self.id(number), hasBegun: hasBegun)
    }

    private static func id(_ number: Int) -> RunID {
        RunID(bytes: [UInt8](repeating: 0, count: 15) + [UInt8(number)])!
    }

    private static func verdicts(_ runs: [SlotAdmission.OpenRun], _ policies: Policies) -> [SlotAdmission.Verdict?] {
        let plan = SlotAdmission.plan(runs, policies)
        return runs.map { plan.verdicts[$0.id] }
    }

    @Test("Overlap counts runs on all hosts, because the next may go to another one (W17)")
    func overlap() {
        let busy = [Self.run(1, hasBegun: true), Self.run(2)]
        #expect(
            Self.verdicts(busy, Policies(overlap: .skip)) == [
                nil, .refuse(.overlap, detail: "1 of at most 1 runs of this job were still open"),
            ]
        )
        #expect(Self.verdicts([Self.run(1)], Policies(overlap: .skip)) == [.begin])
        // One that waits for a host is open as well.
        #expect(Self.verdicts([Self.run(1), Self.run(2)], Policies(overlap: .queueOne)) == [.begin, .wait])
        #expect(
            Self.verdicts(busy + [Self.run(3)], Policies(overlap: .queueOne)).last
                == .refuse(.queueFull, detail: "1 of at most 1 runs of this job were waiting")
        )
        #expect(Self.verdicts(busy, Policies(overlap: .allow, concurrency: 2)) == [nil, .begin])
        let replaced = SlotAdmission.plan(busy + [Self.run(3)], Policies(overlap: .cancelPrevious))
        #expect(replaced.replaced == [Self.id(1)])
        #expect(replaced.verdicts[Self.id(2)] == .refuse(.overlap, detail: "a newer run of the job took its place"))
        #expect(replaced.verdicts[Self.id(3)] == .wait)
    }

    @Test("A lease that nothing was heard of is over after its time and ten seconds, and not a moment before (P6)")
    func leases() throws {
        let id = ExecutionID(uuid: UUID())
        let held = LeaseWatch.Held(execution: id, agent: Self.host, placedAt: Self.start, leaseSeconds: 30)
        var watch = LeaseWatch()
        func look(at seconds: Int64, heard: Int64?) -> [ExecutionID] {
            let now = Self.start.advanced(byMilliseconds: seconds * 1000)
            let heard = heard.map { [Self.host: Self.start.advanced(byMilliseconds: $0 * 1000)] } ?? [:]
            return watch.look(at: heard, held: [held], now: now)
        }
        #expect(look(at: 1, heard: 0).isEmpty)
        #expect(look(at: 20, heard: 15).isEmpty)
        // Gone: what is known counts on.
        #expect(look(at: 55, heard: nil).isEmpty)
        #expect(look(at: 56, heard: nil) == [id])
        // Heard of after all: a session that says nothing keeps nothing.
        #expect(look(at: 57, heard: 50).isEmpty)
        #expect(look(at: 91, heard: 50) == [id])
        // Whoever has just begun to watch knows nothing of before.
        watch = LeaseWatch()
        #expect(look(at: 500, heard: nil).isEmpty)
        #expect(look(at: 541, heard: nil) == [id])
    }

    @Test("A report of a slot that was moved is history, and not the state")
    func history() {
        var moved = Execution(
            id: ExecutionID(uuid: UUID()),
            runID: RunID(uuid: UUID()),
            jobID: 1,
            jobUID: JobUID(uuid: UUID()),
            jobName: "job",
            jobVersion: 1,
            agentID: Self.host,
            kind: .cron,
            nominal: Self.start,
            updatedAt: Self.start
        )
        moved = Inference.moved(from: Self.host, leaseSeconds: 30).applied(to: moved, at: Self.start)
        let report = Report(
            sequence: 9,
            executionID: moved.id,
            runID: moved.runID,
            jobUID: moved.jobUID,
            jobID: 1,
            jobName: "job",
            jobVersion: 1,
            kind: .cron,
            nominal: Self.start,
            status: .failure,
            reason: .exitCode,
            detail: "late",
            attempt: 1
        )
        let decision = ExecutionMerge.decide(stored: moved, report: report, agent: Self.host, now: Self.start)
        guard case .write(let merged) = decision else {
            Issue.record("not written")
            return
        }
        #expect(merged.status == .skipped && merged.reason == .moved && merged.detail == moved.detail)
        #expect(merged.agentSequence == 9)
    }
}
