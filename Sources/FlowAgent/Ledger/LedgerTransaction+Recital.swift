// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import GRDB

extension LedgerTransaction {
    /// Rows one step looks at: a few milliseconds, and no more reports than a server takes in one message.
    private static var recitalStep: Int { 200 }

    /// Widens a recital that is under way, and begins at the oldest row again.
    func beginRecital(after: Int64, through: Int64) throws {
        try self.database.run(
            """
            UPDATE meta SET recite_after = min(coalesce(recite_after, ?1), ?1),
                recite_through = max(coalesce(recite_through, ?2), ?2), recite_from = NULL
            """,
            [after, through]
        )
    }

    mutating func recite() throws -> LedgerResult {
        let sql = "SELECT recite_after, recite_through, recite_from FROM meta WHERE recite_after IS NOT NULL"
        guard let span = try Row.fetchOne(self.database, sql: sql) else {
            return .recited(isDone: true, sequence: self.state.lastSequence)
        }
        let from: UUID? = span[2]
        let rows = try Row.fetchAll(
            self.database,
            sql:
                "SELECT exec_id, sequence > ? AND sequence <= ? FROM ledger WHERE exec_id > ? ORDER BY exec_id LIMIT ?",
            arguments: [
                span[0] as Int64, span[1] as Int64, from ?? ExecutionID.lowerBound(at: .distantPast).uuid,
                Self.recitalStep,
            ]
        )
        for row in rows where row[1] { _ = try self.answer(ExecutionID(uuid: row[0])) }
        let isDone = rows.count < Self.recitalStep
        if isDone {
            try self.database.run(
                "UPDATE meta SET recite_after = NULL, recite_through = NULL, recite_from = NULL",
                []
            )
        } else {
            try self.database.run("UPDATE meta SET recite_from = ?", [rows.last.map { $0[0] as UUID }])
        }
        return .recited(isDone: isDone, sequence: self.state.lastSequence)
    }
}
