// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation

/// Jobs, as people handle them (S1-FR-1).
///
/// Every call states who asks. Nothing changes before every fault is known; what has changed is durable before anybody
/// is told of it.
package struct JobService: Sendable {
    let store: any Store
    let observer: any ScheduleObserver
    let gateway: any AgentGateway
    let bus: EventBus
    let clock: any WallClock
    let starter: RunStarter
    let makeUUID: @Sendable () -> UUID
    /// Where rules' channels are looked up; nil = they are not.
    let channels: (any NotifyStore)?
    /// Where jobs that wait for others are kept; nil = there are none.
    let waiting: (any DependencyStore)?
    /// Nil = there are no calendars.
    let calendars: (any CalendarStore)?
    let settings: LiveSettings
    /// Nil = nobody can be asked, so what takes two persons is refused.
    let desk: ApprovalDesk?

    package init(
        store: any Store,
        observer: any ScheduleObserver,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        starter: RunStarter,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() },
        channels: (any NotifyStore)? = nil,
        waiting: (any DependencyStore)? = nil,
        calendars: (any CalendarStore)? = nil,
        settings: LiveSettings = LiveSettings(),
        desk: ApprovalDesk? = nil
    ) {
        self.desk = desk
        self.settings = settings
        self.store = store
        self.observer = observer
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.starter = starter
        self.makeUUID = makeUUID
        self.channels = channels
        self.waiting = waiting
        self.calendars = calendars
    }

    // MARK: Reading

    package func get(_ id: JobID, as principal: Principal) async throws -> Job {
        try await self.existing(id, as: principal)
    }

    package func list(_ query: JobQuery, as principal: Principal) async throws -> Page<Job> {
        var query = query
        query.scope = try principal.require(.jobsRead)
        return try await self.store.jobs(query)
    }

    /// The newest execution of each job, for lists.
    package func lastExecutions(of jobs: [JobID], as principal: Principal) async throws -> [JobID: Execution] {
        let scope = try principal.require(.jobsRead)
        return jobs.isEmpty ? [:] : try await self.store.lastExecutions(of: jobs, in: scope)
    }

    // MARK: Writing

    package func create(_ draft: JobDraft, as principal: Principal) async throws -> Job {
        try principal.require(.jobsWrite)
        let uid = JobUID(uuid: self.makeUUID())
        let (definition, schedule, now) = try await self.validate(draft, uid: uid, existing: nil, as: principal)
        try self.requireChange(definition.groups, as: principal)
        let job = try await self.store.createJob(
            uid: uid,
            definition: definition,
            isEnabled: draft.isEnabled,
            nextFire: draft.isEnabled ? schedule.next(after: now) : nil,
            by: principal.change(at: now)
        )
        await self.announce(job)
        return job
    }

    /// Stores a new version of a job (S1-FR-1.2).
    ///
    /// When another version is stored than `expectedVersion`, the one the caller has seen, the change is refused with
    /// `conflict`.
    package func update(
        _ id: JobID,
        to draft: JobDraft,
        expectedVersion: Int64?,
        as principal: Principal
    ) async throws -> Job {
        try principal.require(.jobsWrite)
        let existing = try await self.changeable(id, as: principal)
        if let expectedVersion, expectedVersion != existing.version {
            throw Self.versionConflict(expected: expectedVersion, stored: existing.version)
        }
        let (definition, schedule, now) = try await self.validate(
            draft,
            uid: existing.uid,
            existing: existing,
            as: principal
        )
        try self.requireChange(definition.groups, as: principal)
        let state = JobSwitch(existing, becoming: definition, wanted: draft.isEnabled)
        let wanted = ApprovalPayload.edit(definition: definition, isEnabled: draft.isEnabled)
        let changed = try await self.orAsk(.edit, existing, wanted, as: principal) {
            try await self.store.updateJob(
                id,
                definition: definition,
                isEnabled: state.isEnabled,
                nextFire: state.isEnabled ? schedule.next(after: now) : nil,
                hold: state.hold,
                // Rights were checked on the groups of the version that was read: that one has to be replaced.
                expectedVersion: expectedVersion ?? (principal.scope(of: .jobsWrite) == .all ? nil : existing.version),
                by: principal.change(at: now)
            )
        }
        await self.announce(changed)
        return changed.job
    }

    package func delete(_ id: JobID, as principal: Principal) async throws {
        let job = try await self.deletable(id, as: principal)
        try await self.requireNoStep(job, as: principal)
        let deleted = try await self.orAsk(.delete, job, .delete(detach: false), as: principal) {
            try await self.store.deleteJob(id, by: principal.change(at: self.clock.now))
        }
        await self.announceDeleted(deleted)
    }

    /// - Throws: `inUse` with the workflows that run it, or wait for it.
    func requireNoStep(_ job: Job, as principal: Principal) async throws {
        guard let workflows = self.store as? any WorkflowStore else { return }
        try await workflows.requireUnused(.job(job.id), named: job.definition.name, as: principal)
    }

    func announceDeleted(_ deleted: ChangedJob) async {
        await self.observer.jobDeleted(deleted.job.uid)
        await self.gateway.configurationChanged()
        self.bus.publish(.jobDeleted(deleted.job.id, deleted.job.uid))
        if !deleted.ended.isEmpty { self.bus.publish(.executionsChanged(deleted.ended)) }
    }

    /// Runs a job now, on all hosts of its groups (S1-FR-1.4).
    ///
    /// A disabled job may be run by hand (C-41). The same `idempotencyKey` by the same user for the same job starts one
    /// run only.
    package func trigger(
        _ id: JobID,
        parameters: [String: String],
        idempotencyKey: String?,
        source: String,
        as principal: Principal
    ) async throws -> StartedRun {
        try principal.require(.jobsRun)
        let job = try await self.existing(id, as: principal)
        try self.requireRun(job, as: principal)
        try ParameterRules.check(parameters, declared: job.definition.parameters)
        return try await self.starter.start(
            Trigger(
                job: id,
                uid: try RunStarter.uid(key: idempotencyKey, job: id, principal: principal, fresh: self.makeUUID),
                type: .manual,
                source: source,
                caller: principal.username,
                parameters: try await self.starter.sealed(parameters, of: job, as: principal)
            ),
            as: principal
        )
    }

    // MARK: Inside

    /// An edit runs code on every host of the job, so it needs both permissions on all groups, before and after.
    func requireChange(_ groups: [GroupID], as principal: Principal) throws {
        let visible = principal.scope(of: .groupsRead)
        try principal.require(.jobsWrite, onAll: groups, visible: visible)
        try principal.require(.jobsRun, onAll: groups, visible: visible)
    }

    /// A job that whoever asks may change.
    ///
    /// - Throws: `conflict` for one that only a newer server can read.
    func changeable(_ id: JobID, as principal: Principal) async throws -> Job {
        let job = try await self.deletable(id, as: principal)
        try Self.requireReadable(job)
        return job
    }

    /// The same, also one that can't be read: to get rid of it nobody has to know what it says.
    func deletable(_ id: JobID, as principal: Principal) async throws -> Job {
        try principal.require(.jobsWrite)
        let job = try await self.existing(id, as: principal)
        try self.requireChange(job.definition.groups, as: principal)
        try Self.requireOwn(job)
        return job
    }

    static func requireReadable(_ job: Job) throws(CoreError) {
        guard !job.isUnreadable else { throw StoreFault.jobUnreadable(job) }
    }

    /// A step of a workflow is changed with the workflow.
    static func requireOwn(_ job: Job) throws(CoreError) {
        guard let workflow = job.workflow else { return }
        throw CoreError(
            .conflict,
            "'\(job.definition.name)' is a step of workflow \(workflow). Change the workflow instead."
        )
    }

    /// A job that whoever asks may run.
    func runnable(_ id: JobID, as principal: Principal) async throws -> Job {
        try principal.require(.jobsRun)
        let job = try await self.existing(id, as: principal)
        try self.requireRun(job, as: principal)
        return job
    }

    func requireRun(_ job: Job, as principal: Principal) throws {
        try principal.require(.jobsRun, onAll: job.definition.groups, visible: principal.scope(of: .groupsRead))
        try Self.requireReadable(job)
    }

    /// A job that cannot be read is answered like one that does not exist.
    func existing(_ id: JobID, as principal: Principal) async throws -> Job {
        let scope = try principal.require(.jobsRead)
        guard let job = try await self.store.job(id), scope.touches(job.definition.groups) else {
            throw CoreError(.notFound, "There is no job \(id).")
        }
        return job
    }

    /// A run without a limit can hold its place for ever: that is for who may set the limits of all (decision 315).
    private static func requireUnlimited(_ principal: Principal) throws {
        guard principal.scope(of: .settingsWrite).isEmpty else { return }
        let longest = Policies.timeoutRange.upperBound
        let words: Wording =
            "A task without a time limit (timeout 0) takes the permission 'settings:write'. Give it a timeout of up to "
            + "\(longest) seconds, or ask an administrator."
        throw CoreError(.forbidden, words, details: [.init(path: "timeout", code: "forbidden", message: words)])
    }

    /// - Parameters:
    ///   - number: what stands for a new job in `together`.
    ///   - together: what else is to be saved with it.
    func validate(
        _ draft: JobDraft,
        uid: JobUID,
        existing: Job?,
        number: JobID? = nil,
        together: JobsTogether = JobsTogether(),
        as principal: Principal
    ) async throws -> (JobDefinition, CompiledSchedule, Timestamp) {
        // Whoever may write tasks there may name a group, also a program whose token does not list groups.
        let visible = principal.scope(of: .groupsRead).union(principal.scope(of: .jobsWrite))
        let groups = Set(try await self.store.groupNames().keys.filter { visible.contains($0) })
        let now = self.clock.now
        var validator = JobValidator(
            knownGroups: groups,
            now: now,
            previous: existing?.definition.schedule,
            uid: uid
        )
        validator.reservedHeaders = self.settings.reservedHeaders
        for named in draft.limits?.calendars.prefix(ScheduleCalendars.limit) ?? [] {
            validator.knownCalendars[named.name] = try await self.calendars?.calendar(named: named.name)
        }
        let unlimited = Policies.unlimited
        if draft.policies.timeoutSeconds == unlimited, existing?.definition.policies.timeoutSeconds != unlimited {
            try Self.requireUnlimited(principal)
        }
        // A job that was longer before the limit was set can still be edited.
        validator.longestTimeout = max(
            Int(self.settings.now.integer(.jobsLongestTimeout)),
            existing?.definition.policies.timeoutSeconds ?? 0
        )
        validator.mostAtOnce = max(
            Int(self.settings.now.integer(.jobsMostAtOnce)),
            existing?.definition.policies.concurrency ?? 0
        )
        var draft = draft
        // Rules that stay are not looked at again: a channel that has gone since must not keep a job from being edited.
        let kept = existing?.definition.notify
        if draft.notify == nil || draft.notify == kept {
            draft.notify = nil
        } else if let rules = draft.notify, !rules.isEmpty {
            try principal.require(.channelsUse)
            let known = try await self.channels?.notifyChannels()
            validator.knownChannels = known.map { Set($0.map(\.name)) }
        }
        let isKept = draft.notify == nil
        let result = validator.validate(draft)
        let before = existing?.definition.dependencies
        let dependencies =
            if let wanted = draft.dependencies {
                try await self.checked(
                    wanted,
                    of: existing?.id ?? number,
                    over: before,
                    schedule: result?.0.schedule,
                    together: together,
                    &validator.faults,
                    as: principal
                )
            } else { before }
        if draft.dependencies == nil, let before {
            Self.checkMode(before, beside: result?.0.schedule, &validator.faults)
        }
        let placement = JobValidator.checked(
            draft.placement ?? existing?.definition.placement,
            beside: result?.0.schedule,
            policies: draft.policies,
            &validator.faults
        )
        let twoPerson = draft.twoPerson.map(Self.marks) ?? existing?.definition.twoPerson
        if let (definition, _) = result {
            JobValidator.checkRequired(definition, dependencies, &validator.faults)
            JobValidator.checkHanded(dependencies, to: definition.parameters, &validator.faults)
            // What parents start, one person starts.
            validator.faults.require(
                !(twoPerson?.contains(.run) ?? false) || dependencies == nil,
                "two_person",
                "conflict",
                "a task that two persons start cannot wait for other tasks: their end would start it"
            )
            try await SecretService.check(
                definition.secretPlaces,
                of: definition.groups,
                &validator.faults,
                in: self.store,
                as: principal
            )
        }
        // Whether a name is free, the store knows alone.
        try validator.faults.check("The job cannot be saved")
        guard let (validated, schedule) = result else {
            throw CoreError(.internal, "A job without faults has no definition.")
        }
        var definition = validated
        if isKept { definition.notify = kept }
        definition.dependencies = dependencies
        definition.placement = placement
        definition.twoPerson = twoPerson
        return (definition, schedule, now)
    }

    /// In their order, each once; nil for none.
    private static func marks(_ wanted: [TwoPersonAction]) -> [TwoPersonAction]? {
        let marks = TwoPersonAction.allCases.filter(wanted.contains)
        return marks.isEmpty ? nil : marks
    }

    func announce(_ job: Job) async { await self.announce(ChangedJob(job: job, ended: [])) }

    func announce(_ changed: ChangedJob) async {
        await self.observer.jobChanged(changed.job)
        await self.gateway.configurationChanged()
        self.bus.publish(.jobChanged(changed.job))
        let executions = changed.ended + changed.stopped
        if !executions.isEmpty { self.bus.publish(.executionsChanged(executions)) }
        // A host that is away is told when it is back.
        for execution in changed.stopped where !execution.status.isTerminal {
            await self.gateway.cancel(execution.id, on: execution.agentID, force: false)
        }
    }

    static func compile(_ job: Job) throws -> CompiledSchedule {
        do {
            return try CompiledSchedule(job.definition.schedule, job: job.uid)
        } catch {
            // Stored schedules were compiled once; a zone can vanish with an update of the zone database.
            throw CoreError(.conflict, "The schedule of job \(job.id) no longer compiles: \(error). Edit the job.")
        }
    }

    private static func versionConflict(expected: Int64, stored: Int64) -> CoreError {
        CoreError(
            .conflict,
            "You changed version \(expected), but version \(stored) is stored. Load it and repeat your change.",
            details: [
                CoreError.Detail(path: "version", code: "conflict", message: "version \(stored) is stored")
            ]
        )
    }
}
