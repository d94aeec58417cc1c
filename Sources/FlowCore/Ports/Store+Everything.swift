// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// Reading for the server itself, which sees everything.

extension JobStore {
    package func lastExecutions(of jobs: [JobID]) async throws -> [JobID: Execution] {
        try await self.lastExecutions(of: jobs, in: .all)
    }
}

extension ExecutionStore {
    package func execution(_ id: ExecutionID) async throws -> Execution? { try await self.execution(id, in: .all) }

    package func run(_ id: RunID) async throws -> RunSummary? { try await self.run(id, in: .all) }

    package func statistics(job: JobID?, since: Timestamp) async throws -> ExecutionStatistics {
        try await self.statistics(job: job, since: since, in: .all)
    }

    package func openCounts() async throws -> [ExecutionStatus: Int] { try await self.openCounts(in: .all) }
}

extension InsightStore {
    package func recentExecutions(of jobs: [JobID], count: Int) async throws -> [JobID: [Execution]] {
        try await self.recentExecutions(of: jobs, count: count, in: .all)
    }

    package func hourlyCounts(job: JobID?, from: Timestamp, until: Timestamp) async throws -> [HourlyCount] {
        try await self.hourlyCounts(job: job, from: from, until: until, in: .all)
    }
}
