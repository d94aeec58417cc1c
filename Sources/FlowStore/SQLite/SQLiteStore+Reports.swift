// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func apply(_ batches: [ReportBatch], at now: Timestamp) async throws -> [AppliedReports] {
        guard !batches.isEmpty else { return [] }
        return try await self.write("apply", .beside) { db in
            let keys = ReportIntake.Keys(of: batches)
            let agents = AgentTable(db)
            // Of a host that has moved from one server to another both may have reports. All else that is read of a host's
            // executions only its reports write, or whoever is alone.
            try agents.hold(keys.agents)
            let table = ExecutionTable(db)
            var stored = ReportIntake.Stored()
            stored.progress = try agents.progress(of: keys.agents)
            stored.executions =
                try table.find(keys.executions)
                + keys.ranges.flatMap { try table.pending(in: $0) }
            let origins = ReportIntake.Keys.Origins(of: batches, stored: stored.executions)
            for run in try RunTable(db).find(origins.runs) { stored.runs[run.id] = run }
            stored.jobs = try JobTable(db).numbers(of: origins.jobs)
            stored.owners = try JobTable(db).uids(of: origins.numbers)
            var intake = ReportIntake(stored, at: now)
            for batch in batches { intake.apply(batch) }
            let isNew = try RecordWriter(db: db, snapshots: self.snapshots).save(intake.changes)
            return intake.answers(chunks: isNew)
        }
    }
}
