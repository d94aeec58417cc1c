// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Walks once over what the ledger may forget, one small step per transaction (R10).
///
/// Starts share the ledger's one writer, so no step may take long, however many rows there are and whichever of them must
/// stay: a step looks at ``chunk`` rows of one table, deletes those that are terminal, acknowledged and below the floor,
/// and remembers where it stopped. The position is only in memory; a new process begins a new walk.
struct LedgerPruning: Hashable, Sendable {
    /// Rows one step looks at: a few milliseconds.
    static let chunk = 500

    private enum Position: Hashable, Sendable {
        case ledger(from: UUID)
        case outputs(job: UUID, execution: UUID)
        case quarters
        case snapshots
    }

    private static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    private var position = Position.ledger(from: Self.zero)

    /// - Returns: whether the walk is over; the next step then begins a new one.
    mutating func step(_ snapshots: inout SnapshotTable, in database: Database) throws -> Bool {
        let floor = Timestamp(milliseconds: try Int64.fetchOne(database, sql: "SELECT floor FROM meta") ?? 0)
        switch self.position {
        case .ledger(let start): self.position = try Self.pruneLedger(from: start, floor, database)
        case .outputs(let job, let execution):
            self.position = try Self.pruneOutputs(after: job, execution, floor, database)
        case .quarters:
            if try QuarterTable.prune(before: floor, limit: Self.chunk, in: database) { self.position = .snapshots }
        case .snapshots:
            guard try snapshots.prune(usedBefore: Self.oldestUse(floor, database), limit: Self.chunk, in: database)
            else { return false }
            self = LedgerPruning()
            return true
        }
        return false
    }

    private static func pruneLedger(from start: UUID, _ floor: Timestamp, _ database: Database) throws -> Position {
        let bound = ExecutionID.lowerBound(at: floor).uuid
        let next = try database.cachedStatement(
            sql: "SELECT exec_id FROM ledger WHERE exec_id >= ? AND exec_id < ? ORDER BY exec_id LIMIT 1 OFFSET ?"
        )
        let end = try UUID.fetchOne(next, arguments: [start, bound, Self.chunk])
        try database.run(
            """
            DELETE FROM ledger WHERE exec_id >= ? AND exec_id < ? AND status NOT IN (1, 2) \
            AND sequence <= (SELECT acknowledged FROM meta)
            """,
            [start, end ?? bound]
        )
        try database.run(
            """
            DELETE FROM attempt WHERE exec_id >= ? AND exec_id < ? \
            AND NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.exec_id = attempt.exec_id)
            """,
            [start, end ?? bound]
        )
        return end.map { .ledger(from: $0) } ?? .outputs(job: Self.zero, execution: Self.zero)
    }

    private static func pruneOutputs(
        after job: UUID,
        _ execution: UUID,
        _ floor: Timestamp,
        _ database: Database
    ) throws -> Position {
        let next = try database.cachedStatement(
            sql: """
                SELECT job_uid, exec_id FROM output WHERE (job_uid, exec_id) > (?, ?) \
                ORDER BY job_uid, exec_id LIMIT 1 OFFSET ?
                """
        )
        let end = try Row.fetchOne(next, arguments: [job, execution, Self.chunk])
        let bound = ExecutionID.lowerBound(at: floor).uuid
        guard let end else {
            try database.run(
                "DELETE FROM output WHERE (job_uid, exec_id) > (?, ?) AND exec_id < ?",
                [job, execution, bound]
            )
            return .quarters
        }
        try database.run(
            "DELETE FROM output WHERE (job_uid, exec_id) > (?, ?) AND (job_uid, exec_id) <= (?, ?) AND exec_id < ?",
            [job, execution, end[0] as UUID, end[1] as UUID, bound]
        )
        return .outputs(job: end[0], execution: end[1])
    }

    /// Before this nothing that is left refers to a job version.
    ///
    /// Rows below the floor that had to stay, open or not acknowledged, still need theirs; the oldest of them says since when.
    private static func oldestUse(_ floor: Timestamp, _ database: Database) throws -> Timestamp {
        let oldest = try Int64.fetchOne(database, sql: "SELECT nominal FROM ledger ORDER BY exec_id LIMIT 1")
        return min(floor, oldest.map(Timestamp.init(milliseconds:)) ?? floor)
    }
}
