// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func apply(_ batches: [ReportBatch], at now: Timestamp) async throws -> [AppliedReports] {
        guard !batches.isEmpty else { return [] }
        return try await self.write("apply") { db in
            let keys = ReportIntake.Keys(of: batches)
            let agents = AgentTable(db)
            let table = ExecutionTable(db)
            var stored = ReportIntake.Stored()
            for agent in keys.agents { stored.progress[agent] = try agents.progress(of: agent) }
            stored.executions =
                try table.find(keys.executions)
                + keys.ranges.flatMap { try table.pending(in: $0) }
            let origins = ReportIntake.Keys.Origins(of: batches, stored: stored.executions)
            for run in origins.runs { stored.runs[run] = try RunTable(db).find(run) }
            for job in origins.jobs { stored.jobs[job] = try JobTable(db).number(of: job) }
            for number in origins.numbers { stored.owners[number] = try JobTable(db).uid(of: number) }
            var intake = ReportIntake(stored, at: now)
            for batch in batches { intake.apply(batch) }
            let isNew = try RecordWriter(db: db, snapshots: self.snapshots).save(intake.changes)
            return intake.answers(chunks: isNew)
        }
    }
}
