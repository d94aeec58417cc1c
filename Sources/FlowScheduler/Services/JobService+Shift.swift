// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension JobService {
    /// Finds a job by its name.
    ///
    /// - Returns: nil for one that is not there, or that whoever asks may not see.
    package func find(named name: String, as principal: Principal) async throws -> Job? {
        let scope = try principal.require(.jobsRead)
        return try await self.store.job(named: name).flatMap { scope.touches($0.definition.groups) ? $0 : nil }
    }

    /// Finds a job by the id that it keeps for ever.
    ///
    /// - Returns: as ``find(named:as:)``.
    package func find(uid: JobUID, as principal: Principal) async throws -> Job? {
        let scope = try principal.require(.jobsRead)
        return try await self.store.job(uid: uid).flatMap { scope.touches($0.definition.groups) ? $0 : nil }
    }

    /// All jobs that a query finds, whatever its page, and at most ``everyLimit``.
    package func every(_ query: JobQuery, as principal: Principal) async throws -> [Job] {
        var query = query
        var found: [Job] = []
        for number in 1...(Self.everyLimit / 500) {
            query.page = PageRequest(number: number, size: 500)
            let page = try await self.list(query, as: principal)
            found += page.items
            if page.items.count < 500 { break }
        }
        return found
    }

    /// Jobs that one answer may hold.
    package static let everyLimit = 10_000

    /// Moves the next fire of a job with a fixed interval, and with it all later ones (S4: reorder).
    ///
    /// A new version of the job, as its hosts have to fire by it, too. What would be past is in a second from now; what lies
    /// outside the job's limits is moved into them.
    /// - Parameter offset: later, or earlier when negative; milliseconds.
    package func shift(_ id: JobID, byMilliseconds offset: Int64, as principal: Principal) async throws -> Job {
        // The definition is read and written back: a change in between must not be undone, so compare and try again.
        for _ in 0..<8 {
            let job = try await self.changeable(id, as: principal)
            let now = self.clock.now
            guard case .every(let period, _) = job.definition.schedule.base else {
                throw CoreError(.conflict, "Job \(id) has no fixed interval: edit its schedule to move its fires.")
            }
            guard job.isEnabled, let next = job.nextFire else {
                throw CoreError(.conflict, "Job \(id) does not run by itself, so there is no next run to move.")
            }
            let running = try await self.lastExecutions(of: [id], as: principal)[id]
            guard running?.status != .running else {
                throw CoreError(.conflict, "Job \(id) is running. Move its next run when this one has ended.")
            }
            let earliest = now.advanced(byMilliseconds: 1000)
            let wanted = max(earliest, next.advanced(byMilliseconds: offset))
            var definition = job.definition
            definition.schedule = ScheduleSpec.every(periodMilliseconds: period, anchor: wanted)
                .limited(definition.schedule.limits ?? ScheduleLimits())
            let compiled = try CompiledSchedule(definition.schedule, job: job.uid)
            guard let fire = compiled.next(after: now) else {
                throw CoreError(.conflict, "Job \(id) would not run any more: its end date is earlier.")
            }
            do {
                let wanted = ApprovalPayload.edit(definition: definition, isEnabled: true)
                let changed = try await self.orAsk(.edit, job, wanted, as: principal) { [definition] in
                    try await self.store.updateJob(
                        id,
                        definition: definition,
                        isEnabled: true,
                        nextFire: fire,
                        hold: nil,
                        expectedVersion: job.version,
                        by: principal.change(at: now)
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
