// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs of workflows that are steps of others (W14).
extension FlowTable {
    /// Runs that a run owns and that have not ended.
    func open(ownedBy id: RunID) throws -> [RunID] {
        try self.db.all(
            "SELECT id FROM flow_run WHERE owner_run = ? AND owner_run IS NOT NULL AND phase <> 'ended' ORDER BY id",
            [.id(id)]
        ) { try $0.id(0) }
    }

    /// Runs that a run owns, that have ended, and whose step does not say so yet.
    func ended(of id: RunID) throws -> [FlowRun] {
        try self.db.all(
            """
            SELECT n.child_run FROM flow_node AS n JOIN flow_run AS f ON f.id = n.child_run
            WHERE n.run_id = ? AND n.state = 'started' AND f.phase = 'ended'
            """,
            [.id(id)]
        ) { try $0.id(0, as: RunID.self) }.compactMap { try self.find($0) }
    }

    /// Notes for its owner that a run has ended, if it has one that still waits for it.
    func hear(of run: FlowRun) throws {
        guard let owner = run.owner, let outcome = run.outcome, try self.find(owner.run)?.phase ?? .ended != .ended
        else {
            return
        }
        let status: ExecutionStatus =
            switch outcome {
            case .succeeded: .success
            case .failed: .failure
            case .cancelled: .cancelled
            case .skipped: .skipped
            }
        var outputs: [String: String] = [:]
        if case .object(let members)? = run.results {
            for member in members { if case .string(let text) = member.value { outputs[member.name.text] = text } }
        }
        let result = NodeResult(
            RunTally(counts: [status: 1]),
            outputs: outputs.isEmpty ? nil : outputs,
            outputsFault: run.resultsFault
        )
        try self.db.run(
            "INSERT INTO flow_inbox (run_id, child_run, key, result) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [.id(owner.run), .id(run.id), .text(owner.key), .text(try JSONColumn.encode(result))]
        )
    }
}
