// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on backfills, and on what ran of the times that they are for.
struct BackfillTable {
    private static let columns = """
        id, job_id, job_uid, job_name, group_ids, range_from, range_until, concurrency, per_minute, is_forced, parameters, \
        caller, created_at, total, last_time, last_start, started, incomplete, already_ran, missed, state, ending, \
        waiting, ended_at
        """

    let db: Database
    init(_ db: Database) { self.db = db }

    // MARK: Backfills

    func insert(_ backfill: Backfill) throws {
        try self.db.run(
            """
            INSERT INTO backfill (\(Self.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(backfill.id), .integer(backfill.job), .id(backfill.jobUID), .text(backfill.jobName),
                .text(try JSONColumn.encode(backfill.groups)), .time(backfill.range.from), .time(backfill.range.until),
                .number(backfill.pace.concurrency), .number(backfill.pace.perMinute), .flag(backfill.isForced),
                .text(try JSONColumn.encodeParameters(backfill.parameters)), .text(backfill.caller),
                .time(backfill.createdAt), .number(backfill.total),
            ] + Self.state(of: backfill)
        )
    }

    /// Writes how far it has come.
    func update(_ backfill: Backfill) throws {
        try self.db.run(
            """
            UPDATE backfill SET last_time = ?, last_start = ?, started = ?, incomplete = ?, already_ran = ?, missed = ?,
                state = ?, ending = ?, waiting = ?, ended_at = ? WHERE id = ?
            """,
            Self.state(of: backfill) + [.id(backfill.id)]
        )
    }

    private static func state(of backfill: Backfill) -> [RecordValue] {
        let progress = backfill.progress
        return [
            .time(progress.last), .time(progress.startedAt), .number(progress.started), .number(progress.incomplete),
            .number(progress.alreadyRan), .number(progress.missed), .text(backfill.state.rawValue),
            .text(backfill.ending?.rawValue), .text(backfill.waiting?.rawValue), .time(backfill.endedAt),
        ]
    }

    func find(_ id: BackfillID) throws -> Backfill? {
        try self.db.first("SELECT \(Self.columns) FROM backfill WHERE id = ?", [.id(id)]) { try Self.decode($0) }
    }

    /// The one of a job that is under way.
    func open(of job: JobID) throws -> Backfill? {
        try self.db.first(
            "SELECT \(Self.columns) FROM backfill INDEXED BY backfill_open WHERE job_id = ? AND state = 'open'",
            [.integer(job)]
        ) { try Self.decode($0) }
    }

    func open(limit: Int) throws -> [Backfill] {
        try self.db.all(
            """
            SELECT \(Self.columns) FROM backfill INDEXED BY backfill_open
            WHERE state = 'open' ORDER BY created_at LIMIT ?
            """,
            [.number(limit)]
        ) { try Self.decode($0) }
    }

    func page(of job: JobID, _ page: PageRequest) throws -> Page<Backfill> {
        let total = try self.db.first("SELECT count(*) FROM backfill WHERE job_id = ?", [.integer(job)]) {
            $0.number(0)
        }
        let items = try self.db.all(
            """
            SELECT \(Self.columns) FROM backfill INDEXED BY backfill_by_job
            WHERE job_id = ? ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
            """,
            [.integer(job), .number(page.size), .number(page.offset)]
        ) { try Self.decode($0) }
        return Page(items: items, total: total ?? 0)
    }

    func prune(before bound: Timestamp, limit: Int) throws -> Int {
        try self.db.run(
            """
            DELETE FROM backfill WHERE id IN (SELECT id FROM backfill INDEXED BY backfill_by_end
                WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ?)
            """,
            [.time(bound), .number(limit)]
        )
    }

    // MARK: What ran

    /// Executions of a job for one of its times: of the fire, of backfills, and of whatever repeated them.
    func executions(of job: Job, at time: Timestamp) throws -> [Execution] {
        try self.db.all(
            """
            WITH RECURSIVE chain (id) AS (
                SELECT id FROM run WHERE id = ?1
                UNION SELECT id FROM run WHERE job_id = ?2 AND data_time = ?3
                UNION SELECT run.id FROM chain JOIN run INDEXED BY run_by_retry ON run.retry_of = chain.id
            )
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_run
            WHERE run_id IN (SELECT id FROM chain) ORDER BY id
            """,
            [
                .id(DeterministicID.run(kind: .cron, job: job.uid, nominal: time)), .integer(job.id), .time(time),
            ]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Executions of backfills for the times of a job in a range, the oldest first.
    func makeUps(of job: JobID, from: Timestamp, until: Timestamp) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_run
            WHERE run_id IN (SELECT id FROM run WHERE job_id = ? AND data_time >= ? AND data_time < ?)
            ORDER BY id LIMIT 500
            """,
            [.integer(job), .time(from), .time(until)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Runs of a job that are under way.
    ///
    /// An execution that waits for its host counts as long as it may still start, and only where the server decides on overlap, or
    /// the backfill itself began it.
    func runsUnderWay(of job: Job, for backfill: Backfill, at now: Timestamp) throws -> (all: Int, own: Int) {
        let isPlaced = job.definition.placement?.isCoordinated ?? false
        var all: Set<RunID> = []
        var own: Set<RunID> = []
        try self.db.step(
            """
            SELECT e.run_id, e.status, e.attempt, e.reason, e.start_deadline, r.source
            FROM execution AS e INDEXED BY execution_by_status LEFT JOIN run AS r ON r.id = e.run_id
            WHERE e.status IN (1, 2) AND e.status <> 3 AND e.job_id = ?
            """,
            [.integer(job.id)]
        ) { row in
            let run: RunID = try row.id(0)
            let reason = row.optionalText(3)
            let hasBegun =
                try row.status(1) == .running || row.integer(2) > 0 || reason == ExecutionReason.queued.rawValue
            let mayBegin = row.optionalTime(4).map { $0 >= now } ?? false
            let isOwn = row.optionalText(5) == backfill.source
            guard hasBegun || (mayBegin && (isOwn || isPlaced)) else { return true }
            all.insert(run)
            if isOwn { own.insert(run) }
            return true
        }
        return (all.count, own.count)
    }

    // MARK: Rows

    private static func decode(_ row: some RecordRow) throws -> Backfill {
        var backfill = Backfill(
            id: try row.id(0),
            job: row.integer(1),
            jobUID: try row.id(2),
            jobName: row.text(3),
            groups: try JSONColumn.decode(row.text(4)),
            range: BackfillRange(from: row.time(5), until: row.time(6)),
            pace: BackfillPace(concurrency: row.number(7), perMinute: row.number(8)),
            isForced: row.flag(9),
            parameters: try JSONColumn.decodeParameters(row.optionalText(10)),
            caller: row.text(11),
            createdAt: row.time(12),
            total: row.number(13)
        )
        backfill.progress.last = row.optionalTime(14)
        backfill.progress.startedAt = row.optionalTime(15)
        backfill.progress.started = row.number(16)
        backfill.progress.incomplete = row.number(17)
        backfill.progress.alreadyRan = row.number(18)
        backfill.progress.missed = row.number(19)
        guard let state = Backfill.State(rawValue: row.text(20)) else {
            throw StoreFault.unreadable("'\(row.text(20))' is no state of a backfill")
        }
        backfill.state = state
        backfill.ending = row.optionalText(21).flatMap { Backfill.Ending(rawValue: $0) }
        backfill.waiting = row.optionalText(22).flatMap { Backfill.Wait(rawValue: $0) }
        backfill.endedAt = row.optionalTime(23)
        return backfill
    }
}
