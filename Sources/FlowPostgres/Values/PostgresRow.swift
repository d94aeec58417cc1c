// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq
package import Foundation

/// One row of a result, read by column position; valid within the closure it is given to.
///
/// Results come in binary form. An integer is read whatever its width; `sum` over a `bigint` is a `numeric`, which is not an
/// integer: cast it.
package struct PostgresRow {
    let result: OpaquePointer
    let row: Int32

    package func isNull(_ column: Int) -> Bool { PQgetisnull(self.result, self.row, Int32(column)) == 1 }

    /// 0 for NULL and for what is not an integer or a boolean.
    package func integer(_ column: Int) -> Int64 {
        self.withBytes(column) { bytes in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            case 1: Int64(bytes[0])
            default: 0
            }
        }
    }

    package func text(_ column: Int) -> String { self.withBytes(column) { String(decoding: $0, as: UTF8.self) } }

    package func bytes(_ column: Int) -> [UInt8] { self.withBytes(column) { Array($0) } }

    /// - Returns: nil unless the column holds exactly 16 bytes.
    package func uuid(_ column: Int) -> UUID? {
        self.withBytes(column) { bytes in
            bytes.count == 16 ? UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)) : nil
        }
    }

    private func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let count = Int(PQgetlength(self.result, self.row, Int32(column)))
        let start = PQgetvalue(self.result, self.row, Int32(column))
        return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
