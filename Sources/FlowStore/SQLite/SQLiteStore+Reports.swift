// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func apply(_ batches: [ReportBatch], at now: Timestamp) async throws -> [AppliedReports] {
        guard !batches.isEmpty else { return [] }
        return try await self.write("apply") { db in
            var rollups = RollupLedger()
            let applied = try batches.map { batch in
                try ReportApplication(db: db, snapshots: self.snapshots, agent: batch.agent, now: now)
                    .apply(batch, &rollups)
            }
            try RollupTable(db).apply(rollups)
            return applied
        }
    }
}
