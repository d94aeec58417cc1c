// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Deletes the oldest part of the history, in bounded transactions: writers wait only shortly.
struct Pruning {
    /// Hours that rollups outlive the history they count: 400 days.
    static let rollupHours: Int64 = 400 * 24

    let db: Database
    init(_ db: Database) { self.db = db }

    /// - Returns: how many executions went; fewer than `limit` = none older than `nominal` is left.
    func prune(before nominal: Timestamp, limit: Int) throws -> Int {
        // 1. The oldest executions.
        let bound = ExecutionID.lowerBound(at: nominal)
        let oldest = try self.db.all(
            "SELECT id, agent FROM execution WHERE id < ? ORDER BY id LIMIT ?",
            [.id(bound), .number(limit)]
        ) { row in (id: try row.id(0, as: ExecutionID.self), agent: try row.agent(1)) }
        for execution in oldest {
            try self.db.run("DELETE FROM execution WHERE id = ?", [.id(execution.id)])
            try self.db.run("DELETE FROM log_chunk WHERE execution_id = ?", [.id(execution.id)])
            try self.db.run(
                "DELETE FROM agent_order WHERE agent = ? AND execution_id = ?",
                [.agent(execution.agent), .id(execution.id)]
            )
        }
        // 2. What has no execution left. Runs and executions of one fire share the time in their ids, so everything
        // before the time of the last execution that went, or before the bound when all went, is without.
        let isDone = oldest.count < limit
        let cut = isDone ? bound : ExecutionID.lowerBound(at: (oldest.last?.id ?? bound).nominal)
        let runs = try self.db.all(
            "SELECT id FROM run WHERE id < ? ORDER BY id LIMIT ?",
            [.id(cut), .number(limit)]
        ) { try $0.id(0, as: RunID.self) }
        for run in runs {
            try self.db.run("DELETE FROM run WHERE id = ?", [.id(run)])
            try self.db.run("DELETE FROM trigger_key WHERE run_id = ?", [.id(run)])
        }
        // 3. Output whose execution never was reported, and rollups past their own time.
        if isDone {
            try self.db.run(
                """
                DELETE FROM log_chunk WHERE rowid IN (SELECT rowid FROM log_chunk WHERE execution_id < ? LIMIT ?)
                """,
                [.id(bound), .number(limit)]
            )
            _ = try RollupTable(self.db).delete(
                beforeHour: RollupLedger.hour(of: nominal) - Self.rollupHours,
                limit: limit
            )
        }
        return oldest.count
    }
}
