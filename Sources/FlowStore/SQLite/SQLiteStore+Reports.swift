// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB

extension SQLiteStore {
    package func apply(_ batches: [ReportBatch], at now: Timestamp) async throws -> [AppliedReports] {
        guard !batches.isEmpty else { return [] }
        return try await self.write("apply") { db in
            let keys = ReportIntake.Keys(of: batches)
            let agents = AgentTable(db)
            let table = ExecutionTable(db)
            var progress: [AgentID: ReportProgress] = [:]
            for agent in keys.agents { progress[agent] = try agents.progress(of: agent) }
            let executions =
                try keys.executions.compactMap { try table.find($0) }
                + keys.ranges.flatMap { try table.pending(in: $0) }
            var intake = ReportIntake(progress: progress, executions: executions, at: now)
            for batch in batches { intake.apply(batch) }
            let isNew = try RecordWriter(db: db, snapshots: self.snapshots).save(intake.changes)
            return intake.answers(chunks: isNew)
        }
    }
}
