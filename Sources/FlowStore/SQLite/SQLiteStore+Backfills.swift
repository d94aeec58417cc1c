// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension DatabaseStore: BackfillStore {
    package func createBackfill(_ backfill: Backfill, by change: Change) async throws -> Backfill {
        try await self.write("create_backfill") { db in
            let table = BackfillTable(db)
            guard let job = try JobTable(db).readable(backfill.job), job.uid == backfill.jobUID else {
                throw StoreFault.noJob(backfill.job)
            }
            if let open = try table.open(of: job.id) { throw StoreFault.backfillOpen(open) }
            try Self.permit(
                job.definition.takesTwo(to: .run),
                .job(job),
                version: job.version,
                to: "start",
                result: backfill.id.description,
                by: change,
                db
            )
            try table.insert(backfill)
            try Self.audit(change, .backfillCreate, backfill, groups: job.definition.groups, db)
            return backfill
        }
    }

    package func alreadyRan(_ times: [Timestamp], of job: Job) async throws -> Int {
        try await self.read { db in
            let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
            return try times.count { time in
                try BackfillTurns(db, job, targets: targets).isTaken(time)
            }
        }
    }

    package func makeUps(of job: JobID, from: Timestamp, until: Timestamp) async throws -> [Execution] {
        try await self.read { db in try BackfillTable(db).makeUps(of: job, from: from, until: until) }
    }

    package func backfill(_ id: BackfillID) async throws -> Backfill? {
        try await self.read { db in try BackfillTable(db).find(id) }
    }

    package func backfills(of job: JobID, page: PageRequest) async throws -> Page<Backfill> {
        try await self.read { db in try BackfillTable(db).page(of: job, page) }
    }

    package func openBackfills(limit: Int) async throws -> [Backfill] {
        try await self.read { db in try BackfillTable(db).open(limit: limit) }
    }

    package func cancelBackfill(_ id: BackfillID, by change: Change) async throws -> Backfill {
        try await self.write("cancel_backfill") { db in
            let table = BackfillTable(db)
            guard var backfill = try table.find(id) else { throw StoreFault.noBackfill(id) }
            guard backfill.state == .open else { return backfill }
            backfill.end(.cancelled, at: change.at)
            try table.update(backfill)
            let job = try JobTable(db).find(backfill.job)
            try Self.audit(change, .backfillCancel, backfill, groups: job?.definition.groups ?? backfill.groups, db)
            return backfill
        }
    }

    package func stepBackfill(_ id: BackfillID, hosts: BackfillHosts, at now: Timestamp) async throws -> BackfillStep? {
        try await self.write("step_backfill") { db in
            let table = BackfillTable(db)
            guard let stored = try table.find(id), stored.state == .open,
                try JobTable(db).find(uid: stored.jobUID)?.isUnreadable != true
            else { return nil }
            var backfill = stored
            var started: StartedRun?
            let facts = try Self.facts(of: backfill, at: now, db)
            switch backfill.decide(facts, at: now) {
            case .end(let ending): backfill.end(.ended, because: ending, at: now)
            case .done: backfill.end(.done, at: now)
            case .wait(let wait): backfill.waiting = wait
            case .look(let time):
                guard let job = facts.job else { return nil }
                started = try self.take(time, of: &backfill, job, hosts, at: now, db)
            }
            if backfill != stored { try table.update(backfill) }
            return BackfillStep(backfill: backfill, started: started)
        }
    }

    private static func facts(of backfill: Backfill, at now: Timestamp, _ db: Database) throws -> BackfillFacts {
        guard let job = try JobTable(db).find(uid: backfill.jobUID) else { return BackfillFacts(job: nil) }
        // A schedule that can't be read any more has no fires, which its planner says.
        let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid)
        let runs = try BackfillTable(db).runsUnderWay(of: job, for: backfill, at: now)
        return BackfillFacts(
            job: job,
            next: schedule.flatMap { backfill.range.next(after: backfill.progress.last, of: $0) },
            isSchedulerStopped: try SchedulerStopTable(db).state().isStopped,
            openRuns: runs.own,
            jobRuns: runs.all
        )
    }

    /// Gives a time its turn.
    private func take(
        _ time: Timestamp,
        of backfill: inout Backfill,
        _ job: Job,
        _ hosts: BackfillHosts,
        at now: Timestamp,
        _ db: Database
    ) throws -> StartedRun? {
        let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
        let turns = BackfillTurns(db, job, targets: targets)
        backfill.waiting = nil
        switch try turns.turn(at: time, hosts, isForced: backfill.isForced) {
        case .wait(let wait):
            backfill.waiting = wait
            return nil
        case .alreadyRan:
            backfill.progress.last = time
            backfill.progress.alreadyRan += 1
            return nil
        case .begin(let present, let away):
            let draft = RunDraft.backfill(
                time,
                of: backfill,
                for: JobReference(job),
                on: present,
                away: away,
                at: now
            )
            let begun = try RecordWriter(db: db, snapshots: self.snapshots).begin(draft)
            let maintained = try MaintenanceTable(db).inForce(at: now)
            let able = present.filter { maintained[$0] == nil }
            backfill.progress.last = time
            if able.isEmpty {
                backfill.progress.missed += 1
            } else {
                backfill.progress.started += 1
                if able.count < present.count + away.count { backfill.progress.incomplete += 1 }
                backfill.progress.startedAt = now
            }
            return StartedRun(run: draft.run, executions: begun.executions, orders: begun.orders, isRepeat: false)
        }
    }

    private static func audit(
        _ change: Change,
        _ action: AuditAction,
        _ backfill: Backfill,
        groups: [GroupID],
        _ db: Database
    ) throws {
        try AuditTable(db).record(
            change,
            action,
            AuditObject("job", String(backfill.job), name: backfill.jobName),
            groups: groups,
            after: BackfillAudit(backfill)
        )
    }
}

