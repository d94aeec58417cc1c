// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// How attempts of retried executions ended, as the ledger and its outbox keep it.
enum AttemptRows {
    static func store(_ records: [AttemptRecord], of id: ExecutionID, in database: Database) throws {
        for record in records {
            try database.run(
                "INSERT OR REPLACE INTO attempt (exec_id, number, record) VALUES (?, ?, ?)",
                [id.uuid, record.number, try self.text(record)]
            )
        }
    }

    /// In the order of their numbers.
    static func all(of id: ExecutionID, in database: Database) throws -> [AttemptRecord] {
        let statement = try database.cachedStatement(
            sql: "SELECT record FROM attempt WHERE exec_id = ? ORDER BY number"
        )
        return try String.fetchAll(statement, arguments: [id.uuid]).compactMap(self.record)
    }

    /// Those of a range of executions, from `bounds`' first to before its last.
    static func all(in bounds: ClosedRange<UUID>, _ database: Database) throws -> [ExecutionID: [AttemptRecord]] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT exec_id, record FROM attempt WHERE exec_id BETWEEN ? AND ? ORDER BY exec_id, number",
            arguments: [bounds.lowerBound, bounds.upperBound]
        )
        var records: [ExecutionID: [AttemptRecord]] = [:]
        for row in rows {
            guard let record = self.record(row[1]) else { continue }
            records[ExecutionID(uuid: row[0]), default: []].append(record)
        }
        return records
    }

    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// - Returns: nil for what a newer version wrote and this one can't read; a record for people is no reason to stop.
    private static func record(_ text: String) -> AttemptRecord? {
        try? JSONDecoder().decode(AttemptRecord.self, from: Data(text.utf8))
    }

    /// A list as the outbox has it.
    static func list(_ text: String?) -> [AttemptRecord] {
        text.flatMap { try? JSONDecoder().decode([AttemptRecord].self, from: Data($0.utf8)) } ?? []
    }
}
