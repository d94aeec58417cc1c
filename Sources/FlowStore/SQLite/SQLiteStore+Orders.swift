// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

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
}
