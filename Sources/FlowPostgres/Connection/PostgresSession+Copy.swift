// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq
import Foundation

extension PostgresSession {
    /// Inserts rows by COPY, the cheapest way for many; a row that is refused refuses all.
    ///
    /// - Parameters:
    ///   - table: a name of ours, not anybody's input, as are `columns`.
    /// - Returns: how many rows were inserted.
    @discardableResult
    package func copy(
        into table: String,
        columns: [String],
        rows: some Sequence<[PostgresValue]>
    ) throws -> Int {
        try self.requireUsable()
        let sql = "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN"
        guard PQsendQuery(self.connection, sql) == 1 else { throw self.lost() }
        guard let answer = try self.next() else { throw self.lost() }
        let isRefused = PQresultStatus(answer) != PGRES_COPY_IN
        let refusal = Result { try self.check(answer) }
        PQclear(answer)
        if isRefused {
            try self.drain { _ in }
            try refusal.get()
            throw PostgresError(.misuse, operation: self.operation, message: "COPY was not begun")
        }
        var buffer: [UInt8] = []
        for row in rows {
            CopyText.append(row, to: &buffer)
            if buffer.count > 1 << 16 { try self.put(&buffer) }
        }
        try self.put(&buffer)
        while true {
            let code = PQputCopyEnd(self.connection, nil)
            guard code >= 0 else { throw self.lost() }
            if code == 1 { break }
            try self.makeRoom()
        }
        var count = 0
        try self.drain { count = Self.changes(of: $0) }
        return count
    }

    private func put(_ buffer: inout [UInt8]) throws {
        while !buffer.isEmpty {
            let code = buffer.withUnsafeBytes { bytes in
                PQputCopyData(
                    self.connection,
                    bytes.bindMemory(to: CChar.self).baseAddress,
                    Int32(bytes.count)
                )
            }
            guard code >= 0 else { throw self.lost() }
            if code == 1 { buffer.removeAll(keepingCapacity: true) }
            try self.makeRoom()
        }
    }

    /// Sends what libpq holds, so that its buffer does not grow with the table.
    private func makeRoom() throws {
        while true {
            let unsent = PQflush(self.connection)
            guard unsent >= 0 else { throw self.lost() }
            if unsent == 0 { return }
            try self.wait(for: Int16(POLLIN) | Int16(POLLOUT))
            guard PQconsumeInput(self.connection) == 1 else { throw self.lost() }
        }
    }
}

/// COPY's text format: columns between tabs, rows between newlines.
enum CopyText {
    static func append(_ row: [PostgresValue], to buffer: inout [UInt8]) {
        for (index, value) in row.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: "\t")) }
            switch value {
            case .null: buffer.append(contentsOf: "\\N".utf8)
            case .integer(let number): buffer.append(contentsOf: String(number).utf8)
            case .uuid(let uuid): buffer.append(contentsOf: uuid.uuidString.utf8)
            case .bytes(let bytes): Self.append(hex: bytes, to: &buffer)
            case .text(let text): Self.append(text, to: &buffer)
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private static func append(_ text: String, to buffer: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0: buffer.append(contentsOf: "\u{FFFD}".utf8)
            case UInt8(ascii: "\\"): buffer.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\t"): buffer.append(contentsOf: "\\t".utf8)
            case UInt8(ascii: "\n"): buffer.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): buffer.append(contentsOf: "\\r".utf8)
            default: buffer.append(byte)
            }
        }
    }

    private static func append(hex bytes: [UInt8], to buffer: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        buffer.append(contentsOf: "\\\\x".utf8)
        for byte in bytes {
            buffer.append(digits[Int(byte >> 4)])
            buffer.append(digits[Int(byte & 15)])
        }
    }
}
