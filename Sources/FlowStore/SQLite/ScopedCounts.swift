// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Sums by the hour of what a scope shows.
///
/// Rollups are per job. Those of jobs that never had a group outside the scope serve as they are; of the others the
/// visible executions are counted one by one, in the time that was asked for.
struct ScopedCounts {
    let db: Database
    init(_ db: Database) { self.db = db }

    func hourly(job: JobID?, from: Timestamp, until: Timestamp, in scope: Scope) throws -> [HourlyCount] {
        let (whole, partly) = try self.jobs(of: scope)
        func isAsked(_ id: JobID) -> Bool { job == nil || job == id }
        var rows = try self.rollups(whole.filter(isAsked), from: from, until: until)
        for job in partly where isAsked(job) { rows += try self.counted(job, from: from, until: until, in: scope) }
        return Self.merged(rows)
    }

    private func rollups(_ jobs: [JobID], from: Timestamp, until: Timestamp) throws -> [HourlyCount] {
        guard !jobs.isEmpty else { return [] }
        return try self.db.all(
            """
            SELECT hour, status, sum(count), sum(duration_ms), sum(timed_count) FROM execution_rollup
            WHERE job_id IN (SELECT value FROM json_each(?)) AND hour BETWEEN ? AND ?
            GROUP BY hour, status HAVING sum(count) > 0
            """,
            [
                .text(try JSONColumn.encode(jobs)), .integer(RollupDeltas.hour(of: from)),
                .integer(RollupDeltas.hour(of: until.advanced(byMilliseconds: -1))),
            ],
            Self.decode
        )
    }

    private func counted(_ job: JobID, from: Timestamp, until: Timestamp, in scope: Scope) throws -> [HourlyCount] {
        guard let condition = try ScopeCondition.executions(scope) else { return [] }
        // Whole hours, as in the rollups.
        let first = Timestamp(milliseconds: RollupDeltas.hour(of: from) * 3_600_000)
        let ended = ExecutionStatus.allCases.filter(\.isTerminal).map { String($0.rawValue) }.joined(separator: ", ")
        return try self.db.all(
            """
            SELECT nominal / 3600000, status, count(*),
                coalesce(sum(CASE WHEN started_at IS NOT NULL THEN finished_at - started_at END), 0),
                count(CASE WHEN started_at IS NOT NULL THEN finished_at END)
            FROM execution INDEXED BY execution_by_job
            WHERE job_id = ? AND id >= ? AND nominal < ? AND status IN (\(ended)) AND kind <> 7 AND \(condition.sql)
            GROUP BY 1, 2
            """,
            [.integer(job), .id(ExecutionID.lowerBound(at: first)), .time(until)] + condition.values,
            Self.decode
        )
    }

    private static func decode(_ row: SQLiteRow) throws -> HourlyCount {
        HourlyCount(
            hour: Timestamp(milliseconds: row.integer(0) * 3_600_000),
            status: try row.status(1),
            count: row.number(2),
            durationMilliseconds: row.integer(3),
            timedCount: row.number(4)
        )
    }

    private static func merged(_ rows: [HourlyCount]) -> [HourlyCount] {
        struct Key: Hashable {
            let hour: Timestamp
            let status: ExecutionStatus
        }
        let groups = Dictionary(grouping: rows) { Key(hour: $0.hour, status: $0.status) }
        return groups.map { key, rows in
            HourlyCount(
                hour: key.hour,
                status: key.status,
                count: rows.reduce(0) { $0 + $1.count },
                durationMilliseconds: rows.reduce(0) { $0 + $1.durationMilliseconds },
                timedCount: rows.reduce(0) { $0 + $1.timedCount }
            )
        }.sorted { ($0.hour, $0.status.rawValue) < ($1.hour, $1.status.rawValue) }
    }

    func byJob(from: Timestamp, until: Timestamp, in scope: Scope) throws -> [JobID: ExecutionStatistics] {
        let (whole, partly) = try self.jobs(of: scope)
        var sums = RollupTable.sums(
            of: try self.db.all(
                """
                SELECT job_id, status, sum(count), sum(duration_ms), sum(timed_count)
                FROM execution_rollup JOIN job ON job.id = job_id
                WHERE job_id IN (SELECT value FROM json_each(?)) AND hour BETWEEN ? AND ?
                GROUP BY job_id, status HAVING sum(count) > 0
                """,
                [
                    .text(try JSONColumn.encode(whole)), .integer(RollupDeltas.hour(of: from)),
                    .integer(RollupDeltas.hour(of: until.advanced(byMilliseconds: -1))),
                ],
                RollupTable.jobRow
            )
        )
        for job in partly {
            let rows = try self.counted(job, from: from, until: until, in: scope)
            if !rows.isEmpty { sums[job] = ExecutionStatistics(rows) }
        }
        return sums
    }

    /// The jobs of the scope: those that never had a group outside it, and the others.
    private func jobs(of scope: Scope) throws -> (whole: [JobID], partly: [JobID]) {
        guard let bound = try ScopeCondition.everBound(scope) else { return ([], []) }
        let all = try self.db.all(bound.sql, bound.values) { (job: $0.integer(0), isWhole: $0.flag(1)) }
        return (all.filter(\.isWhole).map(\.job), all.filter { !$0.isWhole }.map(\.job))
    }
}
