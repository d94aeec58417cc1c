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

    private static func held(_ id: ExecutionID) -> LeaseWatch.Held {
        LeaseWatch.Held(execution: id, agent: Self.host, leaseSeconds: 30)
    }

    /// The host was last heard of at this second of the server's wall clock.
    private static func heard(at second: Int64?) -> [AgentID: Timestamp] {
        second.map { [Self.host: Self.start.advanced(byMilliseconds: $0 * 1000)] } ?? [:]
    }

    @Test("A lease that nothing was heard of is over after its time and ten seconds, and not a moment before (P6)")
    func leases() throws {
        let id = ExecutionID(uuid: UUID())
        var watch = LeaseWatch()
        func look(at seconds: Int64, heard: Int64?) -> [ExecutionID] {
            watch.look(at: Self.heard(at: heard), held: [Self.held(id)], now: seconds * 1000)
        }
        #expect(look(at: 1, heard: 0).isEmpty)
        #expect(look(at: 15, heard: 15).isEmpty)
        // Gone: what is known counts on.
        #expect(look(at: 55, heard: nil).isEmpty)
        #expect(look(at: 56, heard: nil) == [id])
        // Heard of after all: a session that says nothing keeps nothing.
        #expect(look(at: 57, heard: 57).isEmpty)
        #expect(look(at: 97, heard: 57).isEmpty)
        #expect(look(at: 98, heard: 57) == [id])
        // Whoever has just begun to watch knows nothing of before.
        watch = LeaseWatch()
        #expect(look(at: 500, heard: nil).isEmpty)
        #expect(look(at: 541, heard: nil) == [id])
        // Nor does one of a host that was heard of, but has only now been given this.
        let later = ExecutionID(uuid: UUID())
        let both = [Self.held(id), Self.held(later)]
        #expect(watch.look(at: [:], held: both, now: 542_000) == [id])
    }

    @Test("Steps of the wall clock neither end a lease nor lengthen it (P6)", arguments: [Int64(3600), -3600])
    func leaseOverSteps(_ step: Int64) {
        let id = ExecutionID(uuid: UUID())
        var watch = LeaseWatch()
        func look(at seconds: Int64, heard: Int64?) -> [ExecutionID] {
            watch.look(at: Self.heard(at: heard), held: [Self.held(id)], now: seconds * 1000)
        }
        #expect(look(at: 1, heard: 1).isEmpty)
        // Heard of after the step, and then no more.
        #expect(look(at: 16, heard: 16 + step).isEmpty)
        #expect(look(at: 56, heard: 16 + step).isEmpty)
        #expect(look(at: 57, heard: 16 + step) == [id])
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
        moved = Inference.moved(from: "web1", leaseSeconds: 30).applied(to: moved, at: Self.start)
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

    /// A host says that it ended a slot with its lease.
    private static func mergedMove(over change: (inout Execution) -> Void) -> Execution? {
        var stored = Execution(
            id: ExecutionID(uuid: UUID()),
            runID: RunID(uuid: UUID()),
            jobID: 1,
            jobUID: JobUID(uuid: UUID()),
            jobName: "job",
            jobVersion: 1,
            agentID: Self.host,
            kind: .cron,
            nominal: Self.start,
            status: .running,
            updatedAt: Self.start
        )
        change(&stored)
        let report = Report(
            sequence: 9,
            executionID: stored.id,
            runID: stored.runID,
            jobUID: stored.jobUID,
            jobID: 1,
            jobName: "job",
            jobVersion: 1,
            kind: .cron,
            nominal: Self.start,
            status: .skipped,
            reason: .moved,
            attempt: 1
        )
        guard
            case .write(let merged) = ExecutionMerge.decide(
                stored: stored,
                report: report,
                agent: Self.host,
                now: Self.start
            )
        else { return nil }
        return merged
    }

    @Test("What was to be stopped is cancelled when its host has lost it, and is nobody's any more (P6)")
    func cancelledMove() throws {
        let asked = try #require(Self.mergedMove { $0.cancelRequested = true })
        #expect(asked.status == .cancelled && asked.reason == .requested && !asked.cancelRequested)
        let concluded = try #require(
            Self.mergedMove { execution in
                execution = Inference(.cancelled, .overlap, "replaced").applied(to: execution, at: Self.start)
            }
        )
        #expect(concluded.status == .cancelled && concluded.reason == .overlap)
        let other = try #require(Self.mergedMove { _ in })
        #expect(other.status == .skipped && other.reason == .moved)
    }

    @Test("A choice names hosts as people call them")
    func names() {
        let record = PlacementRecord(
            chosen: Self.host,
            strategy: .first,
            fence: 1,
            online: 1,
            total: 2,
            candidates: []
        )
        #expect(record.text(naming: [Self.host: "Berlin"]).en == "chose Berlin: first by id, 1 of 2 online")
        #expect(record.text(naming: [Self.host: "Berlin"]).zh.hasPrefix("选择 Berlin："))
    }
}
