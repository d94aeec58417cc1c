// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on runs of workflows, their steps, and what has come for them.
struct FlowTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    private static let columns = """
        id, workflow_id, workflow_uid, workflow_name, version, type, nominal, source, caller, phase, outcome, halt, parameters, \
        deadline, paused_at, rerun_of, created_at, ended_at, owner_run, owner_key, depth, results, results_fault
        """

    static func word<Word: RawRepresentable>(_ text: String, _ what: String) throws -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: text) else { throw StoreFault.unreadable("'\(text)' as \(what)") }
        return word
    }

    private static func decode(_ row: SQLiteRow) throws -> FlowRun {
        guard let parameters = try? JSONParser.parse(Array(row.text(12).utf8)) else {
            throw StoreFault.unreadable("the parameters of a workflow's run")
        }
        return FlowRun(
            id: try row.id(0),
            workflow: row.integer(1),
            workflowUID: try row.id(2),
            workflowName: row.text(3),
            version: row.integer(4),
            type: try Self.word(row.text(5), "a run's type"),
            nominal: row.time(6),
            source: row.text(7),
            caller: row.optionalText(8),
            phase: try Self.word(row.text(9), "a phase"),
            outcome: try row.optionalText(10).map { try Self.word($0, "an outcome") },
            halt: try row.optionalText(11).map { try Self.word($0, "a halt") },
            parameters: parameters,
            deadline: row.optionalTime(13),
            pausedAt: row.optionalTime(14),
            rerunOf: try row.optionalID(15),
            owner: try row.optionalID(18).map {
                FlowOwner(run: $0, key: row.optionalText(19) ?? "", depth: row.number(20))
            },
            results: try row.optionalText(21).map { text in
                guard let value = try? JSONParser.parse(Array(text.utf8)) else {
                    throw StoreFault.unreadable("what a workflow's run hands on")
                }
                return value
            },
            resultsFault: row.optionalText(22),
            createdAt: row.time(16),
            endedAt: row.optionalTime(17)
        )
    }

    func find(_ id: RunID) throws -> FlowRun? {
        try self.db.first("SELECT \(Self.columns) FROM flow_run WHERE id = ?", [.id(id)]) { try Self.decode($0) }
    }

    func find(_ id: RunID, in scope: Scope) throws -> FlowRun? {
        let condition = try ScopeCondition.notifications(scope, table: "flow_run")
        return try self.db.first(
            "SELECT \(Self.columns) FROM flow_run WHERE id = ?\(condition.map { " AND " + $0.sql } ?? "")",
            [.id(id)] + (condition?.values ?? [])
        ) { try Self.decode($0) }
    }

    func find(workflow: WorkflowID, request: String) throws -> RunID? {
        try self.db.first(
            "SELECT id FROM flow_run WHERE workflow_id = ? AND request = ? AND request IS NOT NULL",
            [.integer(workflow), .text(request)]
        ) { try $0.id(0) }
    }

    /// A run of a workflow that has not ended.
    func open(of workflow: WorkflowID) throws -> RunID? {
        try self.db.first(
            "SELECT id FROM flow_run WHERE workflow_id = ? AND phase <> 'ended' ORDER BY id LIMIT 1",
            [.integer(workflow)]
        ) { try $0.id(0) }
    }

    /// Runs of a workflow that have begun and not ended.
    func begun(of workflow: WorkflowID) throws -> [RunID] {
        try self.db.all(
            "SELECT id FROM flow_run WHERE workflow_id = ? AND phase <> 'ended' AND phase <> 'queued' ORDER BY id",
            [.integer(workflow)]
        ) { try $0.id(0) }
    }

    /// Runs of a workflow that wait for others to end, in their order.
    func queued(of workflow: WorkflowID, limit: Int) throws -> [RunID] {
        try self.db.all(
            "SELECT id FROM flow_run WHERE workflow_id = ? AND phase = 'queued' ORDER BY nominal, id LIMIT ?",
            [.integer(workflow), .number(limit)]
        ) { try $0.id(0) }
    }

    func groups(of id: RunID) throws -> [GroupID] {
        try self.db.first("SELECT groups FROM flow_run WHERE id = ?", [.id(id)]) {
            try JSONColumn.decode($0.text(0), as: [GroupID].self)
        } ?? []
    }

    /// - Returns: false when it is there already.
    func insert(_ run: FlowRun, groups: String, request: String?) throws -> Bool {
        try self.db.run(
            """
            INSERT INTO flow_run (\(Self.columns), groups, request)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                .id(run.id), .integer(run.workflow), .id(run.workflowUID), .text(run.workflowName),
                .integer(run.version),
                .text(run.type.rawValue), .time(run.nominal), .text(run.source), .text(run.caller),
                .text(run.phase.rawValue), .text(run.outcome?.rawValue), .text(run.halt?.rawValue),
                .text(JSONWriter.text(run.parameters)), .time(run.deadline), .time(run.pausedAt), .id(run.rerunOf),
                .time(run.createdAt), .time(run.endedAt), .id(run.owner?.run), .text(run.owner?.key),
                .number(run.owner?.depth ?? 0), .text(run.results.map { JSONWriter.text($0) }),
                .text(run.resultsFault), .text(groups), .text(request),
            ]
        ) == 1
    }

    func update(_ run: FlowRun) throws {
        try self.db.run(
            """
            UPDATE flow_run SET phase = ?, outcome = ?, halt = ?, deadline = ?, paused_at = ?, ended_at = ?, results = ?,
                results_fault = ? WHERE id = ?
            """,
            [
                .text(run.phase.rawValue), .text(run.outcome?.rawValue), .text(run.halt?.rawValue), .time(run.deadline),
                .time(run.pausedAt), .time(run.endedAt), .text(run.results.map { JSONWriter.text($0) }),
                .text(run.resultsFault), .id(run.id),
            ]
        )
    }

    /// Newest first.
    func page(_ query: FlowQuery, countingTo bound: Int) throws -> Page<FlowSummary> {
        var conditions: [String] = []
        var values: [RecordValue] = []
        if let scope = try ScopeCondition.notifications(query.scope, table: "flow_run") {
            conditions.append(scope.sql)
            values += scope.values
        }
        if let workflow = query.workflow {
            conditions.append("workflow_id = ?")
            values.append(.integer(workflow))
        }
        if let phase = query.phase {
            // Spelled out beside the value, so that SQLite sees that the partial index serves.
            conditions.append(phase == .ended ? "phase = ?" : "phase = ? AND phase <> 'ended'")
            values.append(.text(phase.rawValue))
        }
        if let outcome = query.outcome {
            conditions.append("outcome = ?")
            values.append(.text(outcome.rawValue))
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let total =
            try self.db.first(
                "SELECT count(*) FROM (SELECT 1 FROM flow_run\(filter) LIMIT ?)",
                values + [.number(bound + 1)]
            ) { $0.number(0) } ?? 0
        let runs = try self.db.all(
            "SELECT \(Self.columns) FROM flow_run\(filter) ORDER BY id DESC LIMIT ? OFFSET ?",
            values + [.number(query.page.size), .number(query.page.offset)]
        ) { try Self.decode($0) }
        let items = try runs.map { FlowSummary(run: $0, counts: try self.counts(of: $0.id)) }
        return Page(items: items, total: min(total, bound), isTotalExact: total <= bound)
    }

    private func counts(of id: RunID) throws -> [NodeState: Int] {
        let rows = try self.db.all(
            "SELECT state, count(*) FROM flow_node WHERE run_id = ? GROUP BY state",
            [.id(id)]
        ) { (try Self.word($0.text(0), "a step's state") as NodeState, $0.number(1)) }
        return Dictionary(rows) { first, _ in first }
    }
}
