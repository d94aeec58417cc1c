// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Slots of runs over lists, of which so many are with hosts at once (W13).
extension PlacementTable {
    /// Whether a run goes over a list.
    func isMap(_ run: RunID) throws -> Bool {
        let text = try self.db.first(
            "SELECT placement FROM placement_slot INDEXED BY placement_slot_by_run WHERE run_id = ? LIMIT 1",
            [.id(run)]
        ) { $0.text(0) }
        return try text.map { try JSONColumn.decode($0, as: Placement.self).map != nil } ?? false
    }

    /// Whether it waits for a host, or a host has it.
    func isOpen(_ id: ExecutionID) throws -> Bool {
        try self.db.first(
            "SELECT 1 FROM placement_slot WHERE execution_id = ? AND state IN (0, 1)",
            [.id(id)]
        ) { _ in true } ?? false
    }

    /// Numbers of the slots whose last holder succeeded.
    func succeeded(of run: RunID) throws -> [Int] {
        try self.db.all(
            """
            SELECT s.slot FROM placement_slot AS s INDEXED BY placement_slot_by_run
            JOIN execution AS e ON e.id = s.execution_id WHERE s.run_id = ? AND s.state <> 2 AND e.status = 3
            ORDER BY s.slot
            """,
            [.id(run)]
        ) { $0.number(0) }
    }

    /// What is kept back of a run and has not been cancelled, in the order of the items.
    func kept(of run: RunID, limit: Int) throws -> [ExecutionID] {
        try self.db.all(
            """
            SELECT s.execution_id FROM placement_slot AS s INDEXED BY placement_slot_kept
            JOIN execution AS e ON e.id = s.execution_id
            WHERE s.run_id = ? AND s.state = 4 AND e.status = 1 ORDER BY s.slot LIMIT ?
            """,
            [.id(run), .number(limit)]
        ) { try $0.id(0) }
    }

    /// Lets slots that were kept back wait for a host.
    func release(_ ids: [ExecutionID]) throws {
        try self.db.runEach(
            "UPDATE placement_slot SET state = 0 WHERE execution_id = ? AND state = 4",
            ids.map { [.id($0)] }
        )
    }

    /// Nothing of it has its turn any more.
    func endKept(_ ids: [ExecutionID]) throws {
        try self.db.runEach(
            "UPDATE placement_slot SET state = 3 WHERE execution_id = ? AND state = 4",
            ids.map { [.id($0)] }
        )
    }
}
