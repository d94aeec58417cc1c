// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Statements on the hourly rollups.
struct RollupTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func add(_ deltas: RollupDeltas) throws {
        for (key, delta) in deltas.sorted {
            try self.db.run(
                """
                INSERT INTO execution_rollup (job_id, hour, status, count, duration_ms, timed_count)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (job_id, hour, status) DO UPDATE SET count = count + excluded.count,
                    duration_ms = duration_ms + excluded.duration_ms, timed_count = timed_count + excluded.timed_count
                """,
                [
                    .integer(key.job), .integer(key.hour), .number(key.status.rawValue), .integer(delta.count),
                    .integer(delta.durationMilliseconds), .integer(delta.timedCount),
                ]
            )
        }
    }

    func statistics(job: JobID?, since: Timestamp, in scope: Scope) throws -> ExecutionStatistics {
        if scope != .all {
            return ScopedCounts.sum(try self.hourly(job: job, from: since, until: .distantFuture, in: scope))
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
}