/// Which hosts of a job still lack one of its times.
private struct BackfillTurns {
    private let db: Database
    private let job: Job
    private let targets: [AgentID]

    init(_ db: Database, _ job: Job, targets: [AgentID]) {
        self.db = db
        self.job = job
        self.targets = targets
    }

    private var isPlaced: Bool { self.job.definition.placement?.isCoordinated ?? false }

    private func taken(_ time: Timestamp) throws -> Set<AgentID> {
        let executions = try BackfillTable(self.db).executions(of: self.job, at: time)
        return Set(executions.filter(\.isTakenUp).map(\.agentID))
    }

    /// Whether nobody lacks it.
    ///
    /// What the server places counts as a whole, wherever it ran.
    func isTaken(_ time: Timestamp) throws -> Bool {
        let taken = try self.taken(time)
        if self.isPlaced { return !taken.isEmpty }
        return !self.targets.isEmpty && taken.isSuperset(of: self.targets)
    }

    func turn(at time: Timestamp, _ hosts: BackfillHosts, isForced: Bool) throws -> BackfillTurn {
        if self.isPlaced {
            if try !isForced && self.isTaken(time) { return .alreadyRan }
            let isAnyThere = self.targets.contains(where: hosts.online.contains)
            return isAnyThere ? .begin(on: self.targets, away: []) : .wait(.noHost)
        }
        guard !isForced else {
            let all = BackfillHosts(online: hosts.online, settled: hosts.online)
            return BackfillTurn.each(of: self.targets, all, taken: [], owing: [])
        }
        let debts = try OwedTable(self.db).of(job: self.job.id).filter { debt in
            debt.since <= time && debt.until.map { time <= $0 } ?? true
        }
        let owing = Set(debts.map(\.agent))
        return BackfillTurn.each(of: self.targets, hosts, taken: try self.taken(time), owing: owing)
    }
}

/// What somebody asked for.
struct BackfillAudit: Encodable {
    let backfill: String
    let from: String
    let to: String
    let total: Int
    let concurrency: Int
    let perMinute: Int
    let force: Bool
    let params: [String: String]
    let state: String

    init(_ backfill: Backfill) {
        self.backfill = backfill.id.description
        self.from = backfill.range.from.rfc3339()
        self.to = backfill.range.until.rfc3339()
        self.total = backfill.total
        self.concurrency = backfill.pace.concurrency
        self.perMinute = backfill.pace.perMinute
        self.force = backfill.isForced
        self.params = SecretParameter.shown(backfill.parameters)
        self.state = backfill.state.rawValue
    }
}
