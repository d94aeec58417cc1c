// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Whether a job goes on or off because of the time")
struct StandingReviewTests {
    private static let base = Timestamp(seconds: 1_767_225_600)
    private static func time(_ seconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: seconds * 1000) }

    static func job(
        _ schedule: ScheduleSpec = .once(base),
        isEnabled: Bool = true,
        nextFire: Timestamp? = nil,
        hold: JobHold? = nil
    ) -> Job {
        Job(
            id: 7,
            uid: JobUID(bytes: [UInt8](repeating: 9, count: 16))!,
            version: 1,
            definition: JobDefinition(
                name: "job",
                payload: .shell(ShellPayload(command: "true")),
                schedule: schedule,
                groups: [1]
            ),
            isEnabled: isEnabled,
            nextFire: nextFire,
            hold: hold,
            createdBy: "ada",
            createdAt: self.base,
            updatedAt: self.base
        )
    }

    private static func decide(
        _ job: Job,
        at seconds: Int64,
        underWay: Bool = false,
        owed: Bool = false,
        accounted: Bool = false
    ) -> StandingReview.Verdict {
        StandingReview.decide(job, at: self.time(seconds)) {
            StandingReview.Facts(isUnderWay: underWay, isOwed: owed, isAccounted: accounted)
        }
    }

    @Test("A job that runs once is finished when every host has said what became of it, and not when it fired")
    func once() {
        let job = Self.job()
        #expect(Self.decide(job, at: -1) == .look(at: Self.time(5)))
        #expect(Self.decide(job, at: 4, accounted: true) == .look(at: Self.time(5)), "others may fire with it")
        #expect(Self.decide(job, at: 9, underWay: true) == .look(at: Self.time(10)), "it runs")
        #expect(Self.decide(job, at: 9, owed: true) == .look(at: Self.time(10)), "a host is away, which may run it")
        #expect(Self.decide(job, at: 9) == .look(at: Self.time(10)), "a host has not said anything yet")
        #expect(Self.decide(job, at: 9, accounted: true) == .finish)
        #expect(
            Self.decide(Self.job(nextFire: Self.base), at: 9, accounted: true) == .look(at: Self.time(10)),
            "the fire is not even durable"
        )
    }

    @Test("A schedule with an end date is finished after its last fire, which may be long before that date")
    func endDate() {
        let daily = ScheduleSpec.cron(expression: "0 3 * * *", timeZone: "UTC", dst: .debian)
        let job = Self.job(daily.limited(ScheduleLimits(notAfter: Self.base)))
        #expect(job.reviewAt == Self.time(5))
        #expect(job.lastFire == Self.time(3 * 3600 - 86_400))
        #expect(Self.decide(job, at: -1) == .look(at: Self.time(5)))
        #expect(Self.decide(job, at: 9, accounted: true) == .finish)
    }

    @Test("A host that never says anything is waited for while it could still catch up")
    func patience() {
        let job = Self.job()
        let end: Int64 = 3600 + 5 + 60
        #expect(Self.decide(job, at: end - 1) == .look(at: Self.time(end - 1 + 60)))
        #expect(Self.decide(job, at: end) == .finish)
        #expect(Self.decide(job, at: end, owed: true) == .look(at: Self.time(end + 60)), "however long it is away")
    }

    @Test("A pause is over when its time has come, and what nobody set a time for is left alone")
    func pauses() {
        let paused = Self.job(
            .manual,
            isEnabled: false,
            hold: .paused(until: Self.time(60), since: Self.base)
        )
        #expect(Self.decide(paused, at: 59) == .look(at: Self.time(60)))
        #expect(Self.decide(paused, at: 60) == .resume)
        let failed = Self.job(isEnabled: false, hold: .failures(3, last: nil, since: Self.base))
        #expect(Self.decide(failed, at: 60, accounted: true) == .none)
        #expect(Self.decide(Self.job(isEnabled: false), at: 60, accounted: true) == .none, "somebody disabled it")
        #expect(Self.decide(Self.job(.manual), at: 60) == .none)
    }

    @Test("An edit that sends back 'off' keeps a pause, 'on' ends it, and another time arms what has finished")
    func edits() {
        let later = Self.job(.once(Self.time(600))).definition
        let finished = Self.job(isEnabled: false, hold: .finished(since: Self.base))
        #expect(JobSwitch(finished, becoming: later, wanted: false).isEnabled)
        #expect(JobSwitch(finished, becoming: later, wanted: false).hold == nil)
        let renamed = JobSwitch(finished, becoming: finished.definition, wanted: true)
        #expect(!renamed.isEnabled && renamed.hold == finished.hold, "there is nothing left to switch on")
        for hold in [
            JobHold.paused(until: Self.time(60), since: Self.base), .failures(3, last: nil, since: Self.base),
        ] {
            let job = Self.job(isEnabled: false, hold: hold)
            #expect(JobSwitch(job, becoming: later, wanted: false).hold == hold)
            let on = JobSwitch(job, becoming: later, wanted: true)
            #expect(on.isEnabled && on.hold == nil)
        }
        let off = JobSwitch(Self.job(isEnabled: false), becoming: later, wanted: false)
        #expect(!off.isEnabled && off.hold == nil)
    }
}
