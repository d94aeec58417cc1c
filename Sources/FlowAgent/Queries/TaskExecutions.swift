// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Finds the executions of one job in a span of time, among however many others.
///
/// The ledger is in order of time and has no index by job. The statistics beside it say in which quarters of an hour the job
/// ended something, so only those are looked through; what is open, or was skipped, is in no statistics and has indexes of its
/// own.
struct TaskExecutions {
    let job: JobUID
    let range: Range<Timestamp>
    let database: Database

    /// Whether the file has all that is needed; one of an agent that was not restarted since it was upgraded has not.
    static func isPossible(in database: Database) throws -> Bool {
        let names = "'quarter', 'ledger_open', 'ledger_skipped'"
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master WHERE name IN (\(names))") == 3
    }

    /// Their ids, newest first.
    func newest(_ limit: Int) throws -> [UUID] {
        var found = try self.open(limit) + self.skipped(limit)
        var ended = 0
        for span in try self.spans() {
            let ids = try self.ended(in: span, limit: limit - ended)
            found += ids
            ended += ids.count
            if ended >= limit { break }
        }
        return Array(found.map(ExecutionID.init(uuid:)).sorted(by: >).map(\.uuid).prefix(limit))
    }

    /// The parts of the range that have executions of the job which ended, newest first: neighbouring quarters are one.
    func spans() throws -> [Range<Timestamp>] {
        let statement = try self.database.cachedStatement(
            sql: "SELECT 1 FROM quarter WHERE quarter = ? AND job_uid = ?"
        )
        var spans: [Range<Timestamp>] = []
        for quarter in QuarterSum.quarters(in: self.range).reversed() {
            guard try Bool.fetchOne(statement, arguments: [quarter, self.job.uuid]) != nil else { continue }
            let start = Timestamp(milliseconds: quarter * QuarterSum.length)
            let span = start..<start.advanced(byMilliseconds: QuarterSum.length)
            if let last = spans.last, last.lowerBound == span.upperBound {
                spans[spans.count - 1] = span.lowerBound..<last.upperBound
            } else {
                spans.append(span)
            }
        }
        return spans.map { $0.clamped(to: self.range) }
    }

    private func ended(in span: Range<Timestamp>, limit: Int) throws -> [UUID] {
        try self.ids(
            """
            SELECT exec_id FROM ledger WHERE exec_id >= ? AND exec_id < ? AND job_uid = ? AND status IN (3, 4, 5, 6)
            ORDER BY exec_id DESC LIMIT ?
            """,
            in: span,
            limit
        )
    }

    private func open(_ limit: Int) throws -> [UUID] {
        try self.ids(
            """
            SELECT exec_id FROM ledger INDEXED BY ledger_open
            WHERE exec_id >= ? AND exec_id < ? AND job_uid = ? AND status IN (1, 2) ORDER BY exec_id DESC LIMIT ?
            """,
            in: self.range,
            limit
        )
    }

    private func skipped(_ limit: Int) throws -> [UUID] {
        try self.ids(
            """
            SELECT exec_id FROM ledger INDEXED BY ledger_skipped
            WHERE exec_id >= ? AND exec_id < ? AND job_uid = ? AND status = 7 ORDER BY exec_id DESC LIMIT ?
            """,
            in: self.range,
            limit
        )
    }

    private func ids(_ sql: String, in span: Range<Timestamp>, _ limit: Int) throws -> [UUID] {
        let statement = try self.database.cachedStatement(sql: sql)
        let bounds = [span.lowerBound, span.upperBound].map { ExecutionID.lowerBound(at: $0).uuid }
        return try UUID.fetchAll(statement, arguments: [bounds[0], bounds[1], self.job.uuid, limit])
    }
}
