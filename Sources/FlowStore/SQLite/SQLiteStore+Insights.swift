// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func recentExecutions(of jobs: [JobID], count: Int, in scope: Scope) async throws -> [JobID: [Execution]] {
        try await self.read { db in
            try ExecutionTable(db).newest(of: jobs, count: count, in: scope).mapValues { $0.reversed() }
        }
    }

    package func hourlyCounts(
        job: JobID?,
        from: Timestamp,
        until: Timestamp,
        in scope: Scope
    ) async throws -> [HourlyCount] {
        try await self.readAside { db in try RollupTable(db).hourly(job: job, from: from, until: until, in: scope) }
    }

    package func statisticsByJob(
        from: Timestamp,
        until: Timestamp,
        in scope: Scope
    ) async throws -> [JobID: ExecutionStatistics] {
        try await self.readAside { db in try RollupTable(db).byJob(from: from, until: until, in: scope) }
    }

    package func jobLabels() async throws -> [JobLabel] {
        try await self.readAside { db in try ScheduleTable(db).labels() }
    }

    package func startDelays(
        from: Timestamp,
        until: Timestamp,
        limit: Int,
        in scope: Scope
    ) async throws -> (delays: [StartDelay], isPartial: Bool) {
        try await self.readAside { db in
            // One more than are looked at tells whether there are more.
            let rows = try ExecutionTable(db).startDelays(from: from, until: until, limit: limit + 1, in: scope)
            return (rows.prefix(limit).compactMap(\.self), rows.count > limit)
        }
    }
}
