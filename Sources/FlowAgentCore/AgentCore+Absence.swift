// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Jobs that do not run for ever without a server (R13).
///
/// No cursor of such a job moves while it may not fire, as in a stop of the scheduler. With the welcome all of its fires of that time
/// become one record, however many they were; one that is no later than what counts as missed still starts, so that a server that
/// was restarted costs nothing. The ledger remembers times that are over as well: an agent that dies before that record is written
/// decides as it would have.
extension AgentCore {
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
        self.keepAbsences()
    }

    /// The connection is gone.
    mutating func loseServer(at reading: ClockReading) {
        guard self.isWelcomed else { return }
        let now = self.clock.now(reading)
        self.absence = Absence(heard: now, since: now)
        self.keepAbsences()
    }

    /// Over restarts, where it matters to a job.
    private mutating func keepAbsences() {
        let isNeeded = self.hasBoundedJobs
        guard isNeeded || self.isAbsenceKept else { return }
        self.isAbsenceKept = isNeeded
        self.pipeline.add(.setAbsences(isNeeded ? self.pastAbsences + (self.absence.map { [$0] } ?? []) : []))
    }

    /// A server is there: what fell into the time without one is decided.
    mutating func findServer(at reading: ClockReading) {
        guard var absence else { return }
        let now = self.clock.now(reading)
        self.absence = nil
        absence.until = now
        self.remember(absence)
        // Also of a job that may fire: its timer is gone if the clock was ahead before it heard of this server.
        for uid in self.jobs.keys.sorted() where self.jobs[uid]?.snapshot.policies.aloneMilliseconds != nil {
            self.scheduleNextFire(of: uid)
            self.fireAfterBoot(uid, at: reading)
        }
        self.keepAbsences()
    }

    /// Keeps a time that is over.
    ///
    /// Where there is no room, one that kept no job from firing goes first, then the oldest; until then it is kept, for orders
    /// of jobs that this host does not know yet.
    private mutating func remember(_ absence: Absence) {
        self.pastAbsences.append(absence)
        guard self.pastAbsences.count > Absence.mostRemembered else { return }
        let idle = self.pastAbsences.firstIndex { !self.hasBarred($0) }
        self.pastAbsences.remove(at: idle ?? 0)
    }

    private func hasBarred(_ absence: Absence) -> Bool {
        guard let until = absence.until else { return true }
        return self.jobs.values.contains { absence.bar(of: $0.snapshot.policies).map { $0 <= until } ?? false }
    }

    /// Whether the job may not fire now, because no server is there.
    func isBarred(_ policies: Policies, now: Timestamp) -> Bool {
        guard let bar = self.absence?.bar(of: policies) else { return false }
        return now >= bar
    }

    /// Of a job that may not fire now: from when on its fires do not run, because no server is there.
    ///
    /// One that came due before runs all the same, though a greeting kept this host from deciding on it until now.
    func barrier(of policies: Policies, now: Timestamp) -> Timestamp? {
        guard self.isBarred(policies, now: now), let heard = self.absence?.heard else { return nil }
        return policies.aloneMilliseconds.map { heard.advanced(byMilliseconds: $0) }
    }

    /// How far missed fires from `next` on have one reason, and what is done with them.
    func missedPart(from next: Timestamp, through end: Timestamp, of policies: Policies) -> MissedPart {
        var end = end
        for past in self.pastAbsences {
            guard let bar = past.bar(of: policies), let until = past.until, bar <= until, next <= until else {
                continue
            }
            guard next >= bar else {
                end = min(end, bar.advanced(byMilliseconds: -1))
                continue
            }
            var skipping = policies
            skipping.misfire = .skip
            return MissedPart(
                through: min(end, until),
                policies: skipping,
                detail: OfflinePolicy.detail(from: past.since, through: until)
            )
        }
        return MissedPart(through: end, policies: policies, detail: nil)
    }

    /// How many fires behind a part are to run: the misfire policy speaks of the newest of all, not of each part.
    ///
    /// - Parameters:
    ///   - instant: the end of the part.
    ///   - end: the last instant at which a fire counts as missed.
    ///   - now: of a fire that runs once, one that is due and not missed takes the place.
    func runs(
        after instant: Timestamp,
        through end: Timestamp,
        of policies: Policies,
        on schedule: CompiledSchedule,
        now: Timestamp
    ) -> Int {
        let most = policies.misfireCount
        let last = policies.misfire == .fireOnce ? now : end
        var (cursor, count) = (instant, 0)
        while count < most, let next = schedule.next(after: cursor), next <= last {
            cursor = next
            if next <= end {
                let part = self.missedPart(from: next, through: end, of: policies)
                guard part.detail == nil else {
                    cursor = part.through
                    continue
                }
            }
            count += 1
        }
        return count
    }

    /// Decides on a fire that came due while its job might not run, and is too late now.
    ///
    /// - Returns: whether it is decided.
    mutating func skipAbsent(_ order: Order, isAnswer: Bool, now: Timestamp) -> Bool {
        guard self.lateness(ofMissed: order, now: now) != nil,
            let detail = self.missedPart(from: order.nominal, through: now, of: order.job.policies).detail
        else { return false }
        self.leaveOut(order, because: detail, isAnswer: isAnswer, now: now)
        return true
    }
}
