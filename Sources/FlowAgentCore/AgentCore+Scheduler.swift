// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The scheduler stands still because somebody stopped it on the server.
///
/// It is the host that stands still, and the server's word is in its ledger: it counts over restarts, and without a connection
/// until a server says otherwise. No cursor moves meanwhile, so that what came due is missed like in a downtime, and the misfire
/// policy decides at the start. What runs, waits or was triggered goes on.
extension AgentCore {
    /// Whether nothing may fire by schedule.
    var isHalted: Bool { self.configuration.heedsScheduler && (self.scheduler.isStopped || self.isMaintained) }

    /// Takes the server's word; the newest counts, whatever its number: after a restore the server counts from a lower one.
    mutating func follow(_ state: SchedulerState, at reading: ClockReading) {
        guard state != self.scheduler else { return }
        let (wasStopped, wasHalted) = (self.scheduler.isStopped, self.isHalted)
        self.scheduler = state
        self.pipeline.add(.setScheduler(state), then: .schedulerSet)
        if state.isStopped != wasStopped { self.effects.append(.note(.schedulerChanged(state))) }
        self.changeHalt(from: wasHalted, at: reading)
    }

    /// Stops schedules, or lets them go on, where that is news.
    mutating func changeHalt(from wasHalted: Bool, at reading: ClockReading) {
        guard self.isHalted != wasHalted else { return }
        if self.isHalted {
            for uid in self.jobs.keys.sorted() {
                self.timers.remove(.fire(uid))
                // What is missed will be counted from the cursor, to the time of the start.
                self.jobs[uid]?.counting = nil
            }
        } else {
            self.resumeSchedules(at: reading)
        }
    }

    private mutating func resumeSchedules(at reading: ClockReading) {
        for uid in self.jobs.keys.sorted() {
            self.scheduleNextFire(of: uid)
            self.fireAfterBoot(uid, at: reading)
        }
        for (id, order) in self.orders.sorted(by: { $0.key < $1.key }) where order.kind == .cron {
            self.timers.set(.order(id), at: order.nominal)
        }
    }

    /// An order for a fire whose time has come: it stays where it is while the scheduler stands still.
    ///
    /// What a server has placed was fired before the stop, or decided after it.
    func holds(_ id: ExecutionID) -> Bool {
        guard self.isHalted, let order = self.orders[id] else { return false }
        return order.kind == .cron && order.hold == nil
    }

    /// Why a fire was missed that lay in a stop, or in the host's maintenance, in words; nil when it did not.
    func haltDetail(from: Timestamp, through: Timestamp) -> String? {
        if let stop = self.scheduler.stop(covering: from, through) { return stop.text.en }
        guard let period = self.maintenance.period, period.overlaps(from, through) else { return nil }
        return period.text.en
    }

    /// Why nothing has been decided since the ledger can't be written, in words; nil when it can.
    private var troubleDetail: String? {
        self.trouble.map { "since \($0.since) the host can't write its ledger (\($0.cause))" }
    }

    /// Accounts for fires of a stop, or of a time in which the ledger can't be written, that nothing will decide on any more,
    /// because an update switches their job off, gives it another schedule, or takes it from this host.
    ///
    /// Before the update is written and in one transaction with it: afterwards nobody knows what was due. The count has one bound
    /// for all jobs that an update changes; beyond it the records say what they cover, and no longer how many fires that were.
    mutating func accountForWithdrawn(by update: ConfigUpdate, now: Timestamp) {
        // With a clock that may be wrong, perhaps none of this was due.
        guard self.suspicion == nil else { return }
        var budget = MissedFires.stepsPerUpdate
        let changes = update.upserts.map { (uid: $0.uid, job: Optional($0)) }
        for (uid, job) in changes + self.removed(by: update).map({ (uid: $0, job: nil) }) {
            guard let known = self.jobs[uid], known.snapshot.isEnabled, let schedule = known.schedule,
                job?.isEnabled != true || job?.schedule != known.snapshot.schedule,
                let first = schedule.next(after: known.cursor), first <= now,
                let halt = self.haltDetail(from: first, through: now) ?? self.troubleDetail
            else { continue }
            // None of them runs, whatever the policy.
            var policies = known.snapshot.policies
            policies.misfire = .skip
            var count = MissedFires.Count(after: known.cursor, through: now, policies: policies, now: now)
            let agent = self.configuration.agent
            let ahead = self.ahead
            let orders = self.orders
            func isDecided(_ nominal: Timestamp) -> Bool {
                let id = DeterministicID.execution(kind: .cron, job: uid, nominal: nominal, agent: agent)
                return ahead.contains(nominal, of: uid, on: agent) || orders[id] != nil
            }
            let missed = count.go(
                on: schedule,
                budget: &budget,
                mayLeap: ahead.isEmpty && orders.isEmpty,
                isDecided: isDecided
            )
            let found = missed.map(\.skipped) ?? count.least(on: schedule, isDecided: isDecided)
            guard let skipped = found else { continue }
            let change =
                switch job?.isEnabled {
                case true?: "the job got another schedule before that ended"
                case false?: "the job was disabled before that ended"
                case nil: "the job was deleted, or left this host, before that ended"
                }
            let fires = "\(skipped.count) fires from \(skipped.from) through \(skipped.through) were missed: "
            self.skip(
                skipped,
                of: known.snapshot,
                on: schedule,
                detail: "\(skipped.from == skipped.through ? "" : fires)\(halt); \(change)",
                isFinal: true,
                now: now
            )
            // For good, like the record: no failure of the ledger takes it back.
            self.jobs[uid]?.cursor = now
            self.pipeline.add(.advanceCursor(uid, now))
        }
    }

    /// Jobs that this host no longer has to run.
    func removed(by update: ConfigUpdate) -> [JobUID] {
        guard update.base == nil else { return update.removals }
        let kept = Set(update.upserts.map(\.uid))
        return self.jobs.keys.filter { !kept.contains($0) }.sorted()
    }

    /// Decides on a fire that a stop has made late, if the job does not run those.
    ///
    /// - Returns: whether it is decided.
    mutating func skipHalted(_ order: Order, isAnswer: Bool, now: Timestamp) -> Bool {
        let policies = order.job.policies
        guard let late = self.lateness(ofMissed: order, now: now),
            let detail = self.haltDetail(from: order.nominal, through: order.nominal),
            policies.misfire == .skip || late > policies.catchUpWindowMilliseconds
        else { return false }
        self.leaveOut(order, because: detail, isAnswer: isAnswer, now: now)
        return true
    }

    /// How late a fire is that counts as missed (section 6); nil while it is not; milliseconds.
    func lateness(ofMissed order: Order, now: Timestamp) -> Int64? {
        let policies = order.job.policies
        let late = now.milliseconds(since: order.nominal)
        return late > policies.misfireThresholdMilliseconds + policies.jitterMilliseconds ? late : nil
    }

    /// A missed fire that does not run, and why.
    mutating func leaveOut(_ order: Order, because detail: String, isAnswer: Bool, now: Timestamp) {
        self.decide(
            order,
            status: .skipped,
            reason: .misfire,
            detail: detail,
            acknowledge: false,
            isAnswer: isAnswer,
            now: now
        )
    }
}
