// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobService {
    /// What a job waits for, and how that stands; one without dependencies has no edges.
    package func dependencies(_ id: JobID, as principal: Principal) async throws -> DependencyView {
        let job = try await self.get(id, as: principal)
        let book = try await self.waiting?.dependencies(of: id)
        let scope = principal.scope(of: .jobsRead)
        var names: [JobID: String] = [:]
        for edge in job.definition.dependencies?.edges ?? [] {
            if let parent = try await self.store.job(edge.parent), scope.touches(parent.definition.groups) {
                names[edge.parent] = parent.definition.name
            }
        }
        var owner: String?
        if let id = book?.owner { owner = try await self.store.user(id)?.username }
        return DependencyView(job: job, book: book, names: names, owner: owner)
    }

    /// The jobs that wait for a job, and how many more there are that may not be seen.
    package func dependents(_ id: JobID, as principal: Principal) async throws -> (visible: [Job], hidden: Int) {
        _ = try await self.get(id, as: principal)
        let all = try await self.waiting?.dependents(of: id) ?? []
        let scope = principal.scope(of: .jobsRead)
        let visible = all.filter { scope.touches($0.definition.groups) }
        return (visible, all.count - visible.count)
    }

    /// Who starts whom around a job: what it waits for, what waits for it, and so on as far as is asked.
    ///
    /// - Parameter depth: how many steps away, 1 to 32.
    package func neighbourhood(of id: JobID, depth: Int, as principal: Principal) async throws -> DependencyMap {
        let root = try await self.get(id, as: principal)
        let graph = DependencyGraph(try await self.waiting?.dependencyGraph() ?? [:])
        let (near, isWhole) = graph.around(id, depth: depth, limit: DependencyMap.limit)
        let scope = principal.scope(of: .jobsRead)
        let jobs = try await self.store.jobs(among: near.filter { $0 != id })
            .filter { scope.touches($0.definition.groups) }
        return DependencyMap(root: root, others: jobs, hidden: near.count - 1 - jobs.count, isWhole: isWhole)
    }

    /// Sets what a job waits for and leaves the rest of it as it is: a new version.
    ///
    /// - Parameter dependencies: nil or without edges = nothing.
    package func setDependencies(
        _ dependencies: JobDependencies?,
        of id: JobID,
        expectedVersion: Int64?,
        as principal: Principal
    ) async throws -> Job {
        let job = try await self.changeable(id, as: principal)
        if let expectedVersion, expectedVersion != job.version {
            throw StoreFault.versionConflict(job, expected: expectedVersion)
        }
        let now = self.clock.now
        var faults = FaultCollector()
        var definition = job.definition
        definition.dependencies = try await self.checked(
            dependencies ?? JobDependencies(edges: []),
            of: job.id,
            over: job.definition.dependencies,
            schedule: job.definition.schedule,
            &faults,
            as: principal
        )
        JobValidator.checkHanded(definition.dependencies, to: definition.parameters, &faults)
        JobValidator.checkRequired(definition, definition.dependencies, &faults)
        faults.require(
            !job.definition.takesTwo(to: .run) || definition.dependencies == nil,
            "dependencies",
            "conflict",
            "a task that two persons start cannot wait for other tasks: their end would start it"
        )
        try faults.check("The job cannot be saved")
        let next = job.isEnabled ? try Self.compile(job).next(after: now) : nil
        let wanted = ApprovalPayload.edit(definition: definition, isEnabled: job.isEnabled)
        let changed = try await self.orAsk(.edit, job, wanted, as: principal) { [definition] in
            try await self.store.updateJob(
                id,
                definition: definition,
                isEnabled: job.isEnabled,
                nextFire: next,
                hold: job.hold,
                expectedVersion: job.version,
                by: principal.change(at: now)
            )
        }
        await self.announce(changed)
        return changed.job
    }

    /// Forgets which parents have come.
    package func resetDependencies(_ id: JobID, as principal: Principal) async throws {
        let store = try self.requireWaiting()
        let job = try await self.runnable(id, as: principal)
        guard job.definition.dependencies != nil else { throw Self.waitsForNothing(job) }
        try await store.resetDependencies(of: id, by: principal.change(at: self.clock.now))
    }

    /// Starts a job for the parents that have come, without waiting for the others.
    package func startDependent(_ id: JobID, as principal: Principal) async throws -> StartedRun {
        let store = try self.requireWaiting()
        let job = try await self.runnable(id, as: principal)
        guard job.definition.dependencies != nil else { throw Self.waitsForNothing(job) }
        let started = try await store.startDependent(id, by: principal.change(at: self.clock.now))
        if !started.orders.isEmpty { await self.gateway.deliver(started.orders.mapValues { [$0] }) }
        if !started.executions.isEmpty { self.bus.publish(.executionsChanged(started.executions)) }
        return started
    }

    /// Deletes a job; jobs that wait for it keep it, unless they are to lose their interest in it.
    package func delete(_ id: JobID, detach: Bool, as principal: Principal) async throws {
        guard let store = self.waiting else { return try await self.delete(id, as: principal) }
        let job = try await self.deletable(id, as: principal)
        try await self.requireNoStep(job, as: principal)
        let dependents = try await store.dependents(of: id)
        guard !dependents.isEmpty else { return try await self.delete(id, as: principal) }
        guard detach else {
            let scope = principal.scope(of: .jobsRead)
            let visible = dependents.filter { scope.touches($0.definition.groups) }
            throw StoreFault.hasDependents(job, visible, hidden: dependents.count - visible.count)
        }
        for dependent in dependents { try self.requireChange(dependent.definition.groups, as: principal) }
        // They lose a parent, which is a change of theirs: it has no place in the request for this one. In an emergency nobody is
        // asked for.
        if principal.glass == nil, let marked = dependents.first(where: \.definition.isTwoPerson) {
            throw StoreFault.takesTwo(marked.definition.name, to: "change")
        }
        let changed = try await self.orAsk(.delete, job, .delete(detach: true), as: principal) {
            try await store.deleteDetached(id, by: principal.change(at: self.clock.now))
        }
        for dependent in changed.dependents { await self.announce(dependent) }
        await self.announceDeleted(changed.deleted)
    }

    private func requireWaiting() throws -> any DependencyStore {
        guard let waiting = self.waiting else {
            throw CoreError(.unavailable, "This server's store has no dependencies between tasks yet.")
        }
        return waiting
    }

    private static func waitsForNothing(_ job: Job) -> CoreError {
        CoreError(.conflict, "'\(job.definition.name)' waits for no other task. Give it dependencies first.")
    }

    // MARK: Rules

    /// Checks what a job is to wait for (D11, D12, D14).
    ///
    /// - Parameter before: edges that stay are not looked at again: somebody who may not see one of the parents can still edit
    ///   the job.
    /// - Returns: what to store; nil for nothing.
    func checked(
        _ wanted: JobDependencies,
        of job: JobID?,
        over before: JobDependencies?,
        schedule: ScheduleSpec?,
        together: JobsTogether = JobsTogether(),
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws -> JobDependencies? {
        guard !wanted.edges.isEmpty else { return nil }
        let store = try self.requireWaiting()
        let path = "dependencies"
        faults.require(
            wanted.edges.count <= JobDependencies.parentLimit,
            path,
            "too_many",
            "a task waits for at most \(JobDependencies.parentLimit) others"
        )
        let range = JobDependencies.maxAgeRange
        faults.require(
            range.contains(wanted.maxAgeSeconds),
            "max_age_seconds",
            "range",
            "\(wanted.maxAgeSeconds) is outside \(range.lowerBound) to \(range.upperBound) seconds"
        )
        Self.checkMode(wanted, beside: schedule, &faults)
        Self.checkDeadline(wanted, &faults)
        let scope = principal.scope(of: .jobsRead)
        var seen: Set<JobID> = []
        for edge in wanted.edges {
            faults.require(seen.insert(edge.parent).inserted, path, "twice", "task \(edge.parent) is named twice")
            guard before?.edge(to: edge.parent) == nil, together.names[edge.parent] == nil else { continue }
            guard let parent = try await self.store.job(edge.parent), scope.touches(parent.definition.groups) else {
                faults.add(path, "not_found", "there is no task \(edge.parent) that you may see")
                continue
            }
        }
        guard faults.isEmpty, let job else { return wanted }
        var graph = try await store.dependencyGraph()
        graph.merge(together.parents) { $1 }
        graph[job] = wanted.edges.map(\.parent)
        do {
            try DependencyGraph(graph).check(job)
        } catch {
            throw try await self.named(error, together, in: scope)
        }
        return wanted
    }

    /// A job with two reasons to start has to say how they go together (D14).
    static func checkMode(
        _ dependencies: JobDependencies,
        beside schedule: ScheduleSpec?,
        _ faults: inout FaultCollector
    ) {
        guard let schedule, schedule != .manual, dependencies.mode == nil else { return }
        faults.add(
            "dependency_mode",
            "required",
            "this task has a schedule too; say 'start' when its parents start further runs beside it"
        )
    }

    private static func checkDeadline(
        _ dependencies: JobDependencies,
        _ faults: inout FaultCollector
    ) {
        guard let deadline = dependencies.deadline else { return }
        faults.require(
            dependencies.join == .all,
            "deadline",
            "conflict",
            "with join 'any' no parent is waited for; leave one of them out"
        )
        switch deadline.due {
        case .after(let milliseconds):
            faults.require(
                DependencyDeadline.afterRange.contains(milliseconds),
                "deadline.after_seconds",
                "range",
                "\(milliseconds / 1000) is outside 60 to 2592000 seconds"
            )
        case .daily(_, _, let timeZone):
            do {
                _ = try ZoneDatabase.shared.rules(named: timeZone)
            } catch {
                faults.add("deadline.timezone", error.code.rawValue, error.wording)
            }
        }
    }

    /// A fault of the graph with the names of jobs that may be seen.
    private func named(
        _ fault: DependencyGraph.Fault,
        _ together: JobsTogether,
        in scope: Scope
    ) async throws -> CoreError {
        let path: [JobID] =
            switch fault {
            case .cycle(let path), .tooDeep(let path): path
            }
        var names = together.names
        for id in Set(path) where names[id] == nil {
            if let job = try await self.store.job(id), scope.touches(job.definition.groups) {
                names[id] = job.definition.name
            }
        }
        return StoreFault.badGraph(fault) { names[$0] ?? "task \($0)" }
    }
}
