// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Statements by their text, prepared once per connection.
extension Database {
    /// Runs a statement that returns no rows.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RecordValue] = []) throws -> Int {
        let statement = try self.cachedStatement(sql: sql)
        try statement.execute(arguments: StatementArguments(values.map(\.databaseValue)))
        return self.changesCount
    }

    /// The first row, if any.
    func first<Value>(
        _ sql: String,
        _ values: [RecordValue] = [],
        _ transform: (SQLiteRow) throws -> Value
    ) throws -> Value? {
        let cursor = try self.cursor(sql, values)
        guard let row = try cursor.next() else { return nil }
        return try transform(SQLiteRow(row: row))
    }

    /// All rows in order.
    func all<Value>(
        _ sql: String,
        _ values: [RecordValue] = [],
        _ transform: (SQLiteRow) throws -> Value
    ) throws -> [Value] {
        let cursor = try self.cursor(sql, values)
        var result: [Value] = []
        while let row = try cursor.next() { result.append(try transform(SQLiteRow(row: row))) }
        return result
    }

    private func cursor(_ sql: String, _ values: [RecordValue]) throws -> RowCursor {
        let statement = try self.cachedStatement(sql: sql)
        return try Row.fetchCursor(statement, arguments: StatementArguments(values.map(\.databaseValue)))
    }
}
