// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Steps of runs, and what has come for them.
extension FlowTable {
    // MARK: Steps

    private static let nodeColumns = """
        key, state, reason, detail, ready_at, started_at, ended_at, job_id, job_uid, job_version, job_name, child_run, wake_at, \
        is_stopping, is_exempt, result, chosen, answer, kept_from, items
        """

    func nodes(of id: RunID) throws -> [FlowNode] {
        try self.db.all("SELECT \(Self.nodeColumns) FROM flow_node WHERE run_id = ?", [.id(id)]) { row in
            FlowNode(
                key: row.text(0),
                state: try Self.word(row.text(1), "a step's state"),
                reason: try row.optionalText(2).map { try Self.word($0, "a step's reason") },
                detail: row.optionalText(3),
                readyAt: row.optionalTime(4),
                startedAt: row.optionalTime(5),
                endedAt: row.optionalTime(6),
                job: row.isNull(7)
                    ? nil
                    : JobReference(id: row.integer(7), uid: try row.id(8), version: row.integer(9), name: row.text(10)),
                child: try row.optionalID(11),
                wakeAt: row.optionalTime(12),
                isStopping: row.flag(13),
                isExempt: row.flag(14),
                result: try row.optionalText(15).map { try JSONColumn.decode($0) },
                items: try row.optionalText(19).map { try JSONColumn.decode($0) },
                chosen: try row.optionalText(16).map { try JSONColumn.decode($0) },
                answer: try row.optionalText(17).map { try JSONColumn.decode($0) },
                keptFrom: try row.optionalID(18)
            )
        }
    }

    func save(_ nodes: [FlowNode], of id: RunID) throws {
        try self.db.runEach(
            """
            INSERT INTO flow_node (run_id, \(Self.nodeColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id, key) DO UPDATE SET state = excluded.state, reason = excluded.reason, detail = excluded.detail,
                ready_at = excluded.ready_at, started_at = excluded.started_at, ended_at = excluded.ended_at,
                child_run = excluded.child_run, wake_at = excluded.wake_at, is_stopping = excluded.is_stopping,
                is_exempt = excluded.is_exempt, result = excluded.result, chosen = excluded.chosen, answer = excluded.answer,
                items = excluded.items
            """,
            try nodes.map { node in
                [
                    .id(id), .text(node.key), .text(node.state.rawValue), .text(node.reason?.rawValue),
                    .text(node.detail),
                    .time(node.readyAt), .time(node.startedAt), .time(node.endedAt),
                    node.job.map { .integer($0.id) } ?? .null,
                    .id(node.job?.uid), node.job.map { .integer($0.version) } ?? .null, .text(node.job?.name),
                    .id(node.child), .time(node.wakeAt), .flag(node.isStopping), .flag(node.isExempt),
                    .text(try node.result.map { try JSONColumn.encode($0) }),
                    .text(try node.chosen.map { try JSONColumn.encode($0) }),
                    .text(try node.answer.map { try JSONColumn.encode($0) }), .id(node.keptFrom),
                    .text(try node.items.map { try JSONColumn.encode($0) }),
                ]
            }
        )
    }

    // MARK: What has come

    /// Notes for its owner that a child run has settled, if it is one.
    func hear(of child: RunID, job: JobID) throws {
        try self.tellWaits(of: child, job: job)
        try self.hearOwner(of: child)
    }

    private func hearOwner(of child: RunID) throws {
        let owner = try self.db.first(
            "SELECT run_id, key FROM flow_node WHERE child_run = ? AND state = 'started'",
            [.id(child)]
        ) { (run: try $0.id(0, as: RunID.self), key: $0.text(1)) }
        guard let owner else { return }
        try self.db.run(
            "INSERT INTO flow_inbox (run_id, child_run, key, result) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [.id(owner.run), .id(child), .text(owner.key), .text(try JSONColumn.encode(try self.result(of: child)))]
        )
    }

    /// How the executions of a run have ended.
    func result(of child: RunID) throws -> NodeResult {
        let exitCode =
            try self.db.first(
                "SELECT max(exit_code) FROM execution INDEXED BY execution_by_run WHERE run_id = ?",
                [.id(child)]
            ) { $0.optionalNumber(0) } ?? nil
        if try PlacementTable(self.db).isMap(child) {
            let collected = try ExecutionOutputTable(self.db).collected(of: child)
            return NodeResult(
                try RunTable(self.db).tally(of: child, withoutMoved: true),
                exitCode: exitCode,
                outputsFault: collected.fault,
                lists: collected.lists.isEmpty ? nil : collected.lists
            )
        }
        let outputs = try ExecutionOutputTable(self.db).merged(of: child)
        return NodeResult(
            try RunTable(self.db).tally(of: child, withoutMoved: true),
            exitCode: exitCode,
            outputs: outputs.values.isEmpty ? nil : outputs.values,
            outputsFault: outputs.fault?.text
        )
    }

