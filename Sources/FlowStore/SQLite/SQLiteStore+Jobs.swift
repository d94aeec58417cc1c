// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func createJob(
        uid: JobUID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        by change: Change
    ) async throws -> Job {
        let new = try NewJob(uid: uid, definition: definition, isEnabled: isEnabled, nextFire: nextFire)
        return try await self.writeTogether("create_job") { db in try self.create(new, by: change, db) }
    }

    func create(_ new: NewJob, by change: Change, _ db: Database) throws -> Job {
        try self.requireGroups(new.definition.groups, db)
        try CalendarTable(db).requireCurrent(new.definition)
        let jobs = JobTable(db)
        guard try jobs.id(named: new.definition.name) == nil else {
            throw StoreFault.jobNameTaken(new.definition.name)
        }
        let job = try jobs.insert(new, by: change.actor.name, at: change.at)
        try DependencyTable(db).bind(job, over: nil, by: change)
        try StreakTable(db).bind(job, over: nil)
        try WatchTable(db).bind(job)
        try ConfigTable(db).raiseVersion(job: job.uid)
        try AuditTable(db).record(
            change,
            .jobCreate,
            AuditObject(job),
            groups: new.definition.groups,
            diff: new.diff
        )
        return job
    }

    package func updateJob(
        _ id: JobID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        hold: JobHold?,
        expectedVersion: Int64?,
        by change: Change
    ) async throws -> ChangedJob {
        try await self.writeTogether("update_job") { db in
            let jobs = JobTable(db)
            guard var job = try jobs.readable(id) else { throw StoreFault.noJob(id) }
            if let expectedVersion, expectedVersion != job.version {
                throw StoreFault.versionConflict(job, expected: expectedVersion)
            }
            try self.requireGroups(definition.groups, db)
            try CalendarTable(db).requireCurrent(definition)
            if let other = try jobs.id(named: definition.name), other != id {
                throw StoreFault.jobNameTaken(definition.name)
            }
            let before = job
            let takesTwo = TwoPersonRule.isNeeded(
                over: before,
                definition: definition,
                isEnabled: isEnabled,
                hold: isEnabled ? nil : hold
            )
            try Self.permit(takesTwo, .job(before), version: before.version, to: "change", by: change, db)
            if before.definition.standing?.onEdit == .refuse, before.definition != definition,
                let running = try ExecutionTable(db).firstRunning(of: id)
            {
                throw StoreFault.jobRuns(before, running)
            }
            job.definition = definition
            job.isEnabled = isEnabled
            job.nextFire = Self.owed(before, by: definition, isEnabled: isEnabled, at: change.at) ?? nextFire
            job.hold = isEnabled ? nil : hold
            let skipped = try self.skipWithdrawn(before, by: job, at: change.at, db)
            var saved = try self.save(&job, over: before, by: change, db)
            if !skipped.isEmpty { saved = ChangedJob(job: saved.job, ended: saved.ended + skipped) }
            guard before.isEnabled, !isEnabled, definition.standing?.onDisable == .stop else { return saved }
            var stopped: [Execution] = []
            for execution in try ExecutionTable(db).running(of: id) {
                stopped.append(try self.askToStop(execution, force: false, by: change, db))
            }
            return ChangedJob(job: saved.job, ended: saved.ended, stopped: stopped)
        }
    }

    /// What the server has yet to place of a job whose schedule an edit leaves alone: who placed it, or a start of the scheduler,
    /// decides on it as if nobody had edited.
    private static func owed(
        _ before: Job,
        by definition: JobDefinition,
        isEnabled: Bool,
        at now: Timestamp
    ) -> Timestamp? {
        guard isEnabled, before.isEnabled, let due = before.nextFire, due <= now,
            definition.schedule == before.definition.schedule,
            before.definition.placement?.isCoordinated == true, definition.placement?.isCoordinated == true
        else { return nil }
        return due
    }

    /// Stores a job as its next version, with all that follows from the change.
    ///
    /// - Throws: `conflict` where what is stored can't be read.
    func save(_ job: inout Job, over before: Job, by change: Change, _ db: Database) throws -> ChangedJob {
        guard !before.isUnreadable else { throw StoreFault.jobUnreadable(before) }
        job.version = before.version + 1
        job.updatedAt = change.at
        try JobTable(db).update(job, by: change.actor.name)
        try DependencyTable(db).bind(job, over: before, by: change)
        try StreakTable(db).bind(job, over: before)
        try WatchTable(db).bind(job)
        try ConfigTable(db).raiseVersion(job: job.uid)
        try AuditTable(db).record(
            change,
            JobAudit.action(from: before, to: job),
            AuditObject(job),
            groups: before.definition.groups + job.definition.groups,
            before: JobAudit(before),
            after: JobAudit(job)
        )
        return ChangedJob(job: job, ended: try self.endOvertaken(by: job, since: before, at: change.at, db))
    }

    /// Records a fire that the server places and a stop of the scheduler holds up, where no start will decide on it any more: the
    /// change switches its job off, gives it another schedule, or deletes it.
    ///
    /// Hosts account for theirs themselves.
    ///
    /// - Parameter after: nil = it is deleted.
    private func skipWithdrawn(
        _ before: Job,
        by after: Job?,
        at now: Timestamp,
        _ db: Database
    ) throws -> [Execution] {
        guard before.isEnabled, let due = before.nextFire, due <= now,
            before.definition.placement?.isCoordinated == true,
            after?.isEnabled != true || after?.definition.schedule != before.definition.schedule
                || after?.definition.placement?.isCoordinated != true,
            let stop = try SchedulerStopTable(db).covering(due)
        else { return [] }
        let fire = PlannedFire(job: before.uid, jobID: before.id, version: before.version, nominal: due, next: nil)
        let draft = RunDraft.placedFire(
            fire,
            of: JobReference(before),
            before.definition.policies,
            stop: stop,
            withdrawnBy: Self.withdrawal(by: after),
            at: now
        )
        return try RecordWriter(db: db, snapshots: self.snapshots).begin(draft).executions
    }

    private static func withdrawal(by after: Job?) -> String {
        switch after?.isEnabled {
        case true?: "the job got another schedule before that ended"
        case false?: "the job was disabled before that ended"
        case nil: "the job was deleted before that ended"
        }
    }

    package func deleteJob(_ id: JobID, by change: Change) async throws -> ChangedJob {
        try await self.write("delete_job") { db in
            try self.requireNoStep(id, db)
            return try self.delete(id, by: change, db)
        }
    }

    /// - Throws: `inUse` while a workflow runs the job, or waits for it.
    func requireNoStep(_ id: JobID, _ db: Database) throws {
        guard let job = try JobTable(db).find(id) else { return }
        try WorkflowTable(db).requireUnused(.job(id), named: job.definition.name)
    }

    func delete(_ id: JobID, by change: Change, _ db: Database) throws -> ChangedJob {
        let jobs = JobTable(db)
        guard let job = try jobs.find(id) else { throw StoreFault.noJob(id) }
        let dependents = try DependencyTable(db).children(of: id).count
        guard dependents == 0 else { throw StoreFault.hasDependents(job, [], hidden: dependents) }
        let takesTwo = TwoPersonRule.isNeeded(toDelete: job)
        try Self.permit(takesTwo, .job(job), version: job.version, to: "delete", by: change, db)
        var changes = RecordChanges()
        let skipped = try self.skipWithdrawn(job, by: nil, at: change.at, db)
        try OwedTable(db).end(of: id, at: change.at)
        changes.endDeleted(try ExecutionTable(db).pending(of: id), at: change.at)
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        try jobs.delete(id, at: change.at)
        try ConfigTable(db).raiseVersion(job: job.uid)
        try AuditTable(db).record(
            change,
            .jobDelete,
            AuditObject(job),
            groups: job.definition.groups,
            before: job.isUnreadable ? nil : JobAudit(job)
        )
        return ChangedJob(job: job, ended: changes.changed + skipped)
    }

    package func job(_ id: JobID) async throws -> Job? { try await self.readFew { db in try JobTable(db).find(id) } }

    package func jobs(among ids: [JobID]) async throws -> [Job] {
        guard !ids.isEmpty else { return [] }
        return try await self.read { db in try JobTable(db).among(ids) }
    }

    package func jobs(withRulesAmong ids: [JobID]) async throws -> [Job] {
        guard !ids.isEmpty else { return [] }
        return try await self.read { db in try JobTable(db).withRules(among: ids) }
    }

    package func job(uid: JobUID) async throws -> Job? {
        try await self.readFew { db in try JobTable(db).find(uid: uid) }
    }

    package func job(named name: String) async throws -> Job? {
        try await self.read { db in try JobTable(db).find(named: name) }
    }

    package func jobs(_ query: JobQuery) async throws -> Page<Job> {
        try await self.read { db in try JobTable(db).page(query) }
    }

    package func versions(of job: JobUID, in scope: Scope, page: PageRequest) async throws -> Page<JobVersion> {
        try await self.read { db in try JobVersionTable(db).page(of: job, in: scope, page) }
    }

    package func version(_ number: Int64, of job: JobUID) async throws -> JobVersion? {
        try await self.read { db in try JobVersionTable(db).find(number, of: job) }
    }

    package func allJobs() async throws -> [Job] { try await self.read { db in try JobTable(db).all() } }

    package func jobPlans() async throws -> [JobPlan] {
        try await self.read { db in try ScheduleTable(db).plans() }
    }

    package func lastExecutions(of jobs: [JobID], in scope: Scope) async throws -> [JobID: Execution] {
        try await self.read { db in
            try ExecutionTable(db).newest(of: jobs, count: 1, in: scope).compactMapValues(\.first)
        }
    }

    private func endOvertaken(
        by job: Job,
        since before: Job,
        at now: Timestamp,
        _ db: Database
    ) throws -> [Execution] {
        let table = ExecutionTable(db)
        let sameGroups = before.definition.groups == job.definition.groups
        let pending = sameGroups ? try table.planned(of: job.id, after: now) : try table.pending(of: job.id)
        if !job.isEnabled { try OwedTable(db).end(of: job.id, at: now) }
        guard !pending.isEmpty || !sameGroups else { return [] }
        let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
        if !sameGroups { try OwedTable(db).end(of: job.id, except: targets, at: now) }
        var changes = RecordChanges()
        changes.end(pending, by: Obsolescence(of: job, on: targets), at: now)
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        return changes.changed
    }

    func requireGroups(_ groups: [GroupID], _ db: Database) throws {
        let table = GroupTable(db)
        for group in groups where try !table.has(group) { throw StoreFault.noGroup(group) }
    }
}
