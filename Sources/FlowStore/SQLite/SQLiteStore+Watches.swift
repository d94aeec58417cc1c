// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func notifyWatchMarks() async throws -> [NotifyWatchMark] {
        try await self.read { db in try WatchTable(db).marks() }
    }

    package func watchingJobs() async throws -> [JobID] { try await self.read { db in try WatchTable(db).jobs() } }

    package func openExecutions(
        _ kind: OpenKind,
        after: ExecutionID?,
        limit: Int
    ) async throws -> [Execution] {
        try await self.read { db in try WatchTable(db).open(kind, after: after, limit: limit) }
    }

    package func jobs(_ jobs: [JobID], startedIn span: Range<Timestamp>) async throws -> Set<JobID> {
        try await self.read { db in try WatchTable(db).jobs(jobs, "started_at", in: span) }
    }

    package func jobs(_ jobs: [JobID], succeededIn span: Range<Timestamp>) async throws -> Set<JobID> {
        try await self.read { db in try WatchTable(db).jobs(jobs, "finished_at", in: span) }
    }
}
