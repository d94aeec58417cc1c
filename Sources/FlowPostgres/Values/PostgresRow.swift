// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq
package import Foundation

/// One row of a result, read by column position; valid within the closure it is given to.
///
/// Results come in binary form. An integer is read whatever its width, a `numeric` too: the sum of `bigint`s is one.
package struct PostgresRow {
    let result: OpaquePointer
    let row: Int32

    /// How many columns there are.
    package var width: Int { Int(PQnfields(self.result)) }

    package func isNull(_ column: Int) -> Bool { PQgetisnull(self.result, self.row, Int32(column)) == 1 }

    /// 0 for NULL and for what is not an integer or a boolean.
    package func integer(_ column: Int) -> Int64 {
        let isNumeric = PQftype(self.result, Int32(column)) == 1700
        return self.withBytes(column) { bytes in
            if isNumeric { return Self.whole(bytes) }
            return switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            case 1: Int64(bytes[0])
            default: 0
            }
        }
    }

    /// The whole part of a `numeric`: digits to the base 10,000, the first of which stands for `weight`.
    private static func whole(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        func short(_ index: Int) -> Int16 {
            guard bytes.count >= index * 2 + 2 else { return 0 }
            return Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
        }
        let weight = Int(short(1))
        var value: Int64 = 0
        for index in 0...max(0, weight) where weight >= 0 {
            let digit = index < Int(short(0)) ? Int64(short(4 + index)) : 0
            value = value &* 10_000 &+ digit
        }
        return short(2) == 0 ? value : -value
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
