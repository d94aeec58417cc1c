// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func pendingOrders(of agent: AgentID) async throws -> [Order] {
        try await self.read { db in try OrderTable(db, self.snapshots).pending(of: agent) }
    }

    package func acknowledgeOrders(_ executions: [ExecutionID], by agent: AgentID) async throws {
        guard !executions.isEmpty else { return }
        try await self.write("acknowledge_orders") { db in
            let orders = OrderTable(db, self.snapshots)
            for execution in executions { try orders.delete(execution, for: agent) }
        }
    }

    package func reaskPending(of agent: AgentID, before nominal: Timestamp, limit: Int) async throws -> [Order] {
        try await self.write("reask_pending") { db in
            let table = OrderTable(db, self.snapshots)
            let orders = try table.withoutOrder(of: agent, before: nominal, limit: limit)
            for order in orders { try table.insert(order.executionID, for: agent) }
            return orders
        }
    }

    package func record(_ notes: SessionNotes) async throws {
        guard !notes.isEmpty else { return }
        try await self.write("record_sessions") { db in
            let orders = OrderTable(db, self.snapshots)
            for (agent, executions) in notes.acknowledgedOrders {
                try orders.delete(executions.map { (agent, $0) })
            }
            let agents = AgentTable(db)
            for (agent, version) in notes.configVersions { try agents.setConfigVersion(version, of: agent) }
            for (agent, time) in notes.lastSeen { try agents.setLastSeen(time, of: agent) }
            let events = EventTable(db)
            // Notes are written some seconds later: who is back by then, here or on another server, has not gone.
            for (agent, time) in notes.left.sorted(by: { $0.key < $1.key })
            where try !agents.hasSession(agent, after: time) {
                try events.append(.agentWent(agent), at: time)
            }
        }
    }
}
