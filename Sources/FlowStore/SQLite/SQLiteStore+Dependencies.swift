// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: DependencyStore {
    package func dependencies(of job: JobID) async throws -> DependencyBook? {
        try await self.read { db in
            let table = DependencyTable(db)
            let edges = try table.edges(of: job)
            guard !edges.isEmpty else { return nil }
            return DependencyBook(
                edges: edges,
                marks: try table.marks(of: job, limit: 50),
                owner: try table.owner(of: job),
                due: try table.deadline(of: job).due
            )
        }
    }

    package func dependents(of job: JobID) async throws -> [Job] {
        try await self.read { db in
            try DependencyTable(db).children(of: job).compactMap { try JobTable(db).find($0) }
        }
    }

    package func dependencyGraph() async throws -> [JobID: [JobID]] {
        try await self.read { db in try DependencyTable(db).graph() }
    }

    package func settle(
        _ run: SettledRun,
        moving reader: ReaderMove,
        at now: Timestamp
    ) async throws -> [StartedRun] {
        try await self.write("settle") { db in
            try EventTable(db).move(reader.reader, from: reader.from, to: reader.to, at: now)
            let table = DependencyTable(db)
            // What a workflow runs is the workflow's: it says itself what follows from it. And a backfill makes up for
            // times of this job alone (D7).
            let root = try RunTable(db).find(run.root)?.type
            let jobs =
                root == .workflow || root == .backfill
                ? [] : try table.children(of: run.job).compactMap { try JobTable(db).find($0) }
            var started: [StartedRun] = []
            for job in jobs.sorted(by: { $0.uid < $1.uid }) {
                guard let dependencies = job.definition.dependencies else { continue }
                var core = try table.core(of: job, dependencies)
                core.settle(run, known: try table.mark(of: job.id, root: run.root), at: now)
                let begun = try core.start.map { try self.begin($0, of: job, at: now, db) }
                try table.save(core, started: begun?.run.id)
                if let begun { started.append(begun) }
            }
            return started
        }
    }

    package func dueDeadlines(at now: Timestamp, limit: Int) async throws -> [(job: JobID, due: Timestamp)] {
        try await self.read { db in
            try JobTable(db).due(limit: limit, of: { $0.job }) { try DependencyTable(db).due(at: now, limit: $0) }
        }
    }

    package func expireDeadline(of id: JobID, due: Timestamp, at now: Timestamp) async throws -> StartedRun? {
        try await self.write("expire_deadline") { db in
            let table = DependencyTable(db)
            guard let job = try JobTable(db).find(id), let dependencies = job.definition.dependencies,
                try table.deadline(of: id).due == due
            else { return nil }
            // What passed while the server was away is decided once, with the newest.
            var newest = due
            var next = try? dependencies.deadline?.next(after: due, job: job.uid)
            while let later = next, later <= now {
                newest = later
                next = try? dependencies.deadline?.next(after: later, job: job.uid)
            }
            var core = try table.core(of: job, dependencies)
            core.expire(newest, next: next)
            if let missing = core.alarm {
                let names = try missing.prefix(JobEvent.nameLimit).map {
                    try JobTable(db).find($0)?.definition.name ?? "#\($0)"
                }
                let more = missing.count - names.count
                let event = JobEvent(
                    .parentsLate,
                    job: id,
                    due: newest,
                    missing: more > 0 ? names + ["+\(more)"] : names
                )
                try EventTable(db).append(.job(event), at: now)
            }
            let begun = try core.start.map { try self.begin($0, of: job, at: now, db) }
            try table.save(core, started: begun?.run.id)
            return begun
        }
    }

    package func resetDependencies(of id: JobID, by change: Change) async throws {
        try await self.write("reset_dependencies") { db in
            let (job, dependencies) = try self.dependent(id, db)
            let table = DependencyTable(db)
            var core = try table.core(of: job, dependencies)
            core.reset()
            try table.save(core, started: nil)
            try AuditTable(db).record(
                change,
                .dependenciesReset,
                AuditObject(job),
                groups: job.definition.groups
            )
        }
    }

    package func startDependent(_ id: JobID, by change: Change) async throws -> StartedRun {
        try await self.write("start_dependent") { db in
            let (job, dependencies) = try self.dependent(id, db)
            let table = DependencyTable(db)
            var core = try table.core(of: job, dependencies)
            core.startNow(at: change.at)
            guard let start = core.start else { throw StoreFault.nothingWaits(job) }
            guard try !AgentTable(db).agents(inAnyOf: job.definition.groups).isEmpty else {
                throw StoreFault.noTarget(job.definition.name)
            }
            try Self.permit(
                job.definition.takesTwo(to: .run),
                .job(job),
                version: job.version,
                to: "start",
                by: change,
                db
            )
            let begun = try self.begin(start, of: job, caller: change.actor.name, at: change.at, db)
            try table.save(core, started: begun.run.id)
            try AuditTable(db).record(
                change,
                .jobRun,
                AuditObject(job),
                groups: job.definition.groups,
                after: RunAudit(begun.run, targets: begun.executions.map(\.agentID))
            )
            return begun
        }
    }

    package func deleteDetached(
        _ id: JobID,
        by change: Change
    ) async throws -> (deleted: ChangedJob, dependents: [Job]) {
        try await self.write("delete_detached") { db in
            try self.requireNoStep(id, db)
            let jobs = JobTable(db)
            let table = DependencyTable(db)
            var dependents: [Job] = []
            for before in try table.children(of: id).compactMap({ try jobs.find($0) }) {
                guard !before.isUnreadable else { throw StoreFault.jobUnreadable(before) }
                var job = before
                job.version += 1
                job.updatedAt = change.at
                job.definition.dependencies?.edges.removeAll { $0.parent == id }
                if job.definition.dependencies?.edges.isEmpty == true { job.definition.dependencies = nil }
                if before.definition.isTwoPerson, change.actor.kind == .user, !change.isEmergency {
                    throw StoreFault.takesTwo(before.definition.name, to: "change")
                }
                try jobs.update(job, by: change.actor.name)
                let owner = try table.owner(of: job.id)
                try table.bind(job, over: before, by: change)
                // It does no more than before: whoever deletes the parent does not answer for it.
                if job.definition.dependencies != nil { try table.keepOwner(owner, of: job.id) }
                try ConfigTable(db).raiseVersion(job: job.uid)
                try AuditTable(db).record(
                    change,
                    .jobUpdate,
                    AuditObject(job),
                    groups: job.definition.groups,
                    before: JobAudit(before),
                    after: JobAudit(job)
                )
                dependents.append(job)
            }
            return (try self.delete(id, by: change, db), dependents)
        }
    }

    /// Of a chain of retries what the deciding run lacks is its first run's.
    private static func handed(
        _ start: DependencyStart,
        to job: Job,
        _ names: [JobID: String],
        _ db: Database
    ) throws -> HandedParameters {
        guard let dependencies = job.definition.dependencies,
            dependencies.edges.contains(where: { $0.parameters?.isEmpty == false })
        else { return HandedParameters() }
        let table = ExecutionOutputTable(db)
        var outputs: [JobID: [String: String]] = [:]
        for edge in dependencies.edges where edge.parameters?.isEmpty == false {
            guard let mark = start.sources[edge.parent] else { continue }
            var values = try table.merged(of: mark.run).values
            if mark.root != mark.run { values.merge(try table.merged(of: mark.root).values) { first, _ in first } }
            outputs[edge.parent] = values
        }
        return HandedParameters(
            dependencies,
            outputs: outputs,
            names: names,
            declared: job.definition.parameters
        )
    }

    private func dependent(_ id: JobID, _ db: Database) throws -> (Job, JobDependencies) {
        guard let job = try JobTable(db).readable(id) else { throw StoreFault.noJob(id) }
        guard let dependencies = job.definition.dependencies else { throw StoreFault.nothingWaits(job) }
        return (job, dependencies)
    }

    /// Begins what the ends of parents started, or records why it may not (D12).
    ///
    /// - Parameter caller: who asked for it; nil = nobody, it starts as its owner.
    private func begin(
        _ start: DependencyStart,
        of job: Job,
        caller: String? = nil,
        at now: Timestamp,
        _ db: Database
    ) throws -> StartedRun {
        let owner = try DependencyTable(db).owner(of: job.id).map { ($0, try UserTable(db).find($0)) }
        let denied =
            caller == nil ? owner.flatMap { StartRight.obstacle(owner: $0.1, job: job)?.english } : nil
        var names: [JobID: String] = [:]
        for parent in start.parents { names[parent] = try JobTable(db).find(parent)?.definition.name ?? "\(parent)" }
        let draft = RunDraft.dependency(
            start,
            of: JobReference(job),
            on: try AgentTable(db).agents(inAnyOf: job.definition.groups),
            parents: start.parents.map { names[$0] ?? "\($0)" },
            handed: try Self.handed(start, to: job, names, db),
            owner: caller ?? owner?.1?.username,
            denied: denied,
            at: now
        )
        let writer = RecordWriter(db: db, snapshots: self.snapshots)
        guard draft.ordered.isEmpty, !draft.executions.isEmpty else {
            let begun = try writer.begin(draft)
            return StartedRun(run: draft.run, executions: begun.executions, orders: begun.orders, isRepeat: false)
        }
        var changes = RecordChanges()
        changes.make(draft.run)
        for execution in draft.executions { changes.write(execution, over: nil) }
        try writer.save(changes)
        return StartedRun(run: draft.run, executions: changes.changed, orders: [:], isRepeat: false)
    }
}
