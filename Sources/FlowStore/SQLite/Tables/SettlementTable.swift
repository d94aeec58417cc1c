// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on runs that have ended on all their hosts, each once (D1).
///
/// Only runs of jobs that somebody waits for, or whose failures are counted, are looked at: the others pay one look into three
/// small indexes, and where there is no such job, one look is for all.
struct SettlementTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// Children wait for it, its failures in a row are counted, or it runs as a step.
    private static let anyListener = """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM dep_edge WHERE parent_id = ?1)
            OR EXISTS (SELECT 1 FROM job_streak WHERE job_id = ?1)
            OR EXISTS (SELECT 1 FROM flow_node WHERE job_id = ?1 AND state = 'started')
        """

    /// The same of any job at all: on most servers nobody waits for anything.
    private static let anyListenerAtAll = """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM dep_edge) OR EXISTS (SELECT 1 FROM job_streak)
            OR EXISTS (SELECT 1 FROM flow_node INDEXED BY flow_node_by_job WHERE state = 'started')
        """

    /// What still may change: open executions, and those that were lost while their host may come back and say how they ended.
    private static let isOpen = """
        (status IN (1, 2) OR (status = 4 AND decided_by = 0 AND EXISTS
            (SELECT 1 FROM agent WHERE agent.id = execution.agent AND agent.is_revoked = 0)))
        """

    /// Notes the runs that changes of executions have ended.
    func settle(after changes: RecordChanges, at now: Timestamp) throws {
        let ended = changes.writes.map(\.execution).filter(\.status.isTerminal)
        guard !ended.isEmpty, try self.exists(Self.anyListenerAtAll, []) else { return }
        let jobs = Set(ended.map(\.jobID)).sorted()
        let listeners = try self.db.firstEach(Self.anyListener, jobs.map { [.integer($0)] }) { _ in true }
        let awaited = Set(zip(jobs, listeners).compactMap { $1 == nil ? nil : $0 })
        for id in Set(ended.filter { awaited.contains($0.jobID) }.map(\.runID)).sorted() {
            guard let run = try RunTable(self.db).find(id) else { continue }
            try self.note(run, at: now)
        }
    }

    /// Notes a run that reached nobody.
    func settle(_ run: Run, at now: Timestamp) throws {
        guard try self.isAwaited(run.jobID) else { return }
        try self.db.takeLogTurn()
        try self.note(run, at: now)
    }

    /// Notes the runs that waited only for a host that is gone.
    func settle(lostOn agent: AgentID, at now: Timestamp) throws {
        let runs = try self.db.all(
            """
            SELECT DISTINCT e.run_id FROM execution AS e INDEXED BY execution_by_agent_status
            JOIN run ON run.id = e.run_id AND run.settled_at IS NULL
            -- 'status <> 3' lets the partial index serve.
            WHERE e.agent = ? AND e.status = 4 AND e.status <> 3 AND e.decided_by = 0
                AND (EXISTS (SELECT 1 FROM dep_edge WHERE dep_edge.parent_id = e.job_id)
                    OR EXISTS (SELECT 1 FROM job_streak WHERE job_streak.job_id = e.job_id)
                    OR EXISTS (SELECT 1 FROM flow_node WHERE flow_node.child_run = e.run_id AND flow_node.state = 'started'))
            """,
            [.agent(agent)]
        ) { try $0.id(0, as: RunID.self) }
        for id in runs { if let run = try RunTable(self.db).find(id) { try self.note(run, at: now) } }
    }

    /// What retries of a run repeat.
    private enum Part: Hashable {
        case host(AgentID)
        case slot(Int)
    }

    private func isAwaited(_ job: JobID) throws -> Bool {
        try self.exists(Self.anyListener, [.integer(job)])
    }

    private func note(_ run: Run, at now: Timestamp) throws {
        // Of a long list the first item that has not begun tells, without a look at those that have ended.
        guard try PlacementTable(self.db).kept(of: run.id, limit: 1).isEmpty else { return }
        let isOpen = try self.exists(
            "SELECT 1 FROM execution INDEXED BY execution_by_run WHERE run_id = ? AND \(Self.isOpen) LIMIT 1",
            [.id(run.id)]
        )
        guard !isOpen,
            try self.db.run(
                "UPDATE run SET settled_at = ? WHERE id = ? AND settled_at IS NULL",
                [.time(now), .id(run.id)]
            ) == 1
        else { return }
        let root = try self.root(of: run)
        let executions = try self.chain(from: root.id)
        let ended = executions.compactMap { $0.runID == run.id ? $0.finishedAt : nil }.max()
        let numbers = try PlacementTable(self.db).numbers(in: Set(executions.map(\.runID)))
        var newest: [Part: Execution] = [:]
        // By id, which begins with the time. What was taken from a host counts with the one that got it.
        for execution in executions where execution.reason != .moved {
            newest[numbers[execution.id].map(Part.slot) ?? .host(execution.agentID)] = execution
        }
        var counts: [ExecutionStatus: Int] = [:]
        for execution in newest.values { counts[execution.status, default: 0] += 1 }
        let settled = SettledRun(
            id: run.id,
            root: root.id,
            job: run.jobID,
            nominal: run.nominal,
            rootNominal: root.nominal,
            endedAt: ended ?? now,
            settledAt: now,
            tally: RunTally(counts: counts)
        )
        try EventTable(self.db).append(.runSettled(settled), at: now)
        try FlowTable(self.db).hear(of: run.id, job: run.jobID)
    }

    /// The first run of a chain of retries, as far as it is still here.
    private func root(of run: Run) throws -> Run {
        var root = run
        var seen: Set<RunID> = [run.id]
        while let earlier = root.retryOf, seen.insert(earlier).inserted, let found = try RunTable(self.db).find(earlier)
        {
            root = found
        }
        return root
    }

    /// The executions of a run and of all its retries, oldest first.
    private func chain(from root: RunID) throws -> [Execution] {
        try self.db.all(
            """
            WITH RECURSIVE chain (id) AS (
                SELECT id FROM run WHERE id = ?1 UNION SELECT run.id FROM chain JOIN run INDEXED BY run_by_retry ON run.retry_of = chain.id
            )
            SELECT \(ExecutionRecord.columns) FROM execution INDEXED BY execution_by_run
            WHERE run_id IN (SELECT id FROM chain) ORDER BY id
            """,
            [.id(root)]
        ) { try ExecutionRecord.decode($0) }
    }

    private func exists(_ sql: String, _ values: [RecordValue]) throws -> Bool {
        try self.db.first(sql, values) { _ in true } ?? false
    }
}
