// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The parameters of a statement that is run for many rows at once: an array for each column of the rows.
///
/// They travel in binary form (PostgreSQL's `array_recv`): a head, and of each element its length and its bytes.
package struct PostgresArrays {
    /// What a column's elements are.
    package enum Element: UInt32, Sendable {
        case bytes = 17
        case integer = 20
        case text = 25

        /// The type of an array of these.
        var arrayType: UInt32 {
            switch self {
            case .bytes: 1001
            case .integer: 1016
            case .text: 1009
            }
        }
    }

    let types: [UInt32]
    let parameters: Parameters

    /// - Parameter value: the value of a row and a column, both from 0.
    /// - Returns: nil when a value is not of its column's type.
    package init?(_ elements: [Element], rows: Int, value: (_ row: Int, _ column: Int) -> PostgresValue) {
        var writer = ArrayWriter()
        var starts: [Int] = []
        for (column, element) in elements.enumerated() {
            starts.append(writer.bytes.count)
            writer.begin(element, rows: rows)
            for row in 0..<rows {
                guard writer.append(value(row, column), as: element) else { return nil }
            }
            writer.end()
        }
        self.types = elements.map(\.arrayType)
        self.parameters = Parameters(arrays: writer.bytes, starts: starts)
    }
}

/// Writes arrays in PostgreSQL's binary form.
private struct ArrayWriter {
    private(set) var bytes: [UInt8] = []
    private var start = 0
    private var hasNull = false

    mutating func begin(_ element: PostgresArrays.Element, rows: Int) {
        self.start = self.bytes.count
        self.hasNull = false
        self.bytes.reserveCapacity(self.start + 20 + rows * 12)
        // Dimensions, whether there are NULLs, the elements' type, their number, and the first one's index.
        for number in [1, 0, Int32(element.rawValue), Int32(rows), 1] { self.append(number) }
    }

    mutating func end() { if self.hasNull { self.bytes[self.start + 7] = 1 } }

    mutating func append(_ value: PostgresValue, as element: PostgresArrays.Element) -> Bool {
        switch (value, element) {
        case (.null, _):
            self.hasNull = true
            self.append(Int32(-1))
        case (.integer(let number), .integer):
            self.append(Int32(8))
            self.append(number)
        case (.text(let text), .text):
            self.append(Int32(0))
            let begin = self.bytes.count
            PostgresValue.append(text, to: &self.bytes)
            self.setLength(from: begin)
        case (.bytes(let bytes), .bytes):
            self.append(Int32(bytes.count))
            self.bytes.append(contentsOf: bytes)
        case (.uuid(let uuid), .bytes):
            self.append(Int32(16))
            withUnsafeBytes(of: uuid.uuid) { self.bytes.append(contentsOf: $0) }
        default: return false
        }
        return true
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { self.bytes.append(contentsOf: $0) }
    }

    /// Writes the length of what was appended behind the place for it.
    private mutating func setLength(from begin: Int) {
        withUnsafeBytes(of: Int32(self.bytes.count - begin).bigEndian) { length in
            for (offset, byte) in length.enumerated() { self.bytes[begin - 4 + offset] = byte }
        }
    }
}
