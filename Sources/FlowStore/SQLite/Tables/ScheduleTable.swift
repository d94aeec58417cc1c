// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on schedules: one narrow row per job, with all that a fire needs.
struct ScheduleTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// A schedule that a fire moved on.
    struct Moved {
        let job: JobReference
        /// Ids of the job's groups, ascending, as JSON.
        let groups: String
    }

    /// The fire's compare-and-set (R3): nominal time, version and being enabled are what the planner saw.
    ///
    /// - Returns: for each, nil when somebody else moved it, or edited, disabled or deleted the job.
    func moveOn(_ fires: [PlannedFire]) throws -> [Moved?] {
        // Servers that plan the same fires for a moment take the rows in one order. Of one job the earlier fire comes first.
        let order = fires.indices.sorted { (fires[$0].jobID, $0) < (fires[$1].jobID, $1) }
        let moved = Dictionary(keys: order, values: try self.wordsOfMoved(order.map { fires[$0] }))
        return zip(fires, fires.indices).map { fire, index in
            moved[index].map { moved in
                let job = JobReference(id: fire.jobID, uid: fire.job, version: fire.version, name: moved.name)
                return Moved(job: job, groups: moved.groups)
            }
        }
    }

    private func wordsOfMoved(_ fires: [PlannedFire]) throws -> [(name: String, groups: String)?] {
        let move =
            "UPDATE schedule SET next_fire = ? WHERE job_id = ? AND next_fire = ? AND version = ? AND is_enabled = 1"
        let values: [[RecordValue]] = fires.map {
            [.time($0.next), .integer($0.jobID), .time($0.nominal), .integer($0.version)]
        }
        switch self.db.connection {
        case .sqlite:
            // For what an UPDATE returns SQLite builds a table each time; to read the row again costs half.
            let isMoved = try self.db.changesOfEach(move, values).map { $0 == 1 }
            let ids = zip(fires, isMoved).filter { $0.1 }.map { [RecordValue.integer($0.0.jobID)] }
            var words = try self.db.firstEach("SELECT name, groups FROM schedule WHERE job_id = ?", ids) {
                (name: $0.text(0), groups: $0.text(1))
            }[...]
            return isMoved.map { $0 ? words.removeFirst() : nil }
        case .postgres:
            return try self.db.firstEach(move + " RETURNING name, groups", values) {
                (name: $0.text(0), groups: $0.text(1))
            }
        }
    }

    /// Of all jobs; many share a set of groups.
    func labels() throws -> [JobLabel] {
        var known: [String: [GroupID]] = [:]
        return try self.db.all("SELECT job_id, name, groups FROM schedule") { row in
            let text = row.text(2)
            let groups: [GroupID] = try known[text] ?? JSONColumn.decode(text)
            known[text] = groups
            return JobLabel(id: row.integer(0), name: row.text(1), groups: groups)
        }
    }

    /// What is stored, for a fire that lost; nil = the job is gone.
    func state(of id: JobID) throws -> (next: Timestamp?, version: Int64)? {
        try self.db.first("SELECT next_fire, is_enabled, version FROM schedule WHERE job_id = ?", [.integer(id)]) {
            ($0.flag(1) ? $0.optionalTime(0) : nil, $0.integer(2))
        }
    }

    /// Gives a fire back that was moved on from: whoever can read the job is to decide on it.
    func giveBack(_ fire: PlannedFire) throws {
        try self.db.run(
            "UPDATE schedule SET next_fire = ? WHERE job_id = ? AND version = ?",
            [.time(fire.nominal), .integer(fire.jobID), .integer(fire.version)]
        )
    }

    /// All that will fire, but what only a newer server can read; schedules that are written alike are decoded once.
    func plans() throws -> [JobPlan] {
        var schedules: [String: ScheduleSpec] = [:]
        return try self.db.all(
            """
            SELECT job.uid, job.id, job.version, job.name, schedule.next_fire, json_extract(job.definition, '$.schedule')
            FROM schedule JOIN job ON job.id = schedule.job_id
            WHERE schedule.is_enabled = 1 AND schedule.next_fire IS NOT NULL ORDER BY job.id
            """
        ) { row -> JobPlan? in
            let text = row.text(5)
            guard let schedule = schedules[text] ?? (try? JSONColumn.decode(text, as: ScheduleSpec.self)) else {
                return nil
            }
            schedules[text] = schedule
            return JobPlan(
                uid: try row.id(0),
                id: row.integer(1),
                version: row.integer(2),
                name: row.text(3),
                schedule: schedule,
                next: row.time(4)
            )
        }.compactMap { $0 }
    }

    func dueReviews(at now: Timestamp, limit: Int) throws -> [JobID] {
        try self.db.all(
            """
            SELECT job_id FROM schedule INDEXED BY schedule_by_review
            WHERE review_at IS NOT NULL AND review_at <= ? ORDER BY review_at LIMIT ?
            """,
            [.time(now), .number(limit)]
        ) { $0.integer(0) }
    }

    func setReview(of id: JobID, at instant: Timestamp?) throws {
        try self.db.run("UPDATE schedule SET review_at = ? WHERE job_id = ?", [.time(instant), .integer(id)])
    }
}
