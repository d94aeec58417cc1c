// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One transaction about runs in waves: loads what ``WaveRollout`` asks for, and saves what it says.
struct WaveStep {
    let db: Database
    let snapshots: SnapshotCache
    let now: Timestamp
    let away: (AgentID) -> Bool
    var round = PlacementRound()
    private var maintained: [AgentID: MaintenancePeriod]?

    init(db: Database, snapshots: SnapshotCache, now: Timestamp, away: @escaping (AgentID) -> Bool = { _ in false }) {
        self.db = db
        self.snapshots = snapshots
        self.now = now
        self.away = away
    }

    mutating func roll(_ run: RunID) throws {
        let table = WaveTable(self.db)
        guard let stored = try table.find(run), !stored.rollout.isOver else { return }
        var rollout = stored.rollout
        if rollout.opened == 0, rollout.stop == nil, try !self.mayBegin(stored) {
            // What was refused has ended, and the run with it.
            let members = try self.members(of: run).map(\.member)
            if members.allSatisfy(\.status.isTerminal) { _ = rollout.look(at: members, now: self.now) }
            if rollout != stored.rollout { try table.update(run, rollout) }
            return
        }
        var members = try self.members(of: run)
        if try self.concludeAway(members, through: rollout.opened) { members = try self.members(of: run) }
        steps: while true {
            switch rollout.look(at: members.map(\.member), now: self.now) {
            case .open(let wave):
                try self.open(members.filter { $0.member.wave == wave }.map(\.execution), of: stored.job)
            case .stop(let stop): try self.conclude(stop.inference, members.map(\.execution).filter(\.awaitsWave))
            case .wait, .over: break steps
            }
            members = try self.members(of: run)
        }
        if rollout != stored.rollout { try table.update(run, rollout) }
    }

    private typealias Row = (execution: Execution, member: WaveRollout.Member)

    private func members(of run: RunID) throws -> [Row] {
        let waves = try WaveTable(self.db).waves(of: run)
        return try ExecutionTable(self.db).of(run: run).compactMap { execution in
            guard let wave = waves[execution.id] else { return nil }
            let isAway = !execution.status.isTerminal && self.away(execution.agentID)
            return (execution, WaveRollout.Member(wave: wave, status: execution.status, isAway: isAway))
        }
    }

    /// Whether the first wave may begin; what may never is concluded.
    private mutating func mayBegin(_ stored: WaveTable.Stored) throws -> Bool {
        let waiting = try ExecutionTable(self.db).of(run: stored.run).filter(\.awaitsWave)
        guard let first = waiting.first else { return true }
        guard let job = try JobTable(self.db).find(stored.job) else { return true }
        if first.nominal > self.now || job.isUnreadable { return false }
        if first.kind == .cron, !job.isEnabled {
            try self.conclude(.jobDisabled, waiting)
            return false
        }
        let plan = SlotAdmission.plan(
            try WaveTable(self.db).openRuns(of: stored.job),
            job.definition.policies
        )
        let verdict = plan.verdicts[stored.run] ?? .begin
        if case .refuse(let reason, let detail) = verdict {
            try self.conclude(Inference(.skipped, reason, detail), waiting)
            return false
        }
        // The job's own start deadline is for the first wave.
        let policies = job.definition.policies
        let own = policies.startDeadlineSeconds.map { seconds in
            first.nominal.advanced(byMilliseconds: Int64(seconds) * 1000 + policies.jitterMilliseconds)
        }
        let latest = min(stored.rollout.latestStart, own ?? stored.rollout.latestStart)
        if latest < self.now {
            try self.conclude(verdict == .wait ? .queuedTooLong : .tooLate(latest), waiting)
            return false
        }
        for run in plan.replaced { try self.stop(run) }
        return verdict == .begin
    }

    /// Hosts that have their turn and are not there.
    ///
    /// - Returns: whether there are any.
    private mutating func concludeAway(_ members: [Row], through wave: Int) throws -> Bool {
        let gone = members.filter { row in
            row.member.isAway && row.member.wave <= wave && row.execution.status == .pending
                && row.execution.attempt == 0
        }
        try self.conclude(.awayInWave, gone.map(\.execution))
        return !gone.isEmpty
    }

    private mutating func open(_ executions: [Execution], of job: JobID) throws {
        let maintained = try self.maintained ?? MaintenanceTable(self.db).inForce(at: self.now)
        self.maintained = maintained
        let groups = try JobTable(self.db).groups(of: job)
        let reached = Set(try AgentTable(self.db).agents(inAnyOf: groups))
        let orders = OrderTable(self.db, self.snapshots)
        for execution in executions where execution.awaitsWave {
            guard reached.contains(execution.agentID) else {
                try self.conclude(.hostLeft, [execution])
                continue
            }
            if let period = maintained[execution.agentID] {
                try self.conclude(Inference(.skipped, .maintenance, period.text.en), [execution])
                continue
            }
            var begun = execution
            begun.reason = nil
            begun.detail = nil
            try self.write(begun, over: execution)
            try ExecutionTable(self.db).setStartDeadline(StartDeadline.ofTrigger(at: self.now), of: execution.id)
            try orders.insert(execution.id, for: execution.agentID)
            if let order = try orders.again(execution.id) {
                self.round.orders[execution.agentID, default: []].append(order.1)
            }
        }
    }

    /// Asks for the end of a run that a newer one takes the place of.
    private mutating func stop(_ run: RunID) throws {
        for execution in try ExecutionTable(self.db).of(run: run)
        where !execution.status.isTerminal && !execution.cancelRequested {
            if execution.awaitsWave {
                try self.conclude(Inference(.cancelled, .overlap, "a newer run of the job took its place"), [execution])
                continue
            }
            var asked = execution
            asked.cancelRequested = true
            try self.write(asked, over: execution)
            self.round.cancels.append(
                PlacementRound.Cancel(execution: execution.id, agent: execution.agentID, force: false)
            )
        }
    }

    mutating func conclude(_ inference: Inference, _ executions: [Execution]) throws {
        guard !executions.isEmpty else { return }
        var changes = RecordChanges()
        changes.infer(inference, for: executions, at: self.now)
        try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
        self.round.changed += changes.changed
    }

    private mutating func write(_ execution: Execution, over stored: Execution) throws {
        var execution = execution
        execution.updatedAt = self.now
        var changes = RecordChanges()
        changes.write(execution, over: stored)
        try RecordWriter(db: self.db, snapshots: self.snapshots).save(changes)
        self.round.changed += changes.changed
    }
}

extension Execution {
    /// No host was told of it.
    var awaitsWave: Bool { self.status == .pending && self.reason == .waitingWave }
}
