// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on runs and on the keys of their triggers.
struct RunTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    /// Inserts those that are not there: an agent's report may have made a run.
    func insert(_ runs: [Run]) throws {
        try self.db.runEach(
            """
            INSERT INTO run (\(RunRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            try self.db.order(of: runs.map(\.id)).map { try RunRecord.values(runs[$0]) }
        )
    }

    func find(_ id: RunID) throws -> Run? {
        try self.db.first("SELECT \(RunRecord.columns) FROM run WHERE id = ?", [.id(id)]) { try RunRecord.decode($0) }
    }

    /// Those of these that are there, in order.
    func find(_ ids: [RunID]) throws -> [Run] {
        try self.db.firstEach("SELECT \(RunRecord.columns) FROM run WHERE id = ?", ids.map { [.id($0)] }) {
            try RunRecord.decode($0)
        }.compactMap { $0 }
    }

    func parameters(of id: RunID) throws -> [String: String]? {
        try self.db.first("SELECT parameters FROM run WHERE id = ?", [.id(id)]) {
            try JSONColumn.decodeParameters($0.optionalText(0))
        }
    }

    /// How many executions of a run are in each state.
    ///
    /// - Parameter withoutMoved: whether what another host has taken over counts with that one alone.
    func tally(of id: RunID, withoutMoved: Bool = false) throws -> RunTally {
        let condition = withoutMoved ? " AND (reason IS NULL OR reason <> 'MOVED')" : ""
        let counts = try self.db.all(
            """
            SELECT status, count(*) FROM execution INDEXED BY execution_by_run WHERE run_id = ?\(condition)
            GROUP BY status
            """,
            [.id(id)]
        ) { (try $0.status(0), $0.number(1)) }
        return RunTally(counts: Dictionary(uniqueKeysWithValues: counts))
    }

    func summary(of run: Run, in scope: Scope = .all) throws -> RunSummary {
        if run.type == .maintenance, scope == .all,
            let work = try OwnWorkTable(self.db).find(run.id, kind: run.source)
        {
            return RunSummary(run: run, tally: work.tally, startedAt: work.startedAt, finishedAt: work.finishedAt)
        }
        let condition = try ScopeCondition.executions(scope)
        // An execution says when its last attempt began: what was retried began with the first one.
        let states = try self.db.all(
            """
            SELECT status, count(*), min(CASE WHEN attempt > 1 THEN coalesce(
                (SELECT min(a.started_at) FROM attempt AS a WHERE a.execution_id = execution.id), started_at)
                ELSE started_at END), max(finished_at) FROM execution INDEXED BY execution_by_run
            WHERE run_id = ?\(condition.map { " AND " + $0.sql } ?? "") GROUP BY status
            """,
            [.id(run.id)] + (condition?.values ?? [])
        ) { (try $0.status(0), $0.number(1), $0.optionalTime(2), $0.optionalTime(3)) }
        let isOpen = states.contains { !$0.0.isTerminal }
        return RunSummary(
            run: run,
            tally: RunTally(counts: Dictionary(uniqueKeysWithValues: states.map { ($0.0, $0.1) })),
            startedAt: states.compactMap(\.2).min(),
            finishedAt: isOpen ? nil : states.compactMap(\.3).max()
        )
    }

    /// In the order of the query; those that an order by ends or durations leaves out are not counted either.
    func page(_ query: RunQuery, countingTo bound: Int) throws -> Page<RunSummary> {
        var (conditions, values) = try RunFilter.conditions(query, self.db)
        if let job = query.job {
            conditions.append("job_id = ?")
            values.append(.integer(job))
        }
        if let type = query.type {
            // Spelled out, so that SQLite sees that the partial index serves.
            conditions.append("type = \(RunRecord.code(type))\(type == .schedule ? "" : " AND type <> 0")")
        }
        if let scope = try ScopeCondition.runs(query.scope) {
            conditions.append(scope.sql)
            values += scope.values
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // What a search finds is spelled out in it.
        let isKept = query.keyword == nil
        let order = try RunSorting(query)
        let bound = min(bound, order.bound ?? bound)
        let total =
            try self.db.all(
                "SELECT count(*) FROM (SELECT 1 FROM run\(filter) LIMIT ?)",
                values + [.number(bound + 1)],
                isKept: isKept
            ) { $0.number(0) }.first ?? 0
        let runs = try self.db.all(
            order.statement(filter: filter),
            order.values + values + [.number(query.page.size), .number(query.page.offset)],
            isKept: isKept
        ) { try RunRecord.decode($0) }
        let items = try runs.map { try self.summary(of: $0, in: query.scope) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    func run(ofTrigger uid: String, job: JobID) throws -> RunID? {
        try self.db.first(
            "SELECT run_id FROM trigger_key WHERE job_id = ? AND uid = ?",
            [.integer(job), .text(uid)]
        ) { try $0.id(0) }
    }

    func recordTrigger(_ uid: String, job: JobID, run: RunID) throws {
        try self.db.run(
            "INSERT INTO trigger_key (job_id, uid, run_id) VALUES (?, ?, ?)",
            [.integer(job), .text(uid), .id(run)]
        )
    }
}
