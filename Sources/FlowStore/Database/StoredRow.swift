// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowPostgres
import Foundation

/// A row of either database, for the records; valid until the next row is asked for.
enum StoredRow: RecordRow {
    case sqlite(SQLiteColumns)
    case postgres(PostgresRow)

    func isNull(_ column: Int) -> Bool {
        switch self {
        case .sqlite(let row): row.isNull(column)
        case .postgres(let row): row.isNull(column)
        }
    }

    func integer(_ column: Int) -> Int64 {
        switch self {
        case .sqlite(let row): row.integer(column)
        case .postgres(let row): row.integer(column)
        }
    }

    func text(_ column: Int) -> String {
        switch self {
        case .sqlite(let row): row.text(column)
        case .postgres(let row): row.text(column)
        }
    }

    func bytes(_ column: Int) -> [UInt8] {
        switch self {
        case .sqlite(let row): row.bytes(column)
        case .postgres(let row): row.bytes(column)
        }
    }

    func uuid(_ column: Int) -> UUID? {
        switch self {
        case .sqlite(let row): row.uuid(column)
        case .postgres(let row): row.uuid(column)
        }
    }
}

/// What rows were called when there was one database.
typealias SQLiteRow = StoredRow
