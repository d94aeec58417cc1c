// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobService {
    /// Switches the schedule on, which also ends a pause, or off (S1-FR-1.3).
    ///
    /// Idempotent. What runs goes on, or is stopped where the job says so.
    package func setEnabled(_ isEnabled: Bool, _ id: JobID, as principal: Principal) async throws -> Job {
        try await self.turn(id, as: principal) { job, _ in
            if !isEnabled {
                // A job that has finished stays so; a pause becomes for good.
                return job.isEnabled || job.hold?.until != nil ? (false, nil) : nil
            }
            return job.isEnabled ? nil : (true, nil)
        }
    }

    /// Pauses the schedule until a time, when the server's clock resumes it.
    ///
    /// - Parameters:
    ///   - until: later than now.
    ///   - reason: what people read who ask why it does not run.
    package func pause(_ id: JobID, until: Timestamp, reason: String?, as principal: Principal) async throws -> Job {
        var faults = FaultCollector()
        let now = self.clock.now
        faults.require(until > now, "until", "past", "\(until) is in the past; choose a later time")
        faults.require(
            until.milliseconds(since: now) <= Self.longestPause,
            "until",
            "range",
            "a pause is at most ten years long; disable the task instead"
        )
        faults.checkReason(reason)
        try faults.check("The task cannot be paused")
        return try await self.turn(id, as: principal) { job, now in
            if !job.isEnabled, job.hold?.kind != .paused {
                let why: Wording = job.hold.map { "It is \($0.text)." } ?? "It is disabled."
                throw CoreError(
                    .conflict,
                    "Job \(id) does not run by itself, so there is nothing to pause. \(why) Enable it first."
                )
            }
            return (false, .paused(until: until, reason: reason, since: now))
        }
    }

    /// Ten years, in milliseconds.
    private static let longestPause: Int64 = 3653 * 86_400_000

    /// Stores a job with its schedule on or off.
    ///
    /// - Parameter decide: what it becomes; nil = it stays as it is.
    private func turn(
        _ id: JobID,
        as principal: Principal,
        _ decide: (Job, Timestamp) throws -> (isEnabled: Bool, hold: JobHold?)?
    ) async throws -> Job {
        try principal.require(.jobsRun)
        // The definition is read and written back: a change in between must not be undone, so compare and try again.
        for _ in 0..<8 {
            let job = try await self.existing(id, as: principal)
            try self.requireRun(job, as: principal)
            try Self.requireOwn(job)
            let now = self.clock.now
            guard let (isEnabled, hold) = try decide(job, now) else { return job }
            let next = isEnabled ? try Self.compile(job).next(after: now) : nil
            if isEnabled, next == nil, job.hold?.kind == .finished {
                throw CoreError(
                    .conflict,
                    "Job \(id) has finished: its schedule has no further fire. Give it a later time, or trigger it by hand."
                )
            }
            do {
                let changed = try await self.orAsk(
                    isEnabled ? .enable : .disable,
                    job,
                    .turn(isEnabled: isEnabled, hold: hold),
                    as: principal
                ) {
                    try await self.store.updateJob(
                        id,
                        definition: job.definition,
                        isEnabled: isEnabled,
                        nextFire: next,
                        hold: hold,
                        expectedVersion: job.version,
                        by: principal.change(at: now, reason: hold?.reason)
                    )
                }
                await self.announce(changed)
                return changed.job
            } catch let error as CoreError where error.code == .conflict {
                continue
            }
        }
        throw CoreError(.conflict, "Job \(id) keeps being changed by somebody else. Try again.")
    }
}
