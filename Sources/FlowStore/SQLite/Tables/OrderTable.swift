// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on orders that are not acknowledged yet (R4).
struct OrderTable {
    let db: Database
    let snapshots: SnapshotCache

    init(_ db: Database, _ snapshots: SnapshotCache) {
        self.db = db
        self.snapshots = snapshots
    }

    func insert(_ execution: ExecutionID, for agent: AgentID) throws {
        try self.insert([(agent, execution)])
    }

    func insert(_ keys: [(agent: AgentID, execution: ExecutionID)]) throws {
        try self.db.runEach(
            "INSERT INTO agent_order (agent, execution_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            self.values(of: keys)
        )
    }

    func delete(_ execution: ExecutionID, for agent: AgentID) throws {
        try self.delete([(agent, execution)])
    }

    func delete(_ keys: [(agent: AgentID, execution: ExecutionID)]) throws {
        try self.db.runEach(
            "DELETE FROM agent_order WHERE agent = ? AND execution_id = ?",
            self.values(of: keys)
        )
    }

    /// Of each host those beside each other one after the other.
    private func values(of keys: [(agent: AgentID, execution: ExecutionID)]) -> [[RecordValue]] {
        self.db.order(of: keys.map(\.execution)).map { [.agent(keys[$0].agent), .id(keys[$0].execution)] }
    }

    func deleteAll(for agent: AgentID) throws {
        try self.db.run("DELETE FROM agent_order WHERE agent = ?", [.agent(agent)])
    }

    /// Orders of an agent, oldest first.
    func pending(of agent: AgentID) throws -> [Order] {
        try self.orders(
            """
            SELECT \(ExecutionRecord.columns(of: "e")), e.start_deadline, r.parameters, r.data_time
            FROM agent_order AS o JOIN execution AS e ON e.id = o.execution_id LEFT JOIN run AS r ON r.id = e.run_id
            WHERE o.agent = ? AND e.status = 1 ORDER BY o.execution_id
            """,
            [.agent(agent)]
        )
    }

    func pending(of run: RunID) throws -> [AgentID: Order] {
        let orders = try self.db.all(
            """
            SELECT \(ExecutionRecord.columns(of: "e")), e.start_deadline, r.parameters, r.data_time
            FROM execution AS e JOIN agent_order AS o ON o.agent = e.agent AND o.execution_id = e.id
                LEFT JOIN run AS r ON r.id = e.run_id
            WHERE e.run_id = ? AND e.status = 1
            """,
            [.id(run)]
        ) { row in (try row.agent(6), try self.order(row)) }
        return Dictionary(orders.compactMap { pair in pair.1.map { (pair.0, $0) } }) { first, _ in first }
    }

    /// Orders again for pending executions that have none, oldest first (R9).
    ///
    /// One that waits for a retry has been answered: it began, and the agent has its next attempt in its ledger. So has one that
    /// waits for a place, unless the agent was asked about it at the beginning of its session and has not said so since: then its
    /// ledger has no such row. One that waits for its wave was never ordered.
    func withoutOrder(of agent: AgentID, before nominal: Timestamp, limit: Int) throws -> [Order] {
        try self.orders(
            """
            SELECT \(ExecutionRecord.columns(of: "e")), e.start_deadline, r.parameters, r.data_time
            FROM execution AS e INDEXED BY execution_by_agent_status LEFT JOIN run AS r ON r.id = e.run_id
            WHERE e.agent = ?1 AND e.status = 1 AND e.status <> 3 AND e.attempt = 0 AND e.id < ?2
                AND (e.reason IS NULL OR e.reason <> '\(ExecutionReason.queued.rawValue)'
                    OR e.updated_at < (SELECT session_at FROM agent WHERE id = ?1))
                AND (e.reason IS NULL OR e.reason <> '\(ExecutionReason.waitingWave.rawValue)')
                AND NOT EXISTS (SELECT 1 FROM agent_order AS o WHERE o.agent = ?1 AND o.execution_id = e.id)
            ORDER BY e.id LIMIT ?3
            """,
            [.agent(agent), .id(ExecutionID.lowerBound(at: nominal)), .number(limit)]
        )
    }

    /// What an execution was ordered with, whatever has become of it.
    func again(_ id: ExecutionID) throws -> (AgentID, Order)? {
        let found = try self.db.first(
            """
            SELECT \(ExecutionRecord.columns(of: "e")), e.start_deadline, r.parameters, r.data_time
            FROM execution AS e LEFT JOIN run AS r ON r.id = e.run_id WHERE e.id = ?
            """,
            [.id(id)]
        ) { row in (try row.agent(6), try self.order(row)) }
        return found.flatMap { agent, order in order.map { (agent, $0) } }
    }

    private func orders(_ sql: String, _ values: [RecordValue]) throws -> [Order] {
        try self.db.all(sql, values) { try self.order($0) }.compactMap { $0 }
    }

    private func slot(of execution: Execution) throws -> PlacementSlot? {
        guard execution.kind == .node else { return nil }
        return try PlacementTable(self.db).find(execution.id)
    }

    private func hold(_ execution: Execution, _ job: JobSnapshot) throws -> SlotHold? {
        guard let placement = job.placement, placement.isCoordinated else { return nil }
        guard placement.hasSlots else { return .inWave }
        return try PlacementTable(self.db).find(execution.id)?.hold(job.policies)
    }

    /// - Returns: nil when the version was never stored here (an agent's word on a job that a restored backup lacks).
    private func order(_ row: SQLiteRow) throws -> Order? {
        let execution = try ExecutionRecord.decode(row)
        let extra = ExecutionRecord.columnNames.count
        guard
            let job = try self.snapshots.snapshot(execution.jobUID, version: execution.jobVersion, self.db)
        else { return nil }
        var parameters = try JSONColumn.decodeParameters(row.optionalText(extra + 1))
        if let slot = try self.slot(of: execution), let map = slot.placement.map {
            for name in map.parameters { parameters[name] = slot.item }
            return Order(
                of: execution,
                job: job.forItems,
                parameters: parameters,
                dataTime: row.optionalTime(extra + 2),
                deadline: row.optionalTime(extra),
                hold: slot.hold(job.policies)
            )
        }
        return Order(
            of: execution,
            job: job,
            parameters: parameters,
            dataTime: row.optionalTime(extra + 2),
            deadline: row.optionalTime(extra),
            hold: try self.hold(execution, job)
        )
    }
}
