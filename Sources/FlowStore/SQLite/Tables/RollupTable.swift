// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on the hourly rollups.
struct RollupTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func add(_ deltas: RollupDeltas) throws {
        try self.db.runEach(
            """
            INSERT INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (job_id, hour, status) DO UPDATE SET
                count = execution_rollup.count + excluded.count,
                duration_ms = execution_rollup.duration_ms + excluded.duration_ms,
                timed_count = execution_rollup.timed_count + excluded.timed_count
            """,
            deltas.sorted.map { key, delta in
                [
                    .integer(key.job), .integer(key.hour), .number(key.status.rawValue), .integer(delta.count),
                    .integer(delta.durationMilliseconds), .integer(delta.timedCount),
                ]
            }
        )
    }

    func statistics(job: JobID?, since: Timestamp, in scope: Scope) throws -> ExecutionStatistics {
        if scope != .all {
            return ExecutionStatistics(try self.hourly(job: job, from: since, until: .distantFuture, in: scope))
        }
        var statistics = ExecutionStatistics(counts: [:], totalDurationMilliseconds: 0, timedCount: 0)
        let rows = try self.db.all(
            """
            SELECT status, sum(count), sum(duration_ms), sum(timed_count) FROM execution_rollup
            WHERE job_id = ? AND hour >= ? GROUP BY status
            """,
            [.integer(job ?? RollupDeltas.allJobs), .integer(RollupDeltas.hour(of: since))]
        ) { (status: try $0.status(0), count: $0.number(1), duration: $0.integer(2), timed: $0.number(3)) }
        for row in rows where row.count != 0 {
            statistics.counts[row.status] = row.count
            statistics.totalDurationMilliseconds += row.duration
            statistics.timedCount += row.timed
        }
        return statistics
    }

    /// Sums by hour and state, oldest first; the hour of `until` is not among them when `until` begins it.
    func hourly(job: JobID?, from: Timestamp, until: Timestamp, in scope: Scope) throws -> [HourlyCount] {
        if scope != .all { return try ScopedCounts(self.db).hourly(job: job, from: from, until: until, in: scope) }
        let last = RollupDeltas.hour(of: until.advanced(byMilliseconds: -1))
        return try self.db.all(
            """
            SELECT hour, status, count, duration_ms, timed_count FROM execution_rollup
            WHERE job_id = ? AND hour BETWEEN ? AND ? AND count > 0 ORDER BY hour, status
            """,
            [.integer(job ?? RollupDeltas.allJobs), .integer(RollupDeltas.hour(of: from)), .integer(last)]
        ) {
            HourlyCount(
                hour: Timestamp(milliseconds: $0.integer(0) * 3_600_000),
                status: try $0.status(1),
                count: $0.number(2),
                durationMilliseconds: $0.integer(3),
                timedCount: $0.number(4)
            )
        }
    }

    /// Sums of each job that exists, over the hours from `from` to before `until`.
    func byJob(from: Timestamp, until: Timestamp, in scope: Scope) throws -> [JobID: ExecutionStatistics] {
        if scope != .all { return try ScopedCounts(self.db).byJob(from: from, until: until, in: scope) }
        // By way of the jobs: the key begins with the job, so each needs one look-up, however long the history is.
        return try Self.sums(
            of: self.db.all(
                """
                SELECT r.job_id, r.status, sum(r.count), sum(r.duration_ms), sum(r.timed_count)
                FROM job CROSS JOIN execution_rollup AS r WHERE r.job_id = job.id AND r.hour BETWEEN ? AND ?
                GROUP BY r.job_id, r.status HAVING sum(r.count) > 0
                """,
                [
                    .integer(RollupDeltas.hour(of: from)),
                    .integer(RollupDeltas.hour(of: until.advanced(byMilliseconds: -1))),
                ],
                Self.jobRow
            )
        )
    }

    typealias JobRow = (job: JobID, status: ExecutionStatus, count: Int, duration: Int64, timed: Int)

    static func jobRow(_ row: SQLiteRow) throws -> JobRow {
        (row.integer(0), try row.status(1), row.number(2), row.integer(3), row.number(4))
    }

    static func sums(of rows: [JobRow]) -> [JobID: ExecutionStatistics] {
        var sums: [JobID: ExecutionStatistics] = [:]
        for row in rows {
            let one = ExecutionStatistics(
                counts: [row.status: row.count],
                totalDurationMilliseconds: row.duration,
                timedCount: row.timed
            )
            sums[row.job, default: ExecutionStatistics([])].add(one)
        }
        return sums
    }
}
