// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Past times that are made up for, one after the other (issue 8)")
struct BackfillDecisionTests {
    /// 2026-03-28T00:00:00Z.
    private static let start = Timestamp(rfc3339: "2026-03-28T00:00:00Z")!
    private static let now = Timestamp(rfc3339: "2026-04-10T00:00:00Z")!
    private static let uid = JobUID(uuid: UUID())
    private static let hosts = ["a", "b", "c"].map { AgentID($0)! }

    private static func backfill(concurrency: Int = 1, perMinute: Int = 60) -> Backfill {
        Backfill(
            id: BackfillID(uuid: UUID()),
            job: 7,
            jobUID: Self.uid,
            jobName: "report",
            groups: [1],
            range: BackfillRange(from: Self.start, until: Self.start.advanced(byMilliseconds: 3 * 86_400_000)),
            pace: BackfillPace(concurrency: concurrency, perMinute: perMinute),
            isForced: false,
            caller: "ada",
            createdAt: Self.now,
            total: 3
        )
    }

    private static func job(
        _ schedule: ScheduleSpec = .cron(expression: "30 2 * * *", timeZone: "Europe/Berlin", dst: .debian),
        policies: Policies = Policies(),
        isEnabled: Bool = true,
        hold: JobHold? = nil,
        uid: JobUID = Self.uid
    ) -> Job {
        Job(
            id: 7,
            uid: uid,
            version: 3,
            definition: JobDefinition(
                name: "report",
                payload: .shell(ShellPayload(command: "true")),
                schedule: schedule,
                policies: policies,
                groups: [1]
            ),
            isEnabled: isEnabled,
            nextFire: nil,
            hold: hold,
            createdBy: "ada",
            createdAt: Self.start,
            updatedAt: Self.start
        )
    }

