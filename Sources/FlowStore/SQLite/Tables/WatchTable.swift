// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what rules watch.
struct WatchTable {
    /// An execution that starts has been due for at most so long; milliseconds.
    private static let longestWait: Int64 = 7 * 86_400_000

    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: Marks

    func marks() throws -> [NotifyWatchMark] {
        try self.db.all("SELECT rule, trigger_name, subject, at FROM notify_watch") { row in
            NotifyTrigger(rawValue: row.text(1)).map { trigger in
                let key = NotifyWatchMark.Key(rule: row.text(0), trigger: trigger, subject: row.text(2))
                return NotifyWatchMark(key: key, at: row.time(3))
            }
        }.compactMap(\.self).sorted { $0.key < $1.key }
    }

    /// - Throws: `conflict` when the mark is another one than it was.
    func save(_ change: NotifyWatchMark.Change) throws {
        let key: [RecordValue] = [
            .text(change.key.rule), .text(change.key.trigger.rawValue), .text(change.key.subject),
        ]
        let found = try self.db.first(
            "SELECT at FROM notify_watch WHERE rule = ? AND trigger_name = ? AND subject = ?",
            key
        ) { $0.time(0) }
        guard found == change.before else { throw StoreFault.watchMoved(change.key) }
        guard let after = change.after else {
            try self.db.run("DELETE FROM notify_watch WHERE rule = ? AND trigger_name = ? AND subject = ?", key)
            return
        }
        try self.db.run(
            """
            INSERT INTO notify_watch (rule, trigger_name, subject, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (rule, trigger_name, subject) DO UPDATE SET at = excluded.at
            """,
            key + [.time(after)]
        )
    }

    // MARK: Jobs

    /// A job was saved.
    func bind(_ job: Job) throws {
        let watches = (job.definition.notify ?? []).contains { rule in
            rule.isEnabled && !NotifyTrigger.ofTime.isDisjoint(with: rule.triggers)
        }
        guard watches else { return try self.forget(job.id) }
        try self.db.run("INSERT INTO job_watch (job_id) VALUES (?) ON CONFLICT DO NOTHING", [.integer(job.id)])
    }

    func forget(_ job: JobID) throws { try self.db.run("DELETE FROM job_watch WHERE job_id = ?", [.integer(job)]) }

    func jobs() throws -> [JobID] {
        try self.db.all("SELECT job_id FROM job_watch ORDER BY job_id") { $0.integer(0) }
    }

    // MARK: Executions

    /// One page of what runs, or of what waits.
    func open(_ kind: OpenKind, after: ExecutionID?, limit: Int) throws -> [Execution] {
        let from: RecordValue = .id(after ?? ExecutionID.lowerBound(at: .distantPast))
        switch kind {
        case .running(let bound):
            return try self.db.all(
                """
                SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
                WHERE status = 2 AND status <> 3 AND id > ? AND started_at <= ? ORDER BY id LIMIT ?
                """,
                [from, .time(bound), .number(limit)]
            ) { try ExecutionRecord.decode($0) }
        case .waiting(let bound):
            return try self.db.all(
                """
                SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
                WHERE status = 1 AND status <> 3 AND id > ? AND id < ? ORDER BY id LIMIT ?
                """,
                [from, .id(ExecutionID.lowerBound(at: bound)), .number(limit)]
            ) { try ExecutionRecord.decode($0) }
        }
    }

    /// - Parameter column: of the execution's start or end.
    func jobs(_ jobs: [JobID], _ column: String, in span: Range<Timestamp>) throws -> Set<JobID> {
        let sql = """
            SELECT job_id FROM execution INDEXED BY execution_by_job WHERE job_id = ? AND id >= ?
                AND \(column) >= ? AND \(column) < ?\(column == "finished_at" ? " AND status = 3" : "")
            ORDER BY id DESC LIMIT 1
            """
        let oldest = ExecutionID.lowerBound(at: span.lowerBound.advanced(byMilliseconds: -Self.longestWait))
        let sets: [[RecordValue]] = jobs.map { job in
            [.integer(job), .id(oldest), .time(span.lowerBound), .time(span.upperBound)]
        }
        return Set(try self.db.firstEach(sql, sets) { $0.integer(0) }.compactMap(\.self))
    }
}
