// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Jobs that do not run for ever without a server (R13).
///
/// No cursor of such a job moves while it may not fire, as in a stop of the scheduler. With the welcome all of its fires of that time
/// become one record, however many they were; one that is no later than what counts as missed still starts, so that a server that
/// was restarted costs nothing.
extension AgentCore {
    /// A time without a server that is over.
    struct PastAbsence: Sendable {
        let absence: Absence
        let through: Timestamp
    }

    /// Missed fires up to an instant that are decided together.
    struct MissedPart {
        let through: Timestamp
        let policies: Policies
        /// Set where the time without a server is why they were missed.
        let detail: String?
    }

    private var hasBoundedJobs: Bool {
        self.jobs.values.contains { $0.snapshot.policies.aloneMilliseconds != nil }
    }

    /// A life begins without a server; one that ended without has said since when.
    mutating func beginAlone(at reading: ClockReading) {
        let now = self.clock.now(reading)
        guard self.absence == nil else { return }
        self.absence = Absence(heard: self.earliest == .distantPast ? now : min(self.earliest, now), since: now)
        self.keepAbsence()
    }

    /// The connection is gone.
    mutating func loseServer(at reading: ClockReading) {
        guard self.isWelcomed else { return }
        let now = self.clock.now(reading)
        self.absence = Absence(heard: now, since: now)
        self.keepAbsence()
    }

    /// Over restarts, where it matters to a job.
    private mutating func keepAbsence() {
        guard self.hasBoundedJobs, let absence else { return }
        self.isAbsenceKept = true
        self.pipeline.add(.setAbsence(absence))
    }

    /// A server is there: what fell into the time without one is decided.
    mutating func findServer(at reading: ClockReading) {
        guard let absence else { return }
        let now = self.clock.now(reading)
        self.absence = nil
        self.pastAbsence = PastAbsence(absence: absence, through: now)
        for uid in self.jobs.keys.sorted() {
            guard let bar = self.jobs[uid].flatMap({ absence.bar(of: $0.snapshot.policies) }), bar <= now else {
                continue
            }
            self.scheduleNextFire(of: uid)
            self.fireAfterBoot(uid, at: reading)
        }
        guard self.isAbsenceKept else { return }
        self.isAbsenceKept = false
        self.pipeline.add(.setAbsence(nil))
    }

    /// Whether the job may not fire now, because no server is there.
    func isBarred(_ policies: Policies, now: Timestamp) -> Bool {
        guard let bar = self.absence?.bar(of: policies) else { return false }
        return now >= bar
    }

    /// How far missed fires from `next` on have one reason, and what is done with them.
    func missedPart(from next: Timestamp, through end: Timestamp, of policies: Policies) -> MissedPart {
        guard let past = self.pastAbsence, let bar = past.absence.bar(of: policies), next <= past.through,
            bar <= past.through
        else { return MissedPart(through: end, policies: policies, detail: nil) }
        guard next >= bar else {
            return MissedPart(through: min(end, bar.advanced(byMilliseconds: -1)), policies: policies, detail: nil)
        }
        var skipping = policies
        skipping.misfire = .skip
        return MissedPart(
            through: min(end, past.through),
            policies: skipping,
            detail: OfflinePolicy.detail(from: past.absence.since, through: past.through)
        )
    }

    /// Decides on a fire that came due while its job might not run, and is too late now.
    ///
    /// - Returns: whether it is decided.
    mutating func skipAbsent(_ order: Order, acknowledge: Bool, isAnswer: Bool, now: Timestamp) -> Bool {
        let policies = order.job.policies
        let late = now.milliseconds(since: order.nominal)
        guard late > policies.misfireThresholdMilliseconds + policies.jitterMilliseconds,
            let detail = self.missedPart(from: order.nominal, through: now, of: policies).detail
        else { return false }
        self.decide(
            order,
            status: .skipped,
            reason: .misfire,
            detail: detail,
            acknowledge: acknowledge,
            isAnswer: isAnswer,
            now: now
        )
        return true
    }
}
