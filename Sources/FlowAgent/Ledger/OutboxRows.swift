// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

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
    static let insert =
        "INSERT INTO outbox (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    static func append(_ report: Report, sequence: Int64, by statements: LedgerStatements) throws {
        try statements.change(.appendReport) { row in
            row.add(sequence)
            row.add(report.executionID.uuid)
            row.add(report.runID.uuid)
            row.add(report.jobUID.uuid)
            row.add(report.jobID)
            row.add(report.jobName)
            row.add(report.jobVersion)
            row.add(report.kind.rawValue)
            row.add(report.nominal.milliseconds)
            row.add(report.status.rawValue)
            row.add(report.reason?.rawValue)
            row.add(report.detail)
            row.add(report.attempt)
            row.add(report.startedAt?.milliseconds)
            row.add(report.finishedAt?.milliseconds)
            row.add(report.exitCode)
            row.add(report.retryOf?.uuid)
            row.add(report.coalesced?.count)
            row.add(report.coalesced?.from.milliseconds)
            row.add(report.coalesced?.through.milliseconds)
            row.add(report.outputBytes)
            row.add(report.isOutputTruncated)
            if report.inlineOutput.isEmpty { row.addNull() } else { row.add(OutputBlob.encode(report.inlineOutput)) }
            row.add(report.attempts.isEmpty ? nil : try AttemptRows.text(report.attempts))
            row.add(report.httpStatus)
            row.add(try LedgerRows.text(report.outputs))
        }
    }

    static func report(_ row: LedgerColumns) throws -> Report {
        let id = try row.id(1, as: ExecutionID.self)
        return Report(
            sequence: row.integer(0),
            executionID: id,
            runID: try row.id(2),
            jobUID: try row.id(3),
            jobID: row.integer(4),
            jobName: row.text(5),
            jobVersion: row.integer(6),
            kind: try LedgerRows.known(row.text(7), ExecutionKind.init(rawValue:), "kind"),
            nominal: row.time(8),
            status: try LedgerRows.known(row.number(9), ExecutionStatus.init(rawValue:), "status"),
            reason: row.optionalText(10).flatMap(ExecutionReason.init(rawValue:)),
            detail: row.optionalText(11),
            attempt: row.number(12),
            startedAt: row.optionalTime(13),
            finishedAt: row.optionalTime(14),
            exitCode: row.optionalNumber(15),
            httpStatus: row.optionalNumber(24),
            retryOf: try row.optionalID(16),
            coalesced: self.coalesced(row),
            attempts: AttemptRows.list(row.optionalText(23)),
            outputBytes: row.integer(20),
            isOutputTruncated: row.integer(21) != 0,
            inlineOutput: row.isNull(22) ? [] : OutputBlob.decode(row.bytes(22), execution: id),
            outputs: try row.optionalText(25).map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            } ?? [:]
        )
    }

    private static func coalesced(_ row: LedgerColumns) -> CoalescedRange? {
        guard let count = row.optionalNumber(17), let from = row.optionalTime(18), let through = row.optionalTime(19)
        else { return nil }
        return CoalescedRange(count: count, from: from, through: through)
    }
}
