// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Steps that wait for the end of a task's run (W4).
extension FlowTable {
    /// No step's key begins so.
    private static let prefix = "task:"

    /// The task that a row of the inbox is about; nil = it is for the step that the row names.
    static func awaited(_ key: String) -> JobID? {
        guard key.hasPrefix(self.prefix) else { return nil }
        return JobID(key.dropFirst(self.prefix.count))
    }

    /// Notes for the runs with such steps that a run of the task has ended; once for each of them.
    func tellWaits(of run: RunID, job: JobID) throws {
        // What runs a task has named its run by the time it has started: only a wait has a task and no run.
        let runs = try self.db.all(
            """
            SELECT DISTINCT run_id FROM flow_node INDEXED BY flow_node_by_job
            WHERE job_id = ? AND state = 'started' AND child_run IS NULL ORDER BY run_id
            """,
            [.integer(job)]
        ) { try $0.id(0, as: RunID.self) }
        guard !runs.isEmpty else { return }
        let result = try JSONColumn.encode(try self.result(of: run))
        try self.db.runEach(
            "INSERT INTO flow_inbox (run_id, child_run, key, result) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            runs.map { [.id($0), .id(run), .text(Self.prefix + String(job)), .text(result)] }
        )
    }
}
