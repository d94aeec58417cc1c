// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDBSQLite

/// The row a statement stands on, for the records; valid until the statement is stepped again.
struct SQLiteColumns {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(self.statement, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(self.statement, Int32(column)) }

    func text(_ column: Int) -> String {
        // The text first: asking for it may convert the value, and the size is that of the conversion.
        guard let text = sqlite3_column_text(self.statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(self.statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8] { self.withBytes(column) { Array($0) } }

    func uuid(_ column: Int) -> UUID? {
        self.withBytes(column) { bytes in
            bytes.count == 16 ? UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)) : nil
        }
    }

    private func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let bytes = sqlite3_column_blob(self.statement, Int32(column))
        let count = Int(sqlite3_column_bytes(self.statement, Int32(column)))
        return body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }
}
