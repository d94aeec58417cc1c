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

    package init(
        store: any Store,
        observer: any ScheduleObserver,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        starter: RunStarter,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.observer = observer
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.starter = starter
        self.makeUUID = makeUUID
    }

    // MARK: Reading

    package func get(_ id: JobID, as principal: Principal) async throws -> Job {
        try principal.require(.jobsRead)
        return try await self.existing(id)
    }

    package func list(_ query: JobQuery, as principal: Principal) async throws -> Page<Job> {
        try principal.require(.jobsRead)
        return try await self.store.jobs(query)
    }

    /// The newest execution of each job, for lists.
    package func lastExecutions(of jobs: [JobID], as principal: Principal) async throws -> [JobID: Execution] {
        try principal.require(.jobsRead)
        return jobs.isEmpty ? [:] : try await self.store.lastExecutions(of: jobs)
    }

    // MARK: Writing

    package func create(_ draft: JobDraft, as principal: Principal) async throws -> Job {
        try principal.require(.jobsWrite)
        let uid = JobUID(uuid: self.makeUUID())
        let (definition, schedule, now) = try await self.validate(draft, uid: uid, existing: nil)
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
        let existing = try await self.existing(id)
        if let expectedVersion, expectedVersion != existing.version {
            throw Self.versionConflict(expected: expectedVersion, stored: existing.version)
        }
        let (definition, schedule, now) = try await self.validate(draft, uid: existing.uid, existing: existing)
        let job = try await self.store.updateJob(
            id,
            definition: definition,
            isEnabled: draft.isEnabled,
            nextFire: draft.isEnabled ? schedule.next(after: now) : nil,
            expectedVersion: expectedVersion,
            by: principal.change(at: now)
        )
        await self.announce(job)
        return job
    }

    package func delete(_ id: JobID, as principal: Principal) async throws {
        try principal.require(.jobsWrite)
        let job = try await self.store.deleteJob(id, by: principal.change(at: self.clock.now))
        await self.observer.jobDeleted(job.uid)
        await self.gateway.configurationChanged()
        self.bus.publish(.jobDeleted(job.id, job.uid))
    }

    /// Switches the schedule on or off (S1-FR-1.3); running executions go on.
    ///
    /// Idempotent.
    package func setEnabled(_ isEnabled: Bool, _ id: JobID, as principal: Principal) async throws -> Job {
        try principal.require(.jobsWrite)
        // The definition is read and written back: a change in between must not be undone, so compare and try again.
        for _ in 0..<8 {
            let job = try await self.existing(id)
            if job.isEnabled == isEnabled { return job }
            let now = self.clock.now
            let next = isEnabled ? try Self.compile(job).next(after: now) : nil
            do {
                let changed = try await self.store.updateJob(
                    id,
                    definition: job.definition,
                    isEnabled: isEnabled,
                    nextFire: next,
                    expectedVersion: job.version,
                    by: principal.change(at: now)
                )
                await self.announce(changed)
                return changed
            } catch let error as CoreError where error.code == .conflict {
                continue
            }
        }
        throw CoreError(.conflict, "Job \(id) keeps being changed by somebody else. Try again.")
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
        try ParameterRules.check(parameters)
        return try await self.starter.start(
            Trigger(
                job: id,
                uid: try RunStarter.uid(key: idempotencyKey, job: id, principal: principal, fresh: self.makeUUID),
                type: .manual,
                source: source,
                caller: principal.username,
                parameters: parameters
            ),
            as: principal
        )
    }

    // MARK: Inside

    private func existing(_ id: JobID) async throws -> Job {
        guard let job = try await self.store.job(id) else {
            throw CoreError(.notFound, "There is no job \(id).")
        }
        return job
    }

    private func validate(
        _ draft: JobDraft,
        uid: JobUID,
        existing: Job?
    ) async throws -> (JobDefinition, CompiledSchedule, Timestamp) {
        let groups = Set(try await self.store.groups().map(\.group.id))
        let now = self.clock.now
        var validator = JobValidator(
            knownGroups: groups,
            now: now,
            previous: existing?.definition.schedule,
            uid: uid
        )
        let result = validator.validate(draft)
        if let other = try await self.store.job(named: draft.name), other.id != existing?.id {
            // Alone, it has its own word; among other faults it is one of them.
            if validator.faults.isEmpty { throw Self.nameTaken(draft.name, by: other.id) }
            validator.faults.add("name", "name_taken", "job \(other.id) has this name")
        }
        try validator.faults.check("The job cannot be saved")
        guard let (definition, schedule) = result else {
            throw CoreError(.internal, "A job without faults has no definition.")
        }
        return (definition, schedule, now)
    }

    private func announce(_ job: Job) async {
        await self.observer.jobChanged(job)
        await self.gateway.configurationChanged()
        self.bus.publish(.jobChanged(job))
    }

    private static func compile(_ job: Job) throws -> CompiledSchedule {
        do {
            return try CompiledSchedule(job.definition.schedule, job: job.uid)
        } catch {
            // Stored schedules were compiled once; a zone can vanish with an update of the zone database.
            throw CoreError(.conflict, "The schedule of job \(job.id) no longer compiles: \(error). Edit the job.")
        }
    }

    private static func nameTaken(_ name: String, by id: JobID) -> CoreError {
        CoreError(
            .nameTaken,
            "Job \(id) already has the name '\(name)'. Choose another.",
            details: [CoreError.Detail(path: "name", code: "name_taken", message: "job \(id) has this name")]
        )
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
