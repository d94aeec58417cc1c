// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Testing

@Suite("Planning fires")
struct PlannerTests {
    private static let base = Timestamp(milliseconds: 1_767_225_600_000)

    private static func time(_ seconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: seconds * 1000) }

    private static func job(_ number: UInt8 = 1, cron: String = "0 * * * * *", version: Int64 = 1, next: Int64?) -> Job
    {
        Job(
            id: JobID(number),
            uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
            version: version,
            definition: JobDefinition(
                name: "job-\(number)",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .cron(expression: cron, timeZone: "UTC", dst: .debian),
                groups: [1]
            ),
            isEnabled: true,
            nextFire: next.map { self.time($0) },
            createdBy: "admin",
            createdAt: self.base,
            updatedAt: self.base
        )
    }

    @Test("A fire leaves two seconds before its time, with the fire after it (R3)")
    func leadsByTwoSeconds() {
        var planner = Planner()
        #expect(planner.update(Self.job(next: 60)) == nil)
        #expect(planner.nextWake() == Self.time(58))
        #expect(planner.plan(now: Self.base.advanced(byMilliseconds: 57_999)).isEmpty)
        let fires = planner.plan(now: Self.time(58))
        #expect(
            fires == [
                PlannedFire(
                    job: Self.job(next: nil).uid,
                    jobID: 1,
                    version: 1,
                    nominal: Self.time(60),
                    next: Self.time(120)
                )
            ]
        )
    }

    @Test("Many jobs at once are planned as one by one, also those whose H is another for each")
    func plansMany() {
        let crons = ["0 * * * * *", "*/5 * * * *", "H H * * *", "0 9 * * 1-5"]
        let jobs = (0..<40).map { Self.job(UInt8($0), cron: crons[$0 % 4], next: Int64(60 + $0)) }
        var (one, many) = (Planner(), Planner())
        for job in jobs { one.update(job) }
        #expect(many.update(jobs.compactMap { JobPlan($0) }).isEmpty)
        #expect(many.jobCount == 40)
        for time in stride(from: Int64(60), to: 90_000, by: 30_000).map(Self.time) {
            let fires = one.plan(now: time)
            #expect(!fires.isEmpty && many.plan(now: time) == fires)
            one.settle(fires, outcomes: fires.map { _ in .movedOn })
            many.settle(fires, outcomes: fires.map { _ in .movedOn })
        }
    }

    @Test("Of many jobs those that cannot be planned are named, and a newer version stays")
    func plansSome() throws {
        var planner = Planner()
        planner.update(Self.job(1, version: 2, next: 600))
        let plans = [Self.job(1, next: 60), Self.job(2, cron: "nonsense", next: 60), Self.job(3, next: 60)].compactMap {
            JobPlan($0)
        }
        #expect(planner.update(plans).map(\.plan.name) == ["job-2"])
        #expect(planner.plan(now: Self.time(58)).map(\.jobID) == [3])
        #expect(JobPlan(Self.job(4, next: nil)) == nil)
    }

    @Test("A fire that the store holds back, because the scheduler is stopped, is due when it goes on")
    func holdsFires() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        let fires = planner.plan(now: Self.time(58))
        #expect(planner.settle(fires, outcomes: [.held]).isEmpty)
        #expect(planner.nextWake() == Self.time(58))
        #expect(planner.plan(now: Self.time(61)) == fires)
        planner.settle(fires, outcomes: [.held])
        #expect(planner.plan(now: Self.time(600)).map(\.isMissed) == [true], "hosts account for what was missed")
    }

    @Test("A stored fire that the zone's rules do not have any more only moves the schedule on, to one that is (R12)")
    func dropsStaleFires() {
        func job(next: Int64) -> Job {
            var job = Self.job(next: next)
            job.definition.schedule = .cron(expression: "0 9 * * *", timeZone: "Europe/Berlin", dst: .debian)
            return job
        }
        // 09:00 in Berlin is 08:00Z in January; a release of the zone files before said 07:00Z.
        for (now, next) in [(Int64(0), Int64(8)), (26_000, 8), (29_000, 32)] {
            var planner = Planner()
            planner.update(job(next: 7 * 3600))
            let fires = planner.plan(now: Self.time(now))
            #expect(fires.map(\.nominal) == [Self.time(7 * 3600)])
            #expect(fires.map(\.next) == [Self.time(next * 3600)] && fires.map(\.isMissed) == [true])
            #expect(fires.map(\.isStale) == [true], "one that is no fire runs nowhere, late or not")
            planner.settle(fires, outcomes: [.movedOn])
            #expect(planner.nextWake() == Self.time(next * 3600 - 2))
        }
        var planner = Planner()
        planner.update(job(next: 8 * 3600))
        #expect(planner.plan(now: Self.base).isEmpty, "one that is a fire waits for its time")
    }

    @Test("One fire of a job is in flight at a time; its answer arms the next (R3)")
    func hasOneInFlight() {
        var planner = Planner()
        planner.update(Self.job(cron: "* * * * * *", next: 1))
        let first = planner.plan(now: Self.time(10))
        #expect(first.map(\.nominal) == [Self.time(1)])
        #expect(planner.plan(now: Self.time(10)).isEmpty)
        planner.settle(first, outcomes: [.movedOn])
        #expect(planner.plan(now: Self.time(10)).map(\.nominal) == [Self.time(2)])
    }

    @Test("A job that was edited between plan and fire rests until its new version is planned (R3)")
    func waitsForTheEdit() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        let fires = planner.plan(now: Self.time(58))
        let uid = Self.job(next: nil).uid
        #expect(planner.settle(fires, outcomes: [.superseded(next: Self.time(60), version: 2)]) == [uid])
        #expect(planner.plan(now: Self.time(59)).isEmpty, "the old version would lose again and again")
        planner.update(Self.job(version: 2, next: 60))
        #expect(planner.plan(now: Self.time(59)).map(\.version) == [2])
        // The notice of the edit came first: nothing is left to load.
        planner.update(Self.job(version: 3, next: 60))
        #expect(planner.settle(fires, outcomes: [.superseded(next: Self.time(60), version: 3)]).isEmpty)
    }

    @Test("A lost compare-and-set takes over what the store says is next (R3)")
    func followsTheStore() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        let fires = planner.plan(now: Self.time(58))
        planner.settle(fires, outcomes: [.superseded(next: Self.time(300), version: 1)])
        #expect(planner.nextWake() == Self.time(298))
        // Nothing is next any more: somebody switched the job off.
        let later = planner.plan(now: Self.time(298))
        planner.settle(later, outcomes: [.superseded(next: nil, version: nil)])
        #expect(planner.jobCount == 0)
        #expect(planner.nextWake() == nil)
    }

    @Test("Fires whose transaction failed are tried again as they were, half a second later (R3)")
    func triesAgain() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        let fires = planner.plan(now: Self.time(58))
        planner.failed(fires, now: Self.time(58))
        #expect(planner.plan(now: Self.base.advanced(byMilliseconds: 58_499)).isEmpty)
        #expect(planner.plan(now: Self.base.advanced(byMilliseconds: 58_500)) == fires)
    }

    @Test("After a downtime of a day a one-second job takes one step over it, marked as missed (semantics 6)")
    func stepsOverDowntimes() throws {
        var planner = Planner()
        planner.update(Self.job(cron: "* * * * * *", next: 1))
        let fires = planner.plan(now: Self.time(86_400))
        let fire = try #require(fires.first)
        #expect(fires.count == 1)
        #expect(fire.isMissed)
        #expect(fire.nominal == Self.time(1))
        #expect(fire.next == Self.time(86_341))
        planner.settle(fires, outcomes: [.movedOn])
        #expect(planner.plan(now: Self.time(86_400)).map(\.isMissed) == [false])
    }

    @Test("A change while a fire is in flight counts, the fire's late answer does not")
    func prefersTheChange() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        let fires = planner.plan(now: Self.time(58))
        planner.update(Self.job(cron: "0 0 * * * *", version: 2, next: 3600))
        planner.settle(fires, outcomes: [.movedOn])
        #expect(planner.nextWake() == Self.time(3598))
        // Word of an older version arrives late.
        planner.update(Self.job(next: 120))
        #expect(planner.nextWake() == Self.time(3598))
    }

    @Test("A job that is off, or never fires again, is not planned")
    func forgetsIdleJobs() {
        var planner = Planner()
        planner.update(Self.job(next: 60))
        planner.update(Self.job(version: 2, next: nil))
        #expect(planner.jobCount == 0)
        #expect(planner.plan(now: Self.time(600)).isEmpty)
    }

    @Test("Many jobs at one time come in batches, none twice")
    func batches() {
        var planner = Planner()
        for number in 0..<1500 {
            let bytes = (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 % 2 * 8)) }
            let like = Self.job(next: 60)
            planner.update(
                Job(
                    id: JobID(number),
                    uid: JobUID(bytes: bytes)!,
                    version: 1,
                    definition: like.definition,
                    isEnabled: true,
                    nextFire: like.nextFire,
                    createdBy: "admin",
                    createdAt: Self.base,
                    updatedAt: Self.base
                )
            )
        }
        let first = planner.plan(now: Self.time(58))
        let second = planner.plan(now: Self.time(58))
        #expect(first.count == FireBatch.first)
        #expect(Set((first + second).map(\.job)).count == 1500)
    }
}
