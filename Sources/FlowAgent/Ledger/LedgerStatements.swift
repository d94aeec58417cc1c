// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import GRDBSQLite

/// The statements that every execution of a burst runs, looked up once for each transaction.
///
/// GRDB owns connection, transaction and the cache of prepared statements. Values are bound and statements stepped on SQLite's
/// own functions: to put each of twenty-six values into a box, and to hash a text of six hundred characters for each row, costs
/// more than SQLite's work on that row. What is skipped is GRDB's word to observers of transactions, of which the ledger has none.
final class LedgerStatements {
    /// Those that are run for each execution.
    enum Hot: Int, CaseIterable {
        case insertEntry, updateEntry, isOpen, appendReport, storeOrder, dropOrder, moveCursor, useSnapshot

        fileprivate var sql: String {
            switch self {
            case .insertEntry: LedgerRows.insertEntry
            case .updateEntry: LedgerRows.updateEntry
            case .isOpen: "SELECT 1 FROM ledger WHERE exec_id = ? AND status IN (1, 2)"
            case .appendReport: OutboxRows.insert
            case .storeOrder: LedgerRows.storeOrder
            case .dropOrder: "DELETE FROM pending_order WHERE exec_id = ?"
            case .moveCursor: "UPDATE job SET cursor = ?1 WHERE uid = ?2 AND cursor < ?1"
            case .useSnapshot: SnapshotTable.noteUse
            }
        }
    }

    let database: Database
    private var prepared = [Statement?](repeating: nil, count: Hot.allCases.count)

    init(_ database: Database) { self.database = database }

    /// Runs a statement that changes rows.
    ///
    /// - Returns: how many it changed.
    @discardableResult
    func change(_ hot: Hot, _ bind: (inout LedgerBinding) throws -> Void) throws -> Int {
        try self.step(hot, bind) { _ in self.database.changesCount }
    }

    /// Whether a question has an answer.
    func finds(_ hot: Hot, _ bind: (inout LedgerBinding) throws -> Void) throws -> Bool {
        try self.step(hot, bind) { $0 }
    }

    /// - Parameter result: is told whether there is a row.
    private func step<Value>(
        _ hot: Hot,
        _ bind: (inout LedgerBinding) throws -> Void,
        _ result: (Bool) throws -> Value
    ) throws -> Value {
        let prepared = try self.statement(hot)
        defer { withExtendedLifetime(prepared) {} }
        let statement = prepared.sqliteStatement
        // Also lets go of the read lock and of what was bound, whatever happens.
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        var binding = LedgerBinding(statement)
        try bind(&binding)
        precondition(binding.count == sqlite3_bind_parameter_count(statement), "another number of values: \(hot)")
        guard binding.code == SQLITE_OK else { throw self.failure(binding.code, hot) }
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return try result(false)
        case SQLITE_ROW: return try result(true)
        case let code: throw self.failure(code, hot)
        }
    }

    private func statement(_ hot: Hot) throws -> Statement {
        if let known = self.prepared[hot.rawValue] { return known }
        let statement = try self.database.cachedStatement(sql: hot.sql)
        self.prepared[hot.rawValue] = statement
        return statement
    }

    private func failure(_ code: Int32, _ hot: Hot) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: self.database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) },
            sql: hot.sql
        )
    }
}

/// Values of one statement, bound one after the other.
struct LedgerBinding {
    private let statement: OpaquePointer
    /// How many there are so far.
    private(set) var count: Int32 = 0
    /// The first that failed, if any.
    private(set) var code = SQLITE_OK

    init(_ statement: OpaquePointer) { self.statement = statement }

    mutating func add(_ value: Int64) { self.take { sqlite3_bind_int64($0, $1, value) } }
    mutating func add(_ value: Int) { self.add(Int64(value)) }
    mutating func add(_ value: Bool) { self.add(value ? 1 : 0 as Int64) }
    mutating func addNull() { self.take { sqlite3_bind_null($0, $1) } }

    mutating func add(_ value: Int64?) { if let value { self.add(value) } else { self.addNull() } }
    mutating func add(_ value: Int?) { self.add(value.map { Int64($0) }) }
    mutating func add(_ value: String?) { if let value { self.add(value) } else { self.addNull() } }
    mutating func add(_ value: UUID?) { if let value { self.add(value) } else { self.addNull() } }

    /// As GRDB writes them, 16 bytes.
    mutating func add(_ value: UUID) {
        self.take { statement, index in
            withUnsafeBytes(of: value.uuid) { sqlite3_bind_blob(statement, index, $0.baseAddress, 16, Self.transient) }
        }
    }

    mutating func add(_ value: String) {
        var value = value
        self.take { statement, index in
            value.withUTF8 { bytes in
                guard let base = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, nil) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(statement, index, $0, Int32(bytes.count), Self.transient)
                }
            }
        }
    }

    mutating func add(_ value: [UInt8]) {
        // An empty array may have no address, and SQLite takes that for NULL.
        guard !value.isEmpty else { return self.take { sqlite3_bind_zeroblob($0, $1, 0) } }
        self.take { statement, index in
            value.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }
    }

    private mutating func take(_ bind: (OpaquePointer, Int32) -> Int32) {
        self.count += 1
        let code = bind(self.statement, self.count)
        if self.code == SQLITE_OK { self.code = code }
    }

    /// SQLITE_TRANSIENT, a macro that Swift can't import: SQLite takes a copy.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
    }
}
