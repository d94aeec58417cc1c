// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
import Foundation

extension SQLiteStore: OutsideReportStore {
    /// Bytes of one piece of output.
    private static let pieceSize = 32 * 1024

    package func record(_ report: OutsideReport, by change: Change) async throws -> Execution {
        try await self.write("record_report") { db in
            guard let job = try JobTable(db).find(report.job) else { throw StoreFault.noJob(report.job) }
            guard let host = AgentID(OutsideReport.host) else { throw StoreFault.unreadable("the word for no host") }
            // The same words are the same report: whoever is not sure that it arrived may send it again.
            let digest = Data(SHA256.hash(data: report.output)).base64EncodedString()
            let discriminator = "report/\(report.end.milliseconds)/\(report.isSuccess)/\(digest)"
            let run = Run(
                id: DeterministicID.run(
                    kind: .manual,
                    job: job.uid,
                    nominal: report.start,
                    discriminator: discriminator
                ),
                jobID: job.id,
                jobUID: job.uid,
                jobName: job.definition.name,
                jobVersion: job.version,
                type: .manual,
                nominal: report.start,
                source: OutsideReport.source,
                caller: report.caller,
                createdAt: change.at
            )
            let id = DeterministicID.execution(
                kind: .manual,
                job: job.uid,
                nominal: report.start,
                agent: host,
                discriminator: discriminator
            )
            if let known = try ExecutionTable(db).find(id) { return known }
            var changes = RecordChanges()
            changes.make(run)
            let execution = changes.write(
                Self.execution(id, of: run, on: host, report, at: change.at),
                over: nil,
                output: OutputEnd(bytes: Int64(report.output.count), isTruncated: false)
            )
            for start in stride(from: 0, to: report.output.count, by: Self.pieceSize) {
                let end = min(start + Self.pieceSize, report.output.count)
                changes.add(
                    LogChunk(
                        executionID: id,
                        attempt: 1,
                        offset: Int64(start),
                        stream: .standardOutput,
                        bytes: Array(report.output[start..<end])
                    )
                )
            }
            try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
            try AuditTable(db).record(
                change,
                .executionReport,
                AuditObject(execution),
                groups: job.definition.groups
            )
            return execution
        }
    }

    private static func execution(
        _ id: ExecutionID,
        of run: Run,
        on host: AgentID,
        _ report: OutsideReport,
        at now: Timestamp
    ) -> Execution {
        Execution(
            id: id,
            runID: run.id,
            jobID: run.jobID,
            jobUID: run.jobUID,
            jobName: run.jobName,
            jobVersion: run.jobVersion,
            agentID: host,
            kind: .manual,
            nominal: report.start,
            status: report.isSuccess ? .success : .failure,
            reason: report.isSuccess ? nil : .exitCode,
            detail: report.isSuccess ? nil : "reported by \(report.caller)",
            attempt: 1,
            startedAt: report.start,
            finishedAt: report.end,
            updatedAt: now
        )
    }
}
