// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on attempts.
struct AttemptTable {
    private let db: Database
    init(_ db: Database) { self.db = db }

    /// Writes how attempts ended; the last word counts.
    func store(_ records: [(record: AttemptRecord, id: ExecutionID)]) throws {
        var seen: Set<LogAttempt> = []
        let last = records.reversed().filter { record, id in
            seen.insert(LogAttempt(execution: id, attempt: record.number)).inserted
        }
        try self.db.runEach(
            """
            INSERT INTO attempt (execution_id, number, status, reason, detail, started_at, finished_at,
                exit_code, http_status, output_bytes, output_truncated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (execution_id, number) DO UPDATE SET status = excluded.status, reason = excluded.reason,
                detail = excluded.detail, started_at = excluded.started_at, finished_at = excluded.finished_at,
                exit_code = excluded.exit_code, http_status = excluded.http_status,
                output_bytes = excluded.output_bytes, output_truncated = excluded.output_truncated
            """,
            last.map { record, id in
                [
                    .id(id), .number(record.number), .number(record.status.rawValue), .text(record.reason?.rawValue),
                    .text(record.detail), .time(record.startedAt), .time(record.finishedAt), .number(record.exitCode),
                    .number(record.httpStatus), .integer(record.outputBytes), .flag(record.isOutputTruncated),
                ]
            }
        )
    }

    func deleteAll(of id: ExecutionID) throws {
        try self.db.run("DELETE FROM attempt WHERE execution_id = ?", [.id(id)])
    }

    /// In the order of their numbers.
    func all(of id: ExecutionID) throws -> [AttemptRecord] {
        try self.db.all(
            """
            SELECT number, status, reason, detail, started_at, finished_at, exit_code, http_status, output_bytes,
                output_truncated FROM attempt WHERE execution_id = ? ORDER BY number
            """,
            [.id(id)]
        ) { row in
            guard let status = ExecutionStatus(rawValue: row.number(1)) else {
                throw StoreFault.unreadable("\(row.number(1)) is not a status of an attempt")
            }
            return AttemptRecord(
                number: row.number(0),
                status: status,
                reason: row.optionalText(2).flatMap(ExecutionReason.init(rawValue:)),
                detail: row.optionalText(3),
                startedAt: row.optionalTime(4),
                finishedAt: row.optionalTime(5),
                exitCode: row.optionalNumber(6),
                httpStatus: row.optionalNumber(7),
                outputBytes: row.integer(8),
                isOutputTruncated: row.integer(9) == 1
            )
        }
    }
}
