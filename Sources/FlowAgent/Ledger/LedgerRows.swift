// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import GRDB

/// Reads orders and ledger entries from rows, and the reverse.
enum LedgerRows {
    static let orderColumns =
        "exec_id, run_id, job_uid, job_version, kind, nominal, parameters, retry_of, deadline, hold, data_time"
    static let entryColumns =
        orderColumns + ", status, reason, detail, attempt, is_local, started_at, finished_at, exit_code, retry_at, "
        + "coalesced_count, coalesced_from, coalesced_through, http_status, interruptions"

    static func order(_ row: Row, snapshots: inout SnapshotTable, in database: Database) throws -> Order {
        let parameters: [String: String] =
            try (row[6] as String?).map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
        return Order(
            executionID: ExecutionID(uuid: row[0]),
            runID: RunID(uuid: row[1]),
            job: try snapshots.load(JobUID(uuid: row[2]), version: row[3], from: database),
            kind: try self.known(row[4], ExecutionKind.init(rawValue:), "kind"),
            nominal: Timestamp(milliseconds: row[5]),
            dataTime: (row[10] as Int64?).map(Timestamp.init(milliseconds:)),
            parameters: parameters,
            retryOf: (row[7] as UUID?).map(ExecutionID.init(uuid:)),
            deadline: Timestamp(milliseconds: row[8]),
            hold: try (row[9] as String?).map { try JSONDecoder().decode(SlotHold.self, from: Data($0.utf8)) }
        )
    }

    static func entry(_ row: Row, snapshots: inout SnapshotTable, in database: Database) throws -> LedgerEntry {
        LedgerEntry(
            order: try self.order(row, snapshots: &snapshots, in: database),
            status: try self.known(row[11], ExecutionStatus.init(rawValue:), "status"),
            reason: (row[12] as String?).flatMap(ExecutionReason.init(rawValue:)),
            detail: row[13],
            attempt: row[14],
            isLocal: row[15],
            startedAt: (row[16] as Int64?).map(Timestamp.init(milliseconds:)),
            finishedAt: (row[17] as Int64?).map(Timestamp.init(milliseconds:)),
            exitCode: row[18],
            httpStatus: row[23],
            retryAt: (row[19] as Int64?).map(Timestamp.init(milliseconds:)),
            coalesced: self.coalesced(row, from: 20),
            interruptions: row[24]
        )
    }

    static let storeOrder =
        "INSERT OR REPLACE INTO pending_order (\(orderColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    static let insertEntry =
        "INSERT INTO ledger (\(entryColumns), sequence) VALUES "
        + "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (exec_id) DO NOTHING"
    static let updateEntry = """
        UPDATE ledger SET run_id = ?, job_uid = ?, job_version = ?, kind = ?, nominal = ?, parameters = ?, retry_of = ?, \
        deadline = ?, hold = ?, data_time = ?, status = ?, reason = ?, detail = ?, attempt = ?, is_local = ?, started_at = ?, finished_at = ?, \
        exit_code = ?, retry_at = ?, coalesced_count = ?, coalesced_from = ?, coalesced_through = ?, \
        http_status = ?, interruptions = ?, sequence = ? \
        WHERE exec_id = ?
        """

    /// The columns of an order after its id.
    static func bind(_ order: Order, to row: inout LedgerBinding) throws {
        row.add(order.runID.uuid)
        row.add(order.job.uid.uuid)
        row.add(order.job.version)
        row.add(order.kind.rawValue)
        row.add(order.nominal.milliseconds)
        row.add(try self.text(order.parameters))
        row.add(order.retryOf?.uuid)
        row.add(order.deadline.milliseconds)
        row.add(try self.text(order.hold))
        row.add(order.dataTime?.milliseconds)
    }

    /// The columns after those of the order, the report's sequence last.
    static func bind(_ entry: LedgerEntry, sequence: Int64, to row: inout LedgerBinding) {
        row.add(entry.status.rawValue)
        row.add(entry.reason?.rawValue)
        row.add(entry.detail)
        row.add(entry.attempt)
        row.add(entry.isLocal)
        row.add(entry.startedAt?.milliseconds)
        row.add(entry.finishedAt?.milliseconds)
        row.add(entry.exitCode)
        row.add(entry.retryAt?.milliseconds)
        row.add(entry.coalesced?.count)
        row.add(entry.coalesced?.from.milliseconds)
        row.add(entry.coalesced?.through.milliseconds)
        row.add(entry.httpStatus)
        row.add(entry.interruptions)
        row.add(sequence)
    }

    /// Of the fires that were decided before their time so many are remembered, the next ones first.
    private static let aheadLimit = 10_000

    /// Fires with a row that lie after an instant.
    static func fires(after instant: Timestamp, in database: Database) throws -> [ExecutionID] {
        let statement = try database.cachedStatement(
            sql: "SELECT exec_id FROM ledger WHERE exec_id >= ? AND kind = ? ORDER BY exec_id LIMIT ?"
        )
        let bound = ExecutionID.lowerBound(at: instant.advanced(byMilliseconds: 1))
        let ids = try UUID.fetchAll(
            statement,
            arguments: [bound.uuid, ExecutionKind.cron.rawValue, self.aheadLimit]
        )
        return ids.map(ExecutionID.init(uuid:))
    }

    /// A value this version knows.
    ///
    /// - Throws: `CoreError` `unavailable`; a guess would be written back as a fact.
    static func known<Raw, Value>(_ raw: Raw, _ make: (Raw) -> Value?, _ what: String) throws -> Value {
        guard let value = make(raw) else {
            throw CoreError(
                .unavailable,
                "the ledger has the \(what) '\(raw)', which this version does not know; a newer one wrote it. Install that"
            )
        }
        return value
    }

    static func coalesced(_ row: Row, from index: Int) -> CoalescedRange? {
        guard let count = row[index] as Int?, let from = row[index + 1] as Int64?,
            let through = row[index + 2] as Int64?
        else { return nil }
        return CoalescedRange(
            count: count,
            from: Timestamp(milliseconds: from),
            through: Timestamp(milliseconds: through)
        )
    }

    private static func text(_ hold: SlotHold?) throws -> String? {
        guard let hold else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(hold), as: UTF8.self)
    }

    static func text(_ parameters: [String: String]) throws -> String? {
        guard !parameters.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(parameters), as: UTF8.self)
    }
}
