// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import GRDBSQLite

/// One transaction on an SQLite file that is there.
struct SQLiteWork {
    let file: String
    let order: WorkOrder
    let rowLimit: Int
    let stop: StopSignal

    func run(_ statements: [SQLWork.Bound]) throws -> SQLResult {
        var result = SQLResult()
        let path = try self.path()
        var configuration = Configuration()
        let stop = self.stop
        // Another program's transaction is waited for until the job's own time is up.
        configuration.busyMode = .callback { _ in
            usleep(20_000)
            return !stop.isRaised
        }
        configuration.prepareDatabase { db in
            // No other file is opened by a statement: ATTACH and VACUUM INTO would lead past the host's policy.
            sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            self.stop.onRaise {
                // Again and again: one that comes between two statements stops nothing.
                while true {
                    queue.interrupt()
                    usleep(20_000)
                }
            }
            let isReading = statements.allSatisfy { ["select", "with", "values", "explain"].contains($0.firstWord) }
            try queue.inDatabase { db in
                try db.inTransaction(isReading ? .deferred : .immediate) {
                    for statement in statements {
                        do { try self.run(statement, db, &result) } catch let error as DatabaseError
                            where !stop.isRaised
                        {
                            throw Self.refusal(error, "statement \(statement.number): ")
                        }
                    }
                    return .commit
                }
            }
            WorkLog.say("committed")
            return result
        } catch let error as DatabaseError {
            guard !self.stop.isRaised else {
                throw WorkFailure(.trouble, "stopped; the statement was interrupted and the transaction rolled back")
            }
            throw Self.refusal(error, "")
        }
    }

    private static func refusal(_ error: DatabaseError, _ place: String) -> WorkFailure {
        let code = error.extendedResultCode
        // GRDB's own words, for those who write programs with it.
        let words = code == .SQLITE_MISUSE ? "this is not one statement" : error.message ?? "refused"
        let refusal = "\(words) (SQLite \(code.rawValue))"
        return WorkFailure(.failure, "\(place)\(refusal); rolled back")
    }

    /// The file behind all links.
    private func path() throws -> String {
        guard let resolved = realpath(self.file, nil) else {
            throw WorkFailure(.trouble, "there is no database '\(self.file)': \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        let path = String(cString: resolved)
        if let refusal = self.order.policy.refusal(ofPath: path) { throw WorkFailure(.denied, refusal) }
        return path
    }

    private func run(_ bound: SQLWork.Bound, _ db: Database, _ result: inout SQLResult) throws {
        try self.stop.check()
        let before = db.totalChangesCount
        let statement = try db.makeStatement(sql: bound.text)
        try statement.setArguments(StatementArguments(bound.values))
        var rows: [[String?]] = []
        var first: [String?]?
        var count = 0
        if statement.columnCount > 0 {
            let cursor = try Row.fetchCursor(statement)
            while let row = try cursor.next() {
                count += 1
                if count == 1 { first = (0..<row.count).map { Self.text(row[$0] as DatabaseValue) } }
                guard rows.count < self.rowLimit else { continue }
                rows.append((0..<row.count).map { Self.text(row[$0] as DatabaseValue) })
            }
        } else {
            try statement.execute()
        }
        guard db.isInsideTransaction else {
            throw WorkFailure(.trouble, "statement \(bound.number) ended the transaction")
        }
        let changes = db.totalChangesCount - before
        WorkLog.say("statement \(bound.number): \(changes) \(changes == 1 ? "row" : "rows") changed")
        let table = ResultTable(columns: statement.columnNames, rows: rows, rowCount: count).text
        if !table.isEmpty { WorkLog.say(table) }
        let columns = statement.columnNames
        result.take(columns: columns, first: first, count: columns.isEmpty ? changes : count)
    }

    private static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .null: nil
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): text
        case .blob(let data): "x'" + Hex.encode(data.prefix(64)) + (data.count > 64 ? "…'" : "'")
        }
    }
}
