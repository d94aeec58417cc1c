// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a job's schedule has in store, and for whom.
package struct ComingFires: Sendable {
    package struct Fire: Sendable {
        package let at: Timestamp
        /// Set where clocks change on the day of the fire.
        package let change: ZoneChange?
    }

    package let job: Job
    package let fires: [Fire]
    /// There are more than are listed.
    package let isPartial: Bool
    /// Hosts of the job that whoever asks may see: each fires it, or the server chooses among them.
    package let hosts: [FireFacts.Host]
}

extension JobService {
    /// The most fires in one answer.
    package static let comingLimit = 1000

    /// The fires of a span; of the next day unless one is said.
    package func upcoming(
        of id: JobID,
        from: Timestamp?,
        through: Timestamp?,
        limit: Int,
        as principal: Principal
    ) async throws -> ComingFires {
        let job = try await self.get(id, as: principal)
        let begin = from ?? self.clock.now
        let end = through ?? begin.advanced(byMilliseconds: 86_400_000)
        guard end > begin, end.milliseconds - begin.milliseconds <= InsightService.longestSpan else {
            throw CoreError(.invalid, "The time span has to end after it begins and may cover at most 14 days.")
        }
        let schedule = try Self.compile(job)
        // A paused job fires again from where the clock resumes it.
        let first = job.isEnabled ? begin : job.hold?.until.map { max(begin, $0) }
        let fires = first.map {
            schedule.fires(after: $0.advanced(byMilliseconds: -1), through: end, limit: limit + 1)
        }
        return ComingFires(
            job: job,
            fires: (fires ?? []).prefix(limit).map {
                ComingFires.Fire(at: $0, change: schedule.zone?.change(onDayOf: $0))
            },
            isPartial: (fires ?? []).count > limit,
            hosts: try await self.hosts(of: job, kept: nil, in: principal.scope(of: .agentsRead))
        )
    }
}
