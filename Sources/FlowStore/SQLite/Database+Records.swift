// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import GRDBSQLite

/// Statements by their text, prepared once per connection.
///
/// GRDB owns connections, transactions, cancellation and the cache of prepared statements. Binding, stepping and reading are
/// done here on SQLite's own functions: a fire is three statements of up to 22 values, and boxing each value twice on its way
/// costs more than SQLite's work on it. What is skipped is GRDB's notification of transaction observers, of which the store
/// has none.
extension GRDB.Database {
    /// Steps through the rows of a statement while `body` wants more.
    ///
    /// `body` must not run a statement of the same text: there is one prepared statement for each. Statements of ever new
    /// texts are not to be kept (`isKept`), because the cache keeps all it is given.
    func step(
        _ sql: String,
        _ values: [RecordValue],
        isKept: Bool = true,
        _ body: (SQLiteColumns) throws -> Bool
    ) throws {
        let prepared = isKept ? try self.cachedStatement(sql: sql) : try self.makeStatement(sql: sql)
        defer { withExtendedLifetime(prepared) {} }
        try self.step(prepared.sqliteStatement, sql, values, body)
    }

    /// Runs a statement once for each set of values.
    ///
    /// Looked up once: to hash and to compare a text of five hundred characters for each row costs as much as an index does.
    ///
    /// - Returns: for each set, what `result` makes of the first row, or of there being none.
    func stepEach<Value>(
        _ sql: String,
        _ sets: [[RecordValue]],
        _ result: (SQLiteColumns?) throws -> Value
    ) throws -> [Value] {
        guard !sets.isEmpty else { return [] }
        let prepared = try self.cachedStatement(sql: sql)
        defer { withExtendedLifetime(prepared) {} }
        let statement = prepared.sqliteStatement
        return try sets.map { values in
            var value: Value?
            try self.step(statement, sql, values) { row in
                value = try result(row)
                return false
            }
            return try value ?? result(nil)
        }
    }

    private func step(
        _ statement: OpaquePointer,
        _ sql: String,
        _ values: [RecordValue],
        _ body: (SQLiteColumns) throws -> Bool
    ) throws {
        // Also lets go of the read lock and of borrowed bytes, whatever happens.
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        precondition(Int(sqlite3_bind_parameter_count(statement)) <= values.count, "too few values for: \(sql)")
        for (index, value) in values.enumerated() {
            let code = value.bind(to: statement, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw self.failure(code, sql) }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return
            case SQLITE_ROW: if try !body(SQLiteColumns(statement: statement)) { return }
            case let code: throw self.failure(code, sql)
            }
        }
    }

    private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: self.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) },
            sql: sql
        )
    }
}

extension RecordValue {
    /// Binds with a copy, because the value may be gone before the statement is stepped.
    fileprivate func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .text(var value):
            return value.withUTF8 { bytes in
                guard let base = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, nil) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(statement, index, $0, Int32(bytes.count), Self.transient)
                }
            }
        case .bytes(let value):
            // An empty array may have no address, and SQLite takes that for NULL.
            guard !value.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return value.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        case .uuid(let value):
            return withUnsafeBytes(of: value.uuid) {
                sqlite3_bind_blob(statement, index, $0.baseAddress, 16, Self.transient)
            }
        }
    }

    /// SQLITE_TRANSIENT, a macro that Swift can't import.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
    }
}
