// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Fixed delay: the next run begins so long after the end of the one before (S1-FR-1.1).
///
/// The cursor of such a job is the end of its last run, or when it was enabled. It moves in the transaction that records
/// the end, so a restart waits for what is left of the pause and no longer. A nominal time is one pause after the cursor.
extension AgentCore {
    /// Whether an execution of the job runs, waits for its next attempt, or waits for a place.
    func isBusy(_ uid: JobUID) -> Bool { self.openCount[uid] != nil || self.queues[uid] != nil }

    mutating func decideDelayed(
        _ uid: JobUID,
        _ job: JobState,
        _ schedule: CompiledSchedule,
        now: Timestamp
    ) {
        guard !self.isBusy(uid), let nominal = schedule.delayed(after: job.cursor) else { return }
        let policies = job.snapshot.policies
        let start = StartJitter.start(
            of: nominal,
            job: uid,
            agent: self.configuration.agent,
            jitterMilliseconds: policies.jitterMilliseconds,
            next: nil
        )
        guard start <= now else {
            self.timers.set(.fire(uid), at: start)
            return
        }
        let isLate = now.milliseconds(since: start) > policies.misfireThresholdMilliseconds
        if isLate, self.suspicion != nil {
            // Perhaps this is not late at all: the pause begins anew, and the ledger keeps the old cursor (R7).
            self.hold(uid, at: job.cursor)
            self.jobs[uid]?.cursor = now
            self.scheduleNextFire(of: uid)
            return
        }
        let id = DeterministicID.execution(kind: .cron, job: uid, nominal: nominal, agent: self.configuration.agent)
        let order = Self.localOrder(id, job: job.snapshot, nominal: nominal, schedule: schedule)
        if isLate, policies.misfire == .skip {
            self.decide(
                order,
                status: .skipped,
                reason: .misfire,
                detail: self.haltDetail(from: nominal, through: nominal)
                    ?? self.missedPart(from: nominal, through: now, of: policies).detail
                    ?? "the agent was not running at \(nominal)",
                acknowledge: false,
                now: now
            )
        } else {
            self.admit(order, isLocal: true, acknowledge: false, now: now)
        }
        if !self.isBusy(uid) { self.restartDelay(of: uid, now: now) }
    }

    /// Begins the pauses after runs that have just ended, and no others: an end is a fact, also where nothing may be decided yet (R6).
    mutating func beginPauses(now: Timestamp) {
        for uid in self.freed.sorted() where self.jobs[uid]?.schedule?.delayMilliseconds != nil && !self.isBusy(uid) {
            self.freed.remove(uid)
            self.restartDelay(of: uid, now: now)
        }
    }

    /// The run has ended, or was decided against: the pause begins.
    mutating func restartDelay(of uid: JobUID, now: Timestamp) {
        guard self.jobs[uid]?.schedule?.delayMilliseconds != nil, !self.isBusy(uid) else { return }
        self.moveCursor(of: uid, to: now)
        self.scheduleNextFire(of: uid)
    }
}
