// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

extension SQLiteStore {
    package func forget(_ growth: Growth, before bound: Timestamp, limit: Int) async throws -> Forgotten {
        let position = self.walks.withLock { $0[growth] }
        let (step, next) = try await self.write("forget_" + growth.rawValue) { db in
            try Forgetting(db, before: bound, limit: limit).step(growth, from: position)
        }
        // Only now: a transaction that failed takes its step again.
        self.walks.withLock { $0[growth] = next }
        return step
    }

    package func runningRecords(limit: Int) async throws -> [RunningRecord] {
        try await self.read { db in
            try ExecutionTable(db).open(.running, limit: limit).map { execution in
                let job = try self.snapshots.snapshot(execution.jobUID, version: execution.jobVersion, db)
                return RunningRecord(execution: execution, timeoutSeconds: job?.policies.timeoutSeconds)
            }
        }
    }

    package func orders(again executions: [ExecutionID]) async throws -> [(AgentID, Order)] {
        try await self.read { db in
            let orders = OrderTable(db, self.snapshots)
            return try executions.compactMap { try orders.again($0) }
        }
    }

    package func probe(at now: Timestamp) async throws {
        try self.engine.requireRoom()
        // Beside others, and a row of its own: servers that share a database must not wait for each other for this.
        let key = "probe:\(now.milliseconds):\(UInt64.random(in: 0 ... .max))"
        try await self.write("probe", .beside) { db in
            let settings = ConfigTable(db)
            try settings.setSetting(key, to: "")
            try settings.removeSetting(key)
        }
    }
}
