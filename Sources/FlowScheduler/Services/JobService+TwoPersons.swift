// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobService {
    /// Does something to a job, or asks for it where the store says that it takes two persons.
    func orAsk<Value>(
        _ action: Approval.Action,
        _ job: Job,
        _ payload: ApprovalPayload,
        as principal: Principal,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as CoreError where error.takesTwo && principal.approval == nil {
            guard let desk else { throw error }
            throw try await desk.ask(
                action,
                .job(job),
                version: job.version,
                groups: job.definition.groups,
                job: job.uid,
                payload,
                as: principal
            )
        }
    }

    /// Stores a definition that one person wrote and another one approved.
    ///
    /// It is stored as it was shown, so it is not made anew from a draft; what may have changed since is checked.
    func apply(_ definition: JobDefinition, isEnabled: Bool, to id: JobID, as acting: Principal) async throws {
        let job = try await self.changeable(id, as: acting)
        try self.requireChange(definition.groups, as: acting)
        var faults = FaultCollector()
        try await SecretService.check(
            definition.secretPlaces,
            of: definition.groups,
            &faults,
            in: self.store,
            as: acting
        )
        try faults.check("The job cannot be saved")
        var wanted = job
        wanted.definition = definition
        let schedule = try Self.compile(wanted)
        let state = JobSwitch(job, becoming: definition, wanted: isEnabled)
        let now = self.clock.now
        let changed = try await self.store.updateJob(
            id,
            definition: definition,
            isEnabled: state.isEnabled,
            nextFire: state.isEnabled ? schedule.next(after: now) : nil,
            hold: state.hold,
            // The request names the version that it is about, and the store compares.
            expectedVersion: nil,
            by: acting.change(at: now)
        )
        await self.announce(changed)
    }

    /// Switches a job as one person asked and another one approved.
    func apply(isEnabled: Bool, hold: JobHold?, to id: JobID, as acting: Principal) async throws {
        let job = try await self.runnable(id, as: acting)
        try Self.requireOwn(job)
        let now = self.clock.now
        let changed = try await self.store.updateJob(
            id,
            definition: job.definition,
            isEnabled: isEnabled,
            nextFire: isEnabled ? try Self.compile(job).next(after: now) : nil,
            hold: hold,
            expectedVersion: nil,
            by: acting.change(at: now)
        )
        await self.announce(changed)
    }
}
