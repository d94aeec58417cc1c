// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Store {
    /// From the definitions: good enough for a store that has no statement for it.
    package func jobLabels() async throws -> [JobLabel] { try await self.allJobs().map { JobLabel($0) } }

    /// Asks job by job: right everywhere, and good enough for a store that has no statement for it.
    package func statisticsByJob(
        from: Timestamp,
        until: Timestamp,
        in scope: Scope
    ) async throws -> [JobID: ExecutionStatistics] {
        var sums: [JobID: ExecutionStatistics] = [:]
        for job in try await self.allJobs() {
            let hours = try await self.hourlyCounts(job: job.id, from: from, until: until, in: scope)
            if !hours.isEmpty { sums[job.id] = ExecutionStatistics(hours) }
        }
        return sums
    }
}

extension ExecutionStatistics {
    /// The sum of hours.
    package init(_ hours: [HourlyCount]) {
        self.init(counts: [:], totalDurationMilliseconds: 0, timedCount: 0)
        for hour in hours {
            self.counts[hour.status, default: 0] += hour.count
            self.totalDurationMilliseconds += hour.durationMilliseconds
            self.timedCount += hour.timedCount
        }
    }

    /// Adds another sum to this one.
    package mutating func add(_ other: ExecutionStatistics) {
        self.counts.merge(other.counts, uniquingKeysWith: +)
        self.totalDurationMilliseconds += other.totalDurationMilliseconds
        self.timedCount += other.timedCount
    }
}