    /// The step of a run that runs as this child.
    private func started(_ child: RunID, in id: RunID) throws -> String? {
        try self.db.first(
            "SELECT key FROM flow_node WHERE child_run = ? AND state = 'started' AND run_id = ?",
            [.id(child), .id(id)]
        ) { $0.text(0) }
    }

    /// Children of started steps that have settled without their owner having heard of it.
    func hearAgain(of id: RunID) throws {
        let children = try self.db.all(
            """
            SELECT n.child_run FROM flow_node AS n JOIN run ON run.id = n.child_run
            WHERE n.run_id = ? AND n.state = 'started' AND run.settled_at IS NOT NULL
            """,
            [.id(id)]
        ) { try $0.id(0, as: RunID.self) }
        for child in children { try self.hearOwner(of: child) }
        for child in try self.ended(of: id) { try self.hear(of: child) }
    }

    /// Takes what has come for a run out of its inbox.
    func takeInbox(of id: RunID, limit: Int) throws -> [WorkflowEvent] {
        let rows = try self.db.all(
            "SELECT child_run, key, result FROM flow_inbox WHERE run_id = ? ORDER BY child_run LIMIT ?",
            [.id(id), .number(limit)]
        ) { row in
            (
                child: try row.id(0, as: RunID.self), key: row.text(1),
                result: try JSONColumn.decode(row.text(2), as: NodeResult.self)
            )
        }
        try self.db.runEach(
            "DELETE FROM flow_inbox WHERE run_id = ? AND child_run = ?",
            rows.map { [.id(id), .id($0.child)] }
        )
        return try rows.flatMap { row -> [WorkflowEvent] in
            guard let job = Self.awaited(row.key) else {
                return [.childSettled(key: row.key, child: row.child, row.result)]
            }
            // A run of the task may be a step's own as well: there is one row for each run that ends.
            let own = try self.started(row.child, in: id).map {
                WorkflowEvent.childSettled(key: $0, child: row.child, row.result)
            }
            return [.taskEnded(job, row.result)] + (own.map { [$0] } ?? [])
        }
    }

    func due(at now: Timestamp, limit: Int) throws -> [RunID] {
        try self.db.all(
            """
            SELECT run_id FROM flow_inbox
            UNION SELECT n.run_id FROM flow_node AS n JOIN flow_run AS f ON f.id = n.run_id
                WHERE n.wake_at IS NOT NULL AND n.wake_at <= ?1 AND n.state = 'started' AND f.phase = 'running'
            UNION SELECT id FROM flow_run WHERE phase = 'running' AND deadline <= ?1
            UNION SELECT id FROM flow_run WHERE phase = 'finalising' AND deadline <= ?1
            UNION SELECT id FROM flow_run WHERE phase = 'queued' AND deadline <= ?1
            LIMIT ?2
            """,
            [.time(now), .number(limit)]
        ) { try $0.id(0) }
    }

    func open(after id: RunID?, limit: Int) throws -> [RunID] {
        try self.db.all(
            "SELECT id FROM flow_run WHERE phase <> 'ended' AND id > ? ORDER BY id LIMIT ?",
            [.id(id ?? RunID(bytes: [UInt8](repeating: 0, count: 16))), .number(limit)]
        ) { try $0.id(0) }
    }

    /// Runs that ended long ago, with their steps.
    func forget(endedBefore instant: Timestamp, limit: Int) throws -> [WorkflowID] {
        let rows = try self.db.all(
            "SELECT id, workflow_id FROM flow_run WHERE phase = 'ended' AND ended_at < ? ORDER BY ended_at LIMIT ?",
            [.time(instant), .number(limit)]
        ) { (id: try $0.id(0, as: RunID.self), workflow: $0.integer(1)) }
        for row in rows {
            for table in ["flow_inbox", "flow_node"] {
                try self.db.run("DELETE FROM \(table) WHERE run_id = ?", [.id(row.id)])
            }
            try self.db.run("DELETE FROM flow_run WHERE id = ?", [.id(row.id)])
        }
        return rows.map(\.workflow)
    }
}
