// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on what executions have handed on.
struct ExecutionOutputTable {
    private let db: Database
    init(_ db: Database) { self.db = db }

    /// The last word counts.
    func store(_ outputs: [(id: ExecutionID, values: [String: String])]) throws {
        try self.db.runEach(
            """
            INSERT INTO execution_output (execution_id, outputs) VALUES (?, ?)
            ON CONFLICT (execution_id) DO UPDATE SET outputs = excluded.outputs
            """,
            try outputs.map { [.id($0.id), .text(try JSONColumn.encode($0.values))] }
        )
    }

    func of(_ id: ExecutionID) throws -> [String: String] {
        try self.db.first("SELECT outputs FROM execution_output WHERE execution_id = ?", [.id(id)]) {
            try JSONColumn.decode($0.text(0))
        } ?? [:]
    }

    /// Of all executions of a run together.
    func merged(of run: RunID) throws -> StepOutputs.Merged {
        var merged = StepOutputs.Merged()
        // One after the other: a run may have a thousand of them.
        _ = try self.db.all(
            """
            SELECT o.outputs FROM execution AS e INDEXED BY execution_by_run
            JOIN execution_output AS o ON o.execution_id = e.id WHERE e.run_id = ? ORDER BY e.id
            """,
            [.id(run)]
        ) { merged.add(try JSONColumn.decode($0.text(0))) }
        return merged
    }
}
