// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a statement of somebody's own answered, as text.
package struct PostgresTable: Sendable {
    package var columns: [String] = []
    /// As many as were asked for; nil stands for NULL.
    package var rows: [[String?]] = []
    /// How many there were.
    package var rowCount = 0
    /// How many rows were inserted, changed or deleted, or returned.
    package var changes = 0
    /// What the server says it did: `UPDATE 3`.
    package var tag = ""
}

extension PostgresSession {
    /// Runs one statement of somebody's own, whose parameters have the types of their places, and keeps its first rows.
    ///
    /// The statement's end is waited for whatever it returns; of rows that are not kept none is held in memory.
    ///
    /// - Throws: ``PostgresError`` with all that the server says, which may hold values of the statement.
    package func table(_ sql: String, _ values: [String], rowLimit: Int) throws -> PostgresTable {
        try self.requireUsable()
        guard !sql.utf8.contains(0), !values.contains(where: { $0.utf8.contains(0) }) else {
            throw PostgresError(
                .misuse,
                operation: self.operation,
                message: "a statement or parameter has a NUL character"
            )
        }
        try self.send(sql, values)
        guard PQsetSingleRowMode(self.connection) == 1 else { throw self.lost() }
        var table = PostgresTable()
        var failure: (any Error)?
        while let result = try self.next() {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                Self.take(result, into: &table, rowLimit: rowLimit)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // The connection stands in the midst of it, and is of no use any more.
                self.stopped = .disconnected
                throw PostgresError(
                    .misuse,
                    operation: self.operation,
                    message: "COPY from or to the client is not for jobs; use INSERT or SELECT"
                )
            default: failure = failure ?? self.words(of: result)
            }
        }
        if let failure { throw failure }
        return table
    }

    private func send(_ sql: String, _ values: [String]) throws {
        let texts = values.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer<CChar>($0) }
        let sent = PQsendQueryParams(self.connection, sql, Int32(pointers.count), nil, pointers, nil, nil, 0)
        guard sent == 1 else { throw self.unsendable() }
    }

    private static func take(_ result: OpaquePointer, into table: inout PostgresTable, rowLimit: Int) {
        let width = PQnfields(result)
        if table.columns.isEmpty {
            table.columns = (0..<width).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        }
        for row in 0..<PQntuples(result) {
            table.rowCount += 1
            guard table.rows.count < rowLimit else { continue }
            table.rows.append(
                (0..<width).map { column in
                    PQgetisnull(result, row, column) == 1
                        ? nil : PQgetvalue(result, row, column).map { String(cString: $0) }
                }
            )
        }
        guard PQresultStatus(result) != PGRES_SINGLE_TUPLE else { return }
        table.changes = Self.changes(of: result)
        table.tag = String(cString: PQcmdStatus(result))
    }

    /// The server's own words; whoever wrote the statement reads them.
    private func words(of result: OpaquePointer) -> any Error {
        func field(_ letter: Character) -> String? {
            PQresultErrorField(result, Int32(letter.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let code = field("C") else { return self.lost() }
        let state = SQLState(code)
        if state == .queryCanceled, let stopped = self.stopped { return self.stop(stopped) }
        var message = field("M") ?? "refused"
        if let position = field("P") { message += " at character \(position)" }
        if let hint = field("H") { message += ". Hint: \(hint)" }
        return PostgresError(
            state.endsConnection ? .disconnected : .refused,
            state: state,
            operation: self.operation,
            message: message
        )
    }

    /// Sets what errors are named for.
    package func begin(_ operation: String) {
        self.operation = operation
        self.deadline = nil
    }
}
