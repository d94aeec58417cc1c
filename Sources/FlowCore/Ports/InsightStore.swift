// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What pictures of the past are drawn from: the last runs of many jobs, and sums by the hour.
package protocol InsightStore: Sendable {
    /// The newest `count` executions of each job that are no longer PENDING, oldest first; jobs without any are absent.
    func recentExecutions(of jobs: [JobID], count: Int, in scope: Scope) async throws -> [JobID: [Execution]]

    /// Ended executions by hour of their nominal time (UTC) and state, oldest hour first; hours without any are absent.
    ///
    /// - Parameters:
    ///   - job: nil = all jobs.
    ///   - from: the hour of this instant is the first.
    ///   - until: excluded.
    func hourlyCounts(job: JobID?, from: Timestamp, until: Timestamp, in scope: Scope) async throws -> [HourlyCount]

    /// The same hours summed for each job that exists; jobs of which nothing ended are absent.
    func statisticsByJob(
        from: Timestamp,
        until: Timestamp,
        in scope: Scope
    ) async throws -> [JobID: ExecutionStatistics]

    /// Names and groups of all jobs that exist, in no order.
    func jobLabels() async throws -> [JobLabel]

    /// By how many milliseconds first attempts of scheduled fires of a span began after their nominal times.
    ///
    /// - Parameters:
    ///   - until: excluded.
    ///   - limit: of all executions of the span the newest so many are looked at.
    /// - Returns: the delays, the newest first, and whether there were older executions that were not looked at.
    func startDelays(
        from: Timestamp,
        until: Timestamp,
        limit: Int,
        in scope: Scope
    ) async throws -> (delays: [StartDelay], isPartial: Bool)
}

/// How many executions of one hour ended in one state.
package struct HourlyCount: Hashable, Sendable {
    /// Where the hour begins.
    package let hour: Timestamp
    package let status: ExecutionStatus
    package let count: Int
    /// Sum of the run times of ``timedCount`` of them; milliseconds.
    package let durationMilliseconds: Int64
    package let timedCount: Int

    package init(
        hour: Timestamp,
        status: ExecutionStatus,
        count: Int,
        durationMilliseconds: Int64,
        timedCount: Int
    ) {
        self.hour = hour
        self.status = status
        self.count = count
        self.durationMilliseconds = durationMilliseconds
        self.timedCount = timedCount
    }
}
