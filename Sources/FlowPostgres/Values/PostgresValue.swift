// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A parameter of a statement.
///
/// Text and integers say their type, so that the server does not guess it from the place; the others take that of their
/// place. Integers travel as text: when NULL prepared the statement, the server has guessed a narrower one.
package enum PostgresValue: Hashable, Sendable {
    case null
    case integer(Int64)
    /// A NUL character becomes U+FFFD: PostgreSQL's text can't hold one, and a report must not get stuck at it.
    case text(String)
    case bytes([UInt8])
    case uuid(UUID)

    /// 25 is `text`, 20 `bigint`; 0 leaves it to the server.
    var typeIdentifier: UInt32 {
        switch self {
        case .text: 25
        case .integer: 20
        case .null, .bytes, .uuid: 0
        }
    }

    /// 1 is binary, 0 text.
    var format: Int32 {
        switch self {
        case .null, .integer: 0
        case .text, .bytes, .uuid: 1
        }
    }

    /// Appends the bytes that are sent; libpq wants those of a text parameter to end with a zero.
    ///
    /// - Returns: how many of them count; nil for NULL.
    func append(to buffer: inout [UInt8]) -> Int? {
        let start = buffer.count
        switch self {
        case .null: return nil
        case .integer(let value): buffer.append(contentsOf: String(value).utf8)
        case .text(let value): Self.append(value, to: &buffer)
        case .bytes(let value): buffer.append(contentsOf: value)
        case .uuid(let value): withUnsafeBytes(of: value.uuid) { buffer.append(contentsOf: $0) }
        }
        let count = buffer.count - start
        buffer.append(0)
        return count
    }

    static func append(_ text: String, to buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: text.utf8)
        guard buffer[start...].contains(0) else { return }
        buffer.removeSubrange(start...)
        for byte in text.utf8 {
            if byte == 0 { buffer.append(contentsOf: "\u{FFFD}".utf8) } else { buffer.append(byte) }
        }
    }
}
