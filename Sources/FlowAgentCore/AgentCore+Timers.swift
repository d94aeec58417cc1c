// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension AgentCore {
    /// Decides everything that is due (R2).
    mutating func runTimers(at reading: ClockReading) {
        switch self.link {
        case .greeting(let until):
            guard reading.boot >= until else { return }
            self.link = .unwelcomed(dropAt: until + self.configuration.dropTimeout)
        case .unwelcomed(let dropAt) where reading.boot >= dropAt:
            self.link = .unwelcomed(dropAt: .max)
            self.effects.append(.dropLink)
        case .down, .unwelcomed, .welcomed: break
        }
        // What cannot be written cannot be decided.
        guard self.trouble == nil else { return }
        let now = self.clock.now(reading)
        self.leaveIfDue(at: reading)
        self.keepMaintenance(at: reading)
        self.countingBudget = MissedFires.stepsPerEvent
        var unfinished: [TimerKey] = []
        while self.standing != .dismissed, let key = self.timers.popDue(at: now) {
            switch key {
            case .fire(let uid):
                if !self.decideFires(of: uid, now: now) { unfinished.append(key) }
            case .order(let id): self.runStoredOrder(id, now: now)
            case .retry(let id): self.startRetry(id, now: now)
            case .deadline(let id): self.expireWaiting(id, now: now)
            case .place(let uid):
                self.freed.insert(uid)
                self.lookAtPools(of: uid)
            }
        }
        // Counting goes on right after whatever else has happened meanwhile.
        for key in unfinished { self.timers.set(key, at: now) }
        self.runUpkeep(at: reading, now: now)
    }

    /// Sets the timer of a job to its next undecided fire.
    mutating func scheduleNextFire(of uid: JobUID) {
        guard !self.isHalted, let job = self.jobs[uid], job.snapshot.isEnabled, let next = self.nextFire(of: uid, job)
        else {
            self.timers.remove(.fire(uid))
            return
        }
        self.timers.set(.fire(uid), at: next)
    }

    private func nextFire(of uid: JobUID, _ job: JobState) -> Timestamp? {
        guard job.schedule?.delayMilliseconds != nil else { return job.schedule?.next(after: job.cursor) }
        return self.isBusy(uid) ? nil : job.schedule?.delayed(after: job.cursor)
    }

    /// Fires an `@reboot` job once per boot of the host; its nominal time is when the host booted.
    ///
    /// The cursor tells boots apart: it was set in this boot if it is about the boot's time or later. A job that became
    /// known after the boot waits for the next one, as with cron.
    mutating func fireAfterBoot(_ uid: JobUID, at reading: ClockReading) {
        guard !self.isHalted, let job = self.jobs[uid], job.snapshot.isEnabled, let schedule = job.schedule,
            schedule.isReboot, !self.isBarred(job.snapshot.policies, now: self.clock.now(reading))
        else { return }
        let booted = Timestamp(seconds: self.clock.instant(boot: 0).seconds)
        guard job.cursor < booted.advanced(byMilliseconds: -Self.bootTolerance) else { return }
        let id = DeterministicID.execution(kind: .cron, job: uid, nominal: booted, agent: self.configuration.agent)
        let order = Self.localOrder(id, job: job.snapshot, nominal: booted, schedule: schedule)
        let now = self.clock.now(reading)
        if !self.skipHalted(order, isAnswer: false, now: now) {
            self.admit(order, isLocal: true, acknowledge: false, now: now)
        }
        self.moveCursor(of: uid, to: booted)
    }

    /// Clocks that were set after the boot move the boot's time by this much at most; milliseconds.
    private static let bootTolerance: Int64 = 30_000

    /// Walks a job's fires from its cursor to now, deciding each.
    ///
    /// - Returns: false when counting what was missed took all this event may spend, and has to go on.
    private mutating func decideFires(of uid: JobUID, now: Timestamp) -> Bool {
        guard !self.isHalted, let job = self.jobs[uid], job.snapshot.isEnabled, let schedule = job.schedule else {
            return true
        }
        let jitter = job.snapshot.policies.jitterMilliseconds
        let threshold = job.snapshot.policies.misfireThresholdMilliseconds + jitter
        let barrier = self.barrier(of: job.snapshot.policies, now: now)
        if let barrier {
            // The welcome decides on all others, and sets the timer again.
            guard let next = self.nextFire(of: uid, job), next < barrier, now.milliseconds(since: next) <= threshold
            else { return true }
        }
        if schedule.delayMilliseconds != nil {
            self.decideDelayed(uid, job, schedule, now: now)
            return true
        }
        var cursor = job.cursor
        if let next = schedule.next(after: cursor), now.milliseconds(since: next) > threshold, self.suspicion != nil {
            // Perhaps none of this was missed. What comes from now on runs; the rest waits for a server's word.
            self.hold(uid, at: cursor)
            cursor = now.advanced(byMilliseconds: -threshold - 1)
        }
        while self.suspicion == nil, let next = schedule.next(after: cursor), now.milliseconds(since: next) > threshold
        {
            let end = now.advanced(byMilliseconds: -threshold - 1)
            let part = self.missedPart(from: next, through: end, of: job.snapshot.policies)
            var count =
                job.counting.flatMap { $0.after == cursor ? $0 : nil }
                ?? MissedFires.Count(after: cursor, through: part.through, policies: part.policies, now: now)
            let agent = self.configuration.agent
            let ahead = self.ahead
            let found = count.go(on: schedule, budget: &self.countingBudget, mayLeap: ahead.isEmpty) {
                ahead.contains($0, of: uid, on: agent)
            }
            guard var missed = found else {
                self.moveCursor(of: uid, to: cursor)
                self.jobs[uid]?.counting = count
                return false
            }
            // The newest run: where one is due that is not late, or was missed for another reason, no older one takes its place.
            if part.detail == nil, !missed.run.isEmpty {
                let later = self.runs(
                    after: missed.through,
                    through: end,
                    of: part.policies,
                    on: schedule,
                    now: now
                )
                missed.keepNewest(part.policies.misfireCount - later)
            }
            self.jobs[uid]?.counting = nil
            self.account(for: missed, of: job.snapshot, because: part.detail, now: now)
            cursor = missed.through
        }
        var wakeAt: Timestamp?
        while let nominal = schedule.next(after: cursor), barrier.map({ nominal < $0 }) ?? true {
            let start = StartJitter.start(
                of: nominal,
                job: uid,
                agent: self.configuration.agent,
                jitterMilliseconds: jitter,
                next: schedule.next(after: nominal)
            )
            guard start <= now else {
                wakeAt = start
                break
            }
            let id = DeterministicID.execution(
                kind: .cron,
                job: uid,
                nominal: nominal,
                agent: self.configuration.agent
            )
            let hasOrder = self.announced.contains(id) || self.orders[id] != nil
            if self.isWelcomed, !hasOrder {
                guard self.configuration.firesWhileConnected else {
                    cursor = nominal
                    continue
                }
                let graceEnds = start.advanced(byMilliseconds: self.configuration.grace)
                guard now >= graceEnds else {
                    wakeAt = graceEnds
                    break
                }
                self.effects.append(.note(.orderMissing(id)))
            }
            self.announced.remove(id)
            let order = self.orders[id] ?? Self.localOrder(id, job: job.snapshot, nominal: nominal, schedule: schedule)
            self.admit(order, isLocal: !hasOrder, acknowledge: false, now: now)
            cursor = nominal
        }
        self.moveCursor(of: uid, to: cursor)
        if let wakeAt { self.timers.set(.fire(uid), at: wakeAt) } else { self.timers.remove(.fire(uid)) }
        return true
    }

    mutating func moveCursor(of uid: JobUID, to cursor: Timestamp) {
        guard let job = self.jobs[uid], cursor != job.cursor else { return }
        if self.suspicion != nil { self.hold(uid, at: job.cursor) }
        self.jobs[uid]?.cursor = cursor
        // A cursor of a clock that may be wrong is not written: it would say that time has been there.
        if self.suspicion == nil {
            self.pipeline.add(.advanceCursor(uid, cursor), then: .cursorMoved(from: job.cursor))
        }
    }

    mutating func hold(_ uid: JobUID, at cursor: Timestamp) {
        if self.suspicion?.held[uid] == nil { self.suspicion?.held[uid] = cursor }
    }

    /// The order an agent writes itself for a fire of a job it knows; static, since an agent is too much to be copied for it.
    static func localOrder(
        _ id: ExecutionID,
        job: JobSnapshot,
        nominal: Timestamp,
        schedule: CompiledSchedule
    ) -> Order {
        Order(
            executionID: id,
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal),
            job: job,
            kind: .cron,
            nominal: nominal,
            deadline: nominal.advanced(byMilliseconds: job.policies.catchUpWindowMilliseconds)
        )
    }

    /// Runs or records what a downtime swallowed (`semantics.md` 6, misfire).
    ///
    /// - Parameter cause: why they were missed, where that is known.
    private mutating func account(
        for missed: MissedFires,
        of job: JobSnapshot,
        because cause: String?,
        now: Timestamp
    ) {
        guard let schedule = self.jobs[job.uid]?.schedule else { return }
        if let skipped = missed.skipped {
            var detail = Self.words(for: skipped)
            if let cause = self.haltDetail(from: skipped.from, through: skipped.through) ?? cause {
                detail = skipped.count == 1 ? cause : "\(detail): \(cause)"
            } else if let outage = self.outage, outage.explains(skipped) {
                let fires = skipped.count == 1 ? "this fire was missed" : detail
                detail =
                    "\(fires): from \(outage.from) to \(outage.through) the host could not write its ledger (\(outage.cause))"
            }
            self.skip(skipped, of: job, on: schedule, detail: detail, now: now)
        }
        for nominal in missed.run {
            let id = DeterministicID.execution(
                kind: .cron,
                job: job.uid,
                nominal: nominal,
                agent: self.configuration.agent
            )
            self.announced.remove(id)
            let order = Self.localOrder(id, job: job, nominal: nominal, schedule: schedule)
            self.admit(order, isLocal: true, acknowledge: false, now: now)
        }
    }

    /// Records that fires never start: one record for all of them.
    ///
    /// - Parameter isFinal: whether nothing will decide on them again, so that the record is kept when the ledger fails.
    mutating func skip(
        _ skipped: CoalescedRange,
        of job: JobSnapshot,
        on schedule: CompiledSchedule,
        detail: String,
        isFinal: Bool = false,
        now: Timestamp
    ) {
        let id = DeterministicID.execution(
            kind: .cron,
            job: job.uid,
            nominal: skipped.through,
            agent: self.configuration.agent
        )
        self.decide(
            Self.localOrder(id, job: job, nominal: skipped.through, schedule: schedule),
            status: .skipped,
            reason: skipped.from == skipped.through ? .misfire : .misfireCoalesced,
            detail: detail,
            coalesced: skipped,
            acknowledge: false,
            isFinal: isFinal,
            now: now
        )
        self.jobs[job.uid]?.gap = skipped
        self.effects.append(.note(.missed(job.uid, skipped)))
    }
}
