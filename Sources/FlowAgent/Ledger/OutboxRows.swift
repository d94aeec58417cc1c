// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Reads reports from the outbox and writes them there.
///
/// A report is complete in its row: the ledger row it speaks of may be withdrawn before it is sent.
enum OutboxRows {
    private static let columns = """
        sequence, exec_id, run_id, job_uid, job_id, job_name, job_version, kind, nominal, status, reason, detail, attempt, \
        started_at, finished_at, exit_code, retry_of, coalesced_count, coalesced_from, coalesced_through, output_bytes, \
        is_truncated, output, attempts, http_status, outputs
        """
    static let select = "SELECT \(columns) FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?"
    private static let insert =
        "INSERT INTO outbox (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    static func append(_ report: Report, sequence: Int64, to database: Database) throws {
        try database.run(
            self.insert,
            [
                sequence, report.executionID.uuid, report.runID.uuid, report.jobUID.uuid, report.jobID, report.jobName,
                report.jobVersion, report.kind.rawValue, report.nominal.milliseconds, report.status.rawValue,
                report.reason?.rawValue, report.detail, report.attempt, report.startedAt?.milliseconds,
                report.finishedAt?.milliseconds, report.exitCode, report.retryOf?.uuid, report.coalesced?.count,
                report.coalesced?.from.milliseconds, report.coalesced?.through.milliseconds, report.outputBytes,
                report.isOutputTruncated,
                report.inlineOutput.isEmpty ? nil : Data(OutputBlob.encode(report.inlineOutput)),
                report.attempts.isEmpty ? nil : try AttemptRows.text(report.attempts), report.httpStatus,
                try LedgerRows.text(report.outputs),
            ]
        )
    }

    static func report(_ row: Row) throws -> Report {
        let id = ExecutionID(uuid: row[1])
        return Report(
            sequence: row[0],
            executionID: id,
            runID: RunID(uuid: row[2]),
            jobUID: JobUID(uuid: row[3]),
            jobID: row[4],
            jobName: row[5],
            jobVersion: row[6],
            kind: try LedgerRows.known(row[7], ExecutionKind.init(rawValue:), "kind"),
            nominal: Timestamp(milliseconds: row[8]),
            status: try LedgerRows.known(row[9], ExecutionStatus.init(rawValue:), "status"),
            reason: (row[10] as String?).flatMap(ExecutionReason.init(rawValue:)),
            detail: row[11],
            attempt: row[12],
            startedAt: (row[13] as Int64?).map(Timestamp.init(milliseconds:)),
            finishedAt: (row[14] as Int64?).map(Timestamp.init(milliseconds:)),
            exitCode: row[15],
            httpStatus: row[24],
            retryOf: (row[16] as UUID?).map(ExecutionID.init(uuid:)),
            coalesced: LedgerRows.coalesced(row, from: 17),
            attempts: AttemptRows.list(row[23]),
            outputBytes: row[20],
            isOutputTruncated: row[21],
            inlineOutput: (row[22] as Data?).map { OutputBlob.decode(Array($0), execution: id) } ?? [],
            outputs: try (row[25] as String?).map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            }
                ?? [:]
        )
    }
}