    @Test("What becomes of it: the job decides first, then what is open, then the pace")
    func decisions() {
        let next = Self.start.advanced(byMilliseconds: 5_400_000)
        let queue = Policies(overlap: .queue, queueLimit: 3)
        func facts(
            _ job: Job? = Self.job(),
            next: Timestamp? = next,
            stopped: Bool = false,
            own: Int = 0,
            all: Int? = nil
        ) -> BackfillFacts {
            BackfillFacts(job: job, next: next, isSchedulerStopped: stopped, openRuns: own, jobRuns: all ?? own)
        }
        let paused = JobHold.paused(until: Self.now, since: Self.start)
        let cases: [(BackfillFacts, Int, BackfillDecision)] = [
            (facts(nil), 1, .end(.deleted)),
            (facts(Self.job(uid: JobUID(uuid: UUID()))), 1, .end(.deleted)),
            (facts(Self.job(isEnabled: false)), 1, .end(.disabled)),
            (facts(Self.job(isEnabled: false), next: nil, own: 1), 1, .end(.disabled)),
            (facts(Self.job(isEnabled: false, hold: paused)), 1, .end(.paused)),
            (facts(Self.job(isEnabled: false, hold: .failures(3, last: nil, since: Self.now))), 1, .end(.paused)),
            (facts(Self.job(isEnabled: false, hold: .finished(since: Self.now))), 1, .look(next)),
            (facts(Self.job(.manual)), 1, .end(.unscheduled)),
            (facts(Self.job(.delay(milliseconds: 5000))), 1, .end(.unscheduled)),
            (facts(Self.job(.every(periodMilliseconds: 1000, anchor: Self.start))), 1, .look(next)),
            (facts(stopped: true), 1, .wait(.stopped)),
            (facts(next: nil, own: 1), 1, .wait(.running)),
            (facts(next: nil), 1, .done),
            (facts(own: 1), 1, .wait(.running)),
            (facts(all: 1), 1, .wait(.overlap)),
            (facts(Self.job(policies: queue), all: 3), 4, .look(next)),
            (facts(Self.job(policies: queue), all: 4), 4, .wait(.overlap)),
            (facts(), 1, .look(next)),
        ]
        for (index, (facts, concurrency, expected)) in cases.enumerated() {
            #expect(
                Self.backfill(concurrency: concurrency).decide(facts, at: Self.now) == expected,
                "case \(index)"
            )
        }
    }

    @Test("Starts have equal distances, also when the runs are shorter")
    func rate() {
        var backfill = Self.backfill(perMinute: 6)
        let next = Self.start.advanced(byMilliseconds: 5_400_000)
        backfill.progress.startedAt = Self.now
        let facts = BackfillFacts(job: Self.job(), next: next)
        #expect(backfill.decide(facts, at: Self.now.advanced(byMilliseconds: 9999)) == .wait(.rate))
        #expect(backfill.decide(facts, at: Self.now.advanced(byMilliseconds: 10_000)) == .look(next))
    }

    @Test("Its times are the job's own: zone, changes of summer time, limits, exceptions, ends of the range")
    func times() throws {
        let berlin = ScheduleSpec.cron(expression: "30 2 * * *", timeZone: "Europe/Berlin", dst: .debian)
        let cases: [(ScheduleSpec, String, String, [String])] = [
            // 29 March has no 02:30.
            (berlin, "2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", ["2026-03-28T01:30:00", "2026-03-29T01:00:00"]),
            (berlin, "2026-03-28T01:30:01Z", "2026-03-29T00:00:00Z", []),
            (
                berlin.limited(ScheduleLimits(notBefore: Self.start.advanced(byMilliseconds: 86_400_000 * 2))),
                "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z", ["2026-03-30T00:30:00"]
            ),
            (
                .every(periodMilliseconds: 3_600_000, anchor: Self.start), "2026-03-27T00:00:00Z",
                "2026-03-28T01:00:00Z", ["2026-03-28T00:00:00"]
            ),
        ]
        for (schedule, from, until, expected) in cases {
            let range = BackfillRange(from: Timestamp(rfc3339: from)!, until: Timestamp(rfc3339: until)!)
            let compiled = try CompiledSchedule(schedule, job: Self.uid)
            let times = range.times(of: compiled)
            #expect(times.map { String($0.rfc3339().prefix(19)) } == expected)
            var walked: [Timestamp] = []
            while let next = range.next(after: walked.last, of: compiled) { walked.append(next) }
            #expect(walked == times, "one after the other they are the same")
        }
        let secondly = try CompiledSchedule(.every(periodMilliseconds: 1000, anchor: Self.start), job: Self.uid)
        let long = BackfillRange(from: Self.start, until: Self.now)
        #expect(long.times(of: secondly).count == BackfillRange.limit + 1, "more than that are not counted")
    }

    @Test("A host that started a time is left out, one that is away is noted, one that may not have told is waited for")
    func turns() {
        let (a, b, c) = (Self.hosts[0], Self.hosts[1], Self.hosts[2])
        func turn(
            _ targets: [AgentID],
            online: Set<AgentID>,
            settled: Set<AgentID>? = nil,
            taken: Set<AgentID> = [],
            owing: Set<AgentID> = []
        ) -> BackfillTurn {
            let hosts = BackfillHosts(online: online, settled: settled ?? online)
            return .each(of: targets, hosts, taken: taken, owing: owing)
        }
        #expect(turn([a, b], online: [a, b]) == .begin(on: [a, b], away: []))
        #expect(turn([a, b], online: [a, b], taken: [a]) == .begin(on: [b], away: []))
        #expect(turn([a, b], online: [a, b], taken: [a, b]) == .alreadyRan)
        #expect(turn([a, b], online: [], taken: [a, b]) == .alreadyRan)
        #expect(turn([a, b], online: [a]) == .begin(on: [a], away: [b]))
        #expect(turn([a, b], online: [a], taken: [a]) == .begin(on: [], away: [b]))
        #expect(turn([a, b], online: [c]) == .wait(.noHost))
        #expect(turn([], online: [a]) == .wait(.noHost))
        #expect(turn([a, b], online: [a, b], settled: [a]) == .wait(.settling))
        #expect(turn([a, b], online: [a, b], settled: [a], taken: [b]) == .begin(on: [a], away: []))
        #expect(turn([a, b], online: [a, b], owing: [b]) == .wait(.settling))
    }

    @Test("Its runs begin now and name the time; each time of each backfill has identifiers of its own")
    func drafts() {
        let (a, b) = (Self.hosts[0], Self.hosts[1])
        let backfill = Self.backfill()
        let reference = JobReference(Self.job())
        let draft = RunDraft.backfill(Self.start, of: backfill, for: reference, on: [b], away: [a], at: Self.now)
        #expect(draft.run.type == .backfill && draft.run.source == "backfill:\(backfill.id)")
        #expect(draft.run.nominal == Self.now && draft.run.dataTime == Self.start && draft.run.caller == "ada")
        #expect(draft.executions.map(\.agentID) == [a, b] && draft.ordered == [b])
        #expect(draft.executions.map(\.status) == [.skipped, .pending])
        #expect(draft.executions[0].reason == .agentOffline && !draft.executions[0].isTakenUp)
        #expect(draft.executions[1].isTakenUp)
        let again = RunDraft.backfill(Self.start, of: backfill, for: reference, on: [b], away: [a], at: Self.now)
        #expect(again == draft)
        let others = [
            RunDraft.backfill(Self.now, of: backfill, for: reference, on: [b], at: Self.now),
            RunDraft.backfill(Self.start, of: Self.backfill(), for: reference, on: [b], at: Self.now),
        ]
        #expect(Set((others + [draft]).map(\.run.id)).count == 3)
    }
}
