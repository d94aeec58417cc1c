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

    /// Of a run over a list: each output by the numbers of the items.
    func collected(of run: RunID) throws -> (lists: [String: [String?]], fault: String?) {
        var lists: [String: [String?]] = [:]
        var bytes = 0
        var total = 0
        _ = try self.db.all(
            """
            SELECT s.slot, s.total, o.outputs FROM placement_slot AS s INDEXED BY placement_slot_by_run
            JOIN execution_output AS o ON o.execution_id = s.execution_id WHERE s.run_id = ? AND s.state <> 2
            """,
            [.id(run)]
        ) { row in
            total = row.number(1)
            guard bytes <= MapStep.outputsLimit else { return }
            for (name, value) in try JSONColumn.decode(row.text(2), as: [String: String].self) {
                bytes += value.utf8.count
                // A list is as long as the items, whatever is in it.
                if lists[name] == nil { bytes += total * 4 }
                guard bytes <= MapStep.outputsLimit, row.number(0) < total else { continue }
                lists[name, default: [String?](repeating: nil, count: total)][row.number(0)] = value
            }
        }
        guard bytes <= MapStep.outputsLimit else {
            return ([:], "its items together have more than \(MapStep.outputsLimit) bytes of outputs")
        }
        return (lists, nil)
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
