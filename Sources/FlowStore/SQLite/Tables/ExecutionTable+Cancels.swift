// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension ExecutionTable {
    /// What was asked to be stopped on an agent and has not ended, by id.
    func cancels(of agent: AgentID) throws -> [PendingCancel] {
        try self.db.all(
            """
            SELECT e.id, EXISTS (SELECT 1 FROM forced_cancel AS f WHERE f.agent = e.agent AND f.execution_id = e.id)
            FROM execution AS e INDEXED BY execution_by_agent_status
            WHERE e.agent = ? AND e.status IN (1, 2) AND e.status <> 3 AND e.cancel_requested = 1 ORDER BY e.id
            """,
            [.agent(agent)]
        ) { PendingCancel(id: try $0.id(0), force: $0.integer(1) != 0) }
    }

    /// Remembers that a cancel kills at once; forgets those of the agent that have done their work.
    ///
    /// - Returns: false when that was known.
    func forceCancel(_ id: ExecutionID, on agent: AgentID) throws -> Bool {
        try self.db.run(
            """
            DELETE FROM forced_cancel WHERE agent = ? AND NOT EXISTS
                (SELECT 1 FROM execution AS e WHERE e.id = forced_cancel.execution_id AND e.status IN (1, 2))
            """,
            [.agent(agent)]
        )
        return try self.db.run(
            "INSERT INTO forced_cancel (agent, execution_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [.agent(agent), .id(id)]
        ) == 1
    }

    /// A deleted agent will not ask.
    func forgetForcedCancels(of agent: AgentID) throws {
        try self.db.run("DELETE FROM forced_cancel WHERE agent = ?", [.agent(agent)])
    }
}
