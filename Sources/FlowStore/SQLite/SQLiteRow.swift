// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// A row of SQLite for the records.
struct SQLiteRow: RecordRow {
    let row: Row

    func isNull(_ column: Int) -> Bool { self.row.hasNull(atIndex: column) }
    func integer(_ column: Int) -> Int64 { self.row[column] }
    func text(_ column: Int) -> String { self.row[column] }

    func bytes(_ column: Int) -> [UInt8] {
        // GRDB hands out an empty blob as nil.
        (try? self.row.withUnsafeData(atIndex: column) { $0.map { Array($0) } ?? [] }) ?? []
    }

    func uuid(_ column: Int) -> UUID? {
        let bytes = try? self.row.withUnsafeData(atIndex: column) { data -> uuid_t? in
            guard let data, data.count == 16 else { return nil }
            return data.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
        }
        return bytes.flatMap { $0 }.map { UUID(uuid: $0) }
    }
}

extension RecordValue {
    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let value): value.databaseValue
        case .bytes(let value): Data(value).databaseValue
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { Data($0).databaseValue }
        }
    }
}
