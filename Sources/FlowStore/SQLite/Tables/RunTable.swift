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
        try self.summaries(of: [run], in: scope)[0]
    }

    /// In the order of the runs, with one question for all of them.
    func summaries(of runs: [Run], in scope: Scope) throws -> [RunSummary] {
        var own: [RunID: OwnWork] = [:]
        for run in runs where run.type == .maintenance && scope == .all {
            own[run.id] = try OwnWorkTable(self.db).find(run.id, kind: run.source)
        }
        let states = try self.states(of: runs.map(\.id).filter { own[$0] == nil }, in: scope)
        return runs.map { run in
            if let work = own[run.id] {
                return RunSummary(run: run, tally: work.tally, startedAt: work.startedAt, finishedAt: work.finishedAt)
            }
            let states = states[run.id] ?? []
            let isOpen = states.contains { !$0.status.isTerminal }
            return RunSummary(
                run: run,
                tally: RunTally(counts: Dictionary(uniqueKeysWithValues: states.map { ($0.status, $0.count) })),
                startedAt: states.compactMap(\.start).min(),
                finishedAt: isOpen ? nil : states.compactMap(\.end).max()
            )
        }
    }

    private typealias StateOfRun = (status: ExecutionStatus, count: Int, start: Timestamp?, end: Timestamp?)

    /// So many runs are asked for at once, so that there are few statements of this kind.
    private static let summaryStep = 50

    private func states(of ids: [RunID], in scope: Scope) throws -> [RunID: [StateOfRun]] {
        guard let last = ids.last else { return [:] }
        let condition = try ScopeCondition.executions(scope)
        let width = ids.count == 1 ? 1 : (ids.count + Self.summaryStep - 1) / Self.summaryStep * Self.summaryStep
        let marks = Array(repeating: "?", count: width).joined(separator: ", ")
        var found: [RunID: [StateOfRun]] = [:]
        // An execution says when its last attempt began: what was retried began with the first one.
        let rows = try self.db.all(
            """
            SELECT run_id, status, count(*), min(CASE WHEN attempt > 1 THEN coalesce(
                (SELECT min(a.started_at) FROM attempt AS a WHERE a.execution_id = execution.id), started_at)
                ELSE started_at END), max(finished_at) FROM execution INDEXED BY execution_by_run
            WHERE run_id IN (\(marks))\(condition.map { " AND " + $0.sql } ?? "") GROUP BY run_id, status
            """,
            (0..<width).map { .id($0 < ids.count ? ids[$0] : last) } + (condition?.values ?? [])
        ) {
            (
                run: try $0.id(0, as: RunID.self),
                state: (try $0.status(1), $0.number(2), $0.optionalTime(3), $0.optionalTime(4))
            )
        }
        for row in rows { found[row.run, default: []].append(row.state) }
        return found
    }

    /// In the order of the query; those that an order by ends or durations leaves out are not counted either.
    func page(_ query: RunQuery, countingTo bound: Int) throws -> Page<RunSummary> {
        let order = try RunSorting(query)
        if let streams = try RunStreams(query, self.db) {
            return try self.page(query, order, streams, countingTo: min(bound, order.bound ?? bound))
        }
        var (conditions, values) = try RunFilter.conditions(query, self.db)
        if RunFilter.leavesOutTests(query), let condition = try TestRunCondition.withoutTests(runs: self.db) {
            conditions.append(condition)
        }
        let times = RunFilter.times(query, of: "run.id")
        conditions += times.0
        values += times.1
        var bound = min(bound, order.bound ?? bound)
        if !query.states.isEmpty {
            let (sql, more) = try RunFilter.states(query.states, in: query.scope)
            conditions.append(sql)
            values += more
            // Each one is looked at with its executions.
            bound = min(bound, RunQuery.lookedAtLimit)
        }
        if let scope = try ScopeCondition.runs(query.scope) {
            conditions.append(scope.sql)
            values += scope.values
        }
        let text = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // What a search finds is spelled out in it.
        let isKept = query.keyword == nil
        let total =
            try self.db.all(
                "SELECT count(*) FROM (SELECT 1 FROM run\(text) LIMIT ?)",
                values + [.number(bound + 1)],
                isKept: isKept
            ) { $0.number(0) }.first ?? 0
        let items = try self.items(query, order, (text, values), isKept: isKept)
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    private func page(
        _ query: RunQuery,
        _ order: RunSorting,
        _ streams: RunStreams,
        countingTo bound: Int
    ) throws -> Page<RunSummary> {
        let total = try streams.count(to: bound + 1, self.db)
        let (ids, values) =
            order.bound.map { streams.ids(first: $0, isDescending: true) }
            ?? streams.ids(first: query.page.offset + query.page.size, isDescending: query.isDescending)
        let items = try self.items(query, order, (" WHERE run.id IN (\(ids))", values), isKept: true)
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    private func items(
        _ query: RunQuery,
        _ order: RunSorting,
        _ filter: (text: String, values: [RecordValue]),
        isKept: Bool
    ) throws -> [RunSummary] {
        let runs = try self.db.all(
            order.statement(filter: filter.text),
            order.values + filter.values + [.number(query.page.size), .number(query.page.offset)],
            isKept: isKept
        ) { try RunRecord.decode($0) }
        return try self.summaries(of: runs, in: query.scope)
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
