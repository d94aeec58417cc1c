// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What pictures of past and future are drawn from.
package struct InsightService: Sendable {
    let store: any Store
    private let clock: any WallClock
    private let desk: ReportDesk

    /// Jobs in one question for recent executions.
    package static let jobLimit = 200
    /// The longest span of coming fires; milliseconds.
    package static let longestSpan: Int64 = 14 * 86_400_000

    /// The span of a report unless one is said, and the longest; milliseconds.
    package static let usualReport: Int64 = 7 * 86_400_000
    package static let longestReport: Int64 = 366 * 86_400_000

    package init(store: any Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
        self.desk = ReportDesk(clock: clock)
    }

    /// The newest executions of jobs that are no longer PENDING, oldest first.
    package func recent(
        of jobs: [JobID],
        count: Int,
        as principal: Principal
    ) async throws -> [JobID: [Execution]] {
        let scope = try principal.require(.executionsRead)
        return try await self.store.recentExecutions(of: jobs, count: count, in: scope)
    }

    /// Ended executions by the hour.
    package func hourly(
        job: JobID?,
        hours: Int,
        as principal: Principal
    ) async throws -> (from: Timestamp, counts: [HourlyCount]) {
        let scope = try principal.require(.executionsRead)
        let now = self.clock.now
        let hour: Int64 = 3_600_000
        let last = now.milliseconds.flooredDivision(by: hour) * hour
        let from = Timestamp(milliseconds: last - Int64(hours - 1) * hour)
        // Fires are planned a little ahead: the hour that comes may have begun already.
        let until = Timestamp(milliseconds: last + hour)
        return (from, try await self.store.hourlyCounts(job: job, from: from, until: until, in: scope))
    }

    /// What ended in a span of whole hours, by job and by group.
    package func report(
        from: Timestamp?,
        until: Timestamp?,
        limit: Int,
        as principal: Principal
    ) async throws -> RunReport {
        let scope = try principal.require(.executionsRead)
        let (begin, end) = try self.span(from, until)
        // Nothing is kept of what only some may see: groups of tasks and rights change.
        guard scope == .all else { return try await self.report(from: begin, until: end, limit: limit, in: scope) }
        let question = KeptReports.Question(from: begin, until: end, limit: limit)
        var report = try await self.desk.report(question) {
            try await self.report(from: begin, until: end, limit: limit, in: scope)
        }
        (report.from, report.until) = (begin, end)
        return report
    }

    /// The same, of a span that was checked, as it is now.
    func report(from begin: Timestamp, until end: Timestamp, limit: Int, in scope: Scope) async throws -> RunReport {
        let now = self.clock.now
        let sums = try await self.store.statisticsByJob(from: begin, until: end, in: scope)
        // A job that is gone, or bound elsewhere since, is not shown by name any more.
        let jobs = try await self.store.jobLabels().filter { scope.touches($0.groups) }
        let groups = try await self.store.groups().map(\.group).filter { scope.contains($0.id) }
        return RunReport(from: begin, until: end, at: now, sums: sums, jobs: jobs, groups: groups, limit: limit)
    }

    func span(_ from: Timestamp?, _ until: Timestamp?) throws(CoreError) -> (from: Timestamp, until: Timestamp) {
        let end = until ?? self.clock.now.advanced(byMilliseconds: 1)
        let begin = from ?? end.advanced(byMilliseconds: -Self.usualReport)
        guard end > begin, end.milliseconds - begin.milliseconds <= Self.longestReport else {
            throw CoreError(.invalid, "The time span has to end after it begins and may cover at most 366 days.")
        }
        return (begin, end)
    }

    /// Coming fires by the minute, from an instant (or now) on.
    package func upcoming(
        from: Timestamp?,
        through: Timestamp?,
        job: JobID?,
        as principal: Principal
    ) async throws -> UpcomingFires {
        let scope = try principal.require(.jobsRead)
        let now = self.clock.now
        let begin = from ?? now
        let end = through ?? begin.advanced(byMilliseconds: 3_600_000)
        guard end > begin, end.milliseconds - begin.milliseconds <= Self.longestSpan else {
            throw CoreError(.invalid, "The time span has to end after it begins and may cover at most 14 days.")
        }
        var jobs: [Job]
        if let job {
            jobs = try await self.store.job(job).map { [$0] } ?? []
        } else {
            jobs = try await self.store.allJobs()
        }
        jobs.removeAll { !scope.touches($0.definition.groups) }
        return UpcomingFires(of: jobs, after: begin.advanced(byMilliseconds: -1), through: end)
    }
}
