// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on failures in a row, of the jobs that pause after some.
struct StreakTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// A job was saved: it is counted, or not, as its definition says, and from the beginning when somebody enabled it.
    func bind(_ job: Job, over before: Job?) throws {
        guard let threshold = job.definition.standing?.pauseAfterFailures else {
            if before?.definition.standing?.pauseAfterFailures != nil {
                try self.db.run("DELETE FROM job_streak WHERE job_id = ?", [.integer(job.id)])
            }
            return
        }
        try self.db.run(
            """
            INSERT INTO job_streak (job_id, threshold) VALUES (?, ?)
            ON CONFLICT (job_id) DO UPDATE SET threshold = excluded.threshold
            """,
            [.integer(job.id), .number(threshold)]
        )
        guard job.isEnabled, before?.isEnabled == false, let known = try self.find(job.id) else { return }
        var streak = known.streak
        streak.reset()
        try self.save(streak, of: job.id)
    }

    /// Nil for a job whose failures are not counted.
    func find(_ job: JobID) throws -> (streak: FailureStreak, threshold: Int)? {
        try self.db.first(
            """
            SELECT threshold, failures, base, root_run, newest_root, newest_t, newest_run FROM job_streak
            WHERE job_id = ?
            """,
            [.integer(job)]
        ) { row in
            var newest: RunOrder?
            if let root = row.optionalTime(4) {
                newest = RunOrder(rootNominal: root, nominal: row.time(5), run: try row.id(6))
            }
            let streak = FailureStreak(
                count: row.number(1),
                base: row.number(2),
                newest: newest,
                root: row.isNull(3) ? nil : try row.id(3)
            )
            return (streak, row.number(0))
        }
    }

    func save(_ streak: FailureStreak, of job: JobID) throws {
        try self.db.run(
            """
            UPDATE job_streak SET failures = ?, base = ?, root_run = ?, newest_root = ?, newest_t = ?, newest_run = ?
            WHERE job_id = ?
            """,
            [
                .number(streak.count), .number(streak.base), .id(streak.root), .time(streak.newest?.rootNominal),
                .time(streak.newest?.nominal), .id(streak.newest?.run), .integer(job),
            ]
        )
    }
}
