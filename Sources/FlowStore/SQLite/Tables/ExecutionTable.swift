// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on executions, one row at a time; lists are in ``ExecutionHistory``.
struct ExecutionTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ id: ExecutionID) throws -> Execution? {
        try self.db.first("SELECT \(ExecutionRecord.columns) FROM execution WHERE id = ?", [.id(id)]) {
            try ExecutionRecord.decode($0)
        }
    }

    /// Those of these that are there, in order.
    func find(_ ids: [ExecutionID]) throws -> [Execution] {
        try self.db.firstEach(
            "SELECT \(ExecutionRecord.columns) FROM execution WHERE id = ?",
            ids.map { [.id($0)] }
        ) { try ExecutionRecord.decode($0) }.compactMap { $0 }
    }

    /// Inserts unless the id is there: an agent may have reported the fire before the server recorded it.
    ///
    /// `deadline` is by when it must start, for its order.
    ///
    /// - Returns: for each, whether the row is new.
    func insert(_ executions: [(execution: Execution, deadline: Timestamp?)]) throws -> [Bool] {
        let order = self.db.order(of: executions.map(\.execution.id))
        let changes = try self.db.changesOfEach(
            """
            INSERT INTO execution (\(ExecutionRecord.columns), start_deadline)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """,
            order.map { ExecutionRecord.values(executions[$0].execution) + [.time(executions[$0].deadline)] }
        )
        var isNew = [Bool](repeating: false, count: executions.count)
        for (index, change) in zip(order, changes) { isNew[index] = change == 1 }
        return isNew
    }

    /// Writes the last states a transaction gave executions over the revisions they were derived from (`semantics.md` 2,
    /// rule 4).
    func update(_ writes: [RecordChanges.Write]) throws {
        let changed = try self.db.changesOfEach(
            """
            UPDATE execution SET status = ?, reason = ?, detail = ?, attempt = ?, agent_seq = ?, decided_by = ?,
                job_version = ?, started_at = ?, finished_at = ?, exit_code = ?, http_status = ?, cancel_requested = ?,
                updated_at = ?,
                output_bytes = coalesce(?, output_bytes), output_truncated = coalesce(?, output_truncated), revision = ?
            WHERE id = ? AND revision = ?
            """,
            writes.map { Self.updateValues($0) }
        )
        guard let index = changed.firstIndex(where: { $0 != 1 }) else { return }
        // Who is alone has read the rows itself, and there is no other writer.
        try self.db.requireAlone()
        throw CoreError(.internal, "Execution \(writes[index].execution.id) changed while it was updated.")
    }

    /// Gives an execution that waits for a host to one.
    ///
    /// - Returns: the record as it is stored; nil when it waits no more.
    func place(_ execution: Execution, on agent: AgentID, detail: String, at now: Timestamp) throws -> Execution? {
        var placed = execution
        placed.agentID = agent
        placed.reason = nil
        placed.detail = detail
        placed.updatedAt = now
        placed.revision += 1
        let isDone = try self.db.run(
            """
            UPDATE execution SET agent = ?, reason = NULL, detail = ?, updated_at = ?, revision = ?
            WHERE id = ? AND agent = ? AND status = 1 AND revision = ?
            """,
            [
                .agent(agent), .text(detail), .time(now), .number(placed.revision), .id(placed.id), .agent(.unplaced),
                .number(execution.revision),
            ]
        )
        return isDone == 1 ? placed : nil
    }

    func startDeadline(of id: ExecutionID) throws -> Timestamp? {
        let found = try self.db.first("SELECT start_deadline FROM execution WHERE id = ?", [.id(id)]) {
            $0.optionalTime(0)
        }
        return found ?? nil
    }

    func setStartDeadline(_ deadline: Timestamp, of id: ExecutionID) throws {
        try self.db.run("UPDATE execution SET start_deadline = ? WHERE id = ?", [.time(deadline), .id(id)])
    }

    /// How many executions each agent runs or is to run; those without any are left out.
    func openCounts() throws -> [AgentID: Int] {
        let counts = try self.db.all(
            """
            SELECT agent, count(*) FROM execution INDEXED BY execution_by_status
            WHERE status IN (1, 2) AND status <> 3 GROUP BY agent
            """
        ) { (try $0.agent(0), $0.number(1)) }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    /// Where a job last succeeded; only so many of its executions are looked at.
    func lastSuccess(of job: JobID) throws -> AgentID? {
        try self.db.first(
            """
            SELECT agent FROM (SELECT id, agent, status FROM execution INDEXED BY execution_by_job
                WHERE job_id = ? ORDER BY id DESC LIMIT 1000) AS newest
            WHERE status = 3 ORDER BY id DESC LIMIT 1
            """,
            [.integer(job)]
        ) { try $0.agent(0) }
    }

    func delete(_ id: ExecutionID) throws { try self.db.run("DELETE FROM execution WHERE id = ?", [.id(id)]) }

    private static func updateValues(_ write: RecordChanges.Write) -> [RecordValue] {
        let execution = write.execution
        return [
            .number(execution.status.rawValue), .text(execution.reason?.rawValue), .text(execution.detail),
            .number(execution.attempt), .integer(execution.agentSequence), .flag(execution.decidedBy == .agent),
            .integer(execution.jobVersion), .time(execution.startedAt), .time(execution.finishedAt),
            .number(execution.exitCode), .number(execution.httpStatus), .flag(execution.cancelRequested),
            .time(execution.updatedAt),
            write.output.map { .integer($0.bytes) } ?? .null,
            write.output.map { .flag($0.isTruncated) } ?? .null,
            .number(execution.revision), .id(execution.id), .number(execution.revision - 1),
        ]
    }

    /// Notes how much the new ones among these wrote.
    func setOutputs(_ writes: [RecordChanges.Write]) throws {
        try self.db.runEach(
            "UPDATE execution SET output_bytes = ?, output_truncated = ? WHERE id = ?",
            writes.compactMap { write in
                write.output.map { [.integer($0.bytes), .flag($0.isTruncated), .id(write.execution.id)] }
            }
        )
    }

    /// Notes that output of it, and of its attempts, is no longer there.
    func markOutputCut(_ id: ExecutionID) throws {
        try self.db.run("UPDATE execution SET output_truncated = 1 WHERE id = ?", [.id(id)])
        try self.db.run("UPDATE attempt SET output_truncated = 1 WHERE execution_id = ?", [.id(id)])
    }

    func output(of id: ExecutionID) throws -> (bytes: Int64?, isTruncated: Bool)? {
        try self.db.first("SELECT output_bytes, output_truncated FROM execution WHERE id = ?", [.id(id)]) {
            ($0.optionalInteger(0), $0.optionalInteger(1) == 1)
        }
    }

    /// Executions of an agent in one open state, oldest first.
    func open(_ status: ExecutionStatus, of agent: AgentID) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ? AND status = ? AND status <> 3 ORDER BY id
            """,
            [.agent(agent), .number(status.rawValue)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Executions of all agents in one open state, oldest first.
    func open(_ status: ExecutionStatus, limit: Int) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status = ? AND status <> 3 ORDER BY id LIMIT ?
            """,
            [.number(status.rawValue), .number(limit)]
        ) { try ExecutionRecord.decode($0) }
    }

    func openIDs(_ status: ExecutionStatus, of agent: AgentID) throws -> [ExecutionID] {
        try self.db.all(
            """
            SELECT id FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ? AND status = ? AND status <> 3 ORDER BY id
            """,
            [.agent(agent), .number(status.rawValue)]
        ) { try $0.id(0) }
    }

    /// Executions an agent has decided on and not ended, as far as is known here: running, or waiting for a retry or a place.
    func underWay(of agent: AgentID) throws -> [ExecutionID] {
        try self.db.all(
            """
            SELECT id FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ? AND status IN (1, 2) AND status <> 3 AND (status = 2 OR attempt > 0 OR reason = 'QUEUED') ORDER BY id
            """,
            [.agent(agent)]
        ) { try $0.id(0) }
    }

    /// Executions that were skipped before their time, by a clock that was ahead: the agent may have taken that back (R8).
    func decidedEarly(of agent: AgentID, since nominal: Timestamp) throws -> [ExecutionID] {
        try self.db.all(
            """
            SELECT id FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ?1 AND status = 7 AND status <> 3 AND id >= ?2 AND nominal > updated_at ORDER BY id
            """,
            [.agent(agent), .id(ExecutionID.lowerBound(at: nominal))]
        ) { try $0.id(0) }
    }

    /// Executions of a job that are looked at before those of all jobs that are open.
    static let newestCount = 50

    /// Whether an execution of a job is PENDING or RUNNING.
    func isUnderWay(_ job: JobID) throws -> Bool {
        // For a job that has not run often these are all: what others have open, ten thousand after a burst, is not looked at.
        let newest = try self.db.first(
            """
            SELECT count(*), sum(CASE WHEN status IN (1, 2) THEN 1 ELSE 0 END) FROM (SELECT id, status
                FROM execution INDEXED BY execution_by_job WHERE job_id = ? ORDER BY id DESC LIMIT ?) AS newest
            """,
            [.integer(job), .number(Self.newestCount)]
        ) { (count: $0.number(0), open: $0.optionalInteger(1) ?? 0) }
        if let newest, newest.open > 0 || newest.count < Self.newestCount { return newest.open > 0 }
        return try self.db.first(
            """
            SELECT 1 FROM execution INDEXED BY execution_by_status
            WHERE status IN (1, 2) AND status <> 3 AND job_id = ? LIMIT 1
            """,
            [.integer(job)]
        ) { _ in true } ?? false
    }

    /// Running executions of a job, oldest first.
    func running(of job: JobID) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status = 2 AND status <> 3 AND job_id = ? ORDER BY id
            """,
            [.integer(job)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// The first execution of a job that runs, or waits for its next attempt; nil when none does.
    func firstRunning(of job: JobID) throws -> Execution? {
        try self.db.first(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status IN (1, 2) AND status <> 3 AND job_id = ? AND (status = 2 OR attempt > 0) ORDER BY id LIMIT 1
            """,
            [.integer(job)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Pending executions of a job, oldest first.
    func pending(of job: JobID) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status = 1 AND status <> 3 AND job_id = ? ORDER BY id
            """,
            [.integer(job)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Pending executions of a job that are due later, oldest first: a few seconds' worth.
    func planned(of job: JobID, after now: Timestamp) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status = 1 AND status <> 3 AND id >= ? AND job_id = ? ORDER BY id
            """,
            [.id(ExecutionID.lowerBound(at: now)), .integer(job)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Fires with a nominal time in the range that no start was tried of, oldest first.
    func pending(in range: PendingRange) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ? AND status = 1 AND status <> 3 AND id >= ? AND id < ? AND job_uid = ? AND kind = 0
                AND attempt = 0
            ORDER BY id
            """,
            [
                .agent(range.agent), .id(ExecutionID.lowerBound(at: range.fires.from)),
                .id(ExecutionID.lowerBound(at: range.fires.through.advanced(byMilliseconds: 1))), .id(range.job),
            ]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Pending executions of all agents with an earlier nominal time, oldest first.
    func pending(before nominal: Timestamp, limit: Int) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_status
            WHERE status = 1 AND status <> 3 AND id < ? ORDER BY id LIMIT ?
            """,
            [.id(ExecutionID.lowerBound(at: nominal)), .number(limit)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Executions of an agent that run, and waiting ones that it has reported on; oldest first.
    func reportedOpen(of agent: AgentID) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_agent_status
            WHERE agent = ? AND status IN (1, 2) AND status <> 3 AND (status = 2 OR agent_seq <> 0) ORDER BY id
            """,
            [.agent(agent)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// Of each job the newest that are no longer PENDING, newest first; nothing of a job that has none.
    func newest(of jobs: [JobID], count: Int, in scope: Scope = .all) throws -> [JobID: [Execution]] {
        let condition = try ScopeCondition.executions(scope)
        let found = try self.db.allEach(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_job
            WHERE job_id = ? AND status <> ?\(condition.map { " AND " + $0.sql } ?? "") ORDER BY id DESC LIMIT ?
            """,
            jobs.map { job in
                [.integer(job), .integer(Int64(ExecutionStatus.pending.rawValue))] + (condition?.values ?? [])
                    + [.number(count)]
            }
        ) { try ExecutionRecord.decode($0) }
        return Dictionary(zip(jobs, found).filter { !$1.isEmpty }) { first, _ in first }
    }

    /// Of the newest executions of a span the delay of each; nil for those that no schedule started on time
    /// by a first attempt, or that are out of the scope.
    func startDelays(from: Timestamp, until: Timestamp, limit: Int, in scope: Scope) throws -> [StartDelay?] {
        let condition = try ScopeCondition.executions(scope, alias: "e")
        // The bound is inside: whatever the rows are, no more of them are read.
        return try self.db.all(
            """
            SELECT CASE WHEN e.kind = 0 AND e.attempt = 1 AND e.started_at IS NOT NULL\(condition.map { " AND " + $0.sql } ?? "")
                THEN e.started_at - e.nominal END, e.nominal
            FROM (SELECT id, job_id, agent, kind, attempt, nominal, started_at FROM execution
                WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?) AS e
            ORDER BY e.id DESC
            """,
            (condition?.values ?? [])
                + [.id(ExecutionID.lowerBound(at: from)), .id(ExecutionID.lowerBound(at: until)), .number(limit)]
        ) { $0.isNull(0) ? nil : StartDelay(nominal: $0.time(1), milliseconds: $0.integer(0)) }
    }

    func of(run: RunID) throws -> [Execution] {
        try self.db.all(
            """
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_run WHERE run_id = ? ORDER BY agent
            """,
            [.id(run)]
        ) { try ExecutionRecord.decode($0) }
    }

    /// An execution that is in a scope.
    func find(_ id: ExecutionID, in scope: Scope) throws -> Execution? {
        let condition = try ScopeCondition.executions(scope)
        return try self.db.first(
            """
            SELECT \(ExecutionRecord.columns) FROM execution
            WHERE id = ?\(condition.map { " AND " + $0.sql } ?? "")
            """,
            [.id(id)] + (condition?.values ?? [])
        ) { try ExecutionRecord.decode($0) }
    }

    func openCount(_ status: ExecutionStatus, in scope: Scope = .all) throws -> Int {
        let condition = try ScopeCondition.executions(scope)
        let tests = try TestRunCondition.withoutTests(executions: "execution", self.db)
        return try self.db.first(
            """
            SELECT count(*) FROM execution INDEXED BY execution_by_status
            WHERE status = ? AND status <> 3\(tests.map { " AND " + $0 } ?? "")\(condition.map { " AND " + $0.sql } ?? "")
            """,
            [.number(status.rawValue)] + (condition?.values ?? [])
        ) { $0.number(0) } ?? 0
    }
}
