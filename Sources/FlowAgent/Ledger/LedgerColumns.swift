// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import GRDBSQLite

/// The row a statement stands on; valid until the statement is stepped again.
///
/// For what is read ten thousand times: a row of GRDB's is a copy, and each of its values looks for its own conversion.
struct LedgerColumns {
    fileprivate let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.statement, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.statement, column) }
    func number(_ column: Int32) -> Int { Int(self.integer(column)) }
    func optionalInteger(_ column: Int32) -> Int64? { self.isNull(column) ? nil : self.integer(column) }
    func optionalNumber(_ column: Int32) -> Int? { self.isNull(column) ? nil : self.number(column) }
    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: self.integer(column)) }
    func optionalTime(_ column: Int32) -> Timestamp? { self.isNull(column) ? nil : self.time(column) }
    func optionalText(_ column: Int32) -> String? { self.isNull(column) ? nil : self.text(column) }

    func text(_ column: Int32) -> String {
        // The text first: asking for it may convert the value, and the size is that of the conversion.
        guard let text = sqlite3_column_text(self.statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(self.statement, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] { self.withBytes(column) { Array($0) } }

    /// - Throws: `CoreError` `unavailable` unless the column holds an id.
    func id<ID: FlowIdentifier>(_ column: Int32, as type: ID.Type = ID.self) throws -> ID {
        try self.withBytes(column) { bytes in
            guard bytes.count == 16 else {
                throw CoreError(.unavailable, "the ledger has an id of \(bytes.count) bytes; one has 16")
            }
            return ID(uuid: UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)))
        }
    }

    func optionalID<ID: FlowIdentifier>(_ column: Int32, as type: ID.Type = ID.self) throws -> ID? {
        self.isNull(column) ? nil : try self.id(column)
    }

    private func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let bytes = sqlite3_column_blob(self.statement, column)
        let count = Int(sqlite3_column_bytes(self.statement, column))
        return try body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }
}

extension Database {
    /// What a question finds.
    ///
    /// - Parameters:
    ///   - sql: kept prepared.
    ///   - bind: gives the statement its values.
    ///   - transform: makes something of each row; it must not run the same statement.
    func rows<Value>(
        _ sql: String,
        _ bind: (inout LedgerBinding) -> Void,
        _ transform: (LedgerColumns) throws -> Value
    ) throws -> [Value] {
        let prepared = try self.cachedStatement(sql: sql)
        defer { withExtendedLifetime(prepared) {} }
        let statement = prepared.sqliteStatement
        // Also lets go of the read lock, whatever happens.
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        var binding = LedgerBinding(statement)
        bind(&binding)
        var found: [Value] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return found
            case SQLITE_ROW: found.append(try transform(LedgerColumns(statement: statement)))
            case let code:
                throw DatabaseError(
                    resultCode: ResultCode(rawValue: code),
                    message: self.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) },
                    sql: sql
                )
            }
        }
    }
}
