// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
package import Foundation

/// Makes a SQLite file of the lines that ``RowExport`` wrote.
package struct RowImport {
    private let store: DatabaseStore
    private let tables: [String: TableShape]
    private var table: TableShape?
    private var waiting: [[RecordValue]] = []
    private var bytes = 0
    private var seen: Set<String> = []
    private var rows: Int64 = 0
    private var number: Int64 = 1

    private static let rowsAtATime = 2000
    private static let bytesAtATime = 4 << 20

    /// - Parameters:
    ///   - path: must not exist; has no worth when this throws.
    ///   - next: the next line without its break; nil at the end.
    ///   - reached: told how many rows have arrived.
    /// - Throws: ``CoreError`` `invalid` naming the line that is damaged, or saying that the end is missing; `unavailable` for rows of
    ///   another schema.
    package static func run(
        into path: String,
        next: () throws -> Data?,
        reached: (Int64) -> Void = { _ in }
    ) async throws -> (head: RowLinesHead, report: RowExport.Report) {
        let first = try next() ?? Data()
        let head = try RowLinesHead(first)
        var hash = SHA256()
        hash.update(data: first + Data("\n".utf8))
        let store = try DatabaseStore.open(path: path)
        do {
            let shapes = try await store.read { db in try TableShape.all(in: db) }
            try await store.write("import") { db in
                for table in shapes.reversed() { try db.run("DELETE FROM \(table.name)") }
            }
            var work = RowImport(
                store: store,
                tables: Dictionary(shapes.map { ($0.name, $0) }) { first, _ in first }
            )
            let report = try await work.take(next, &hash, reached)
            try await store.close()
            return (head, report)
        } catch {
            try? await store.close()
            throw error
        }
    }

    private init(store: DatabaseStore, tables: [String: TableShape]) {
        self.store = store
        self.tables = tables
    }

    private mutating func take(
        _ next: () throws -> Data?,
        _ hash: inout SHA256,
        _ reached: (Int64) -> Void
    ) async throws -> RowExport.Report {
        while let line = try next() {
            self.number += 1
            guard let content = RowLine(line) else { throw self.damaged }
            if case .end(let tables, let rows, let sum) = content {
                try await self.flush()
                reached(self.rows)
                guard tables == self.seen.count, tables == self.tables.count, rows == self.rows,
                    sum == Hex.encode(hash.finalize())
                else { throw CoreError(.invalid, "The file is damaged: its lines are not those that were written.") }
                guard try next() == nil else { throw CoreError(.invalid, "There is something behind the file's end.") }
                return RowExport.Report(tables: tables, rows: rows)
            }
            hash.update(data: line + Data("\n".utf8))
            switch content {
            case .table(let name, let columns):
                try await self.flush()
                guard let table = self.tables[name], table.columns.map(\.name) == columns,
                    self.seen.insert(name).inserted
                else { throw self.damaged }
                self.table = table
            case .row(let values):
                guard let table = self.table, values.count == table.columns.count,
                    zip(values, table.columns).allSatisfy({ Self.fits($0, $1.kind) })
                else { throw self.damaged }
                self.waiting.append(values)
                self.bytes += line.count
                if self.waiting.count >= Self.rowsAtATime || self.bytes >= Self.bytesAtATime {
                    try await self.flush()
                    reached(self.rows)
                }
            case .end: break
            }
        }
        throw CoreError(.invalid, "The end of the file is missing: it was cut off at line \(self.number).")
    }

    private mutating func flush() async throws {
        guard let table, !self.waiting.isEmpty else { return }
        let rows = self.waiting
        try await self.store.write("import") { db in
            // A row may refer to one behind it.
            try db.run("PRAGMA defer_foreign_keys = ON")
            try db.runEach(table.insertion, rows)
        }
        self.rows += Int64(rows.count)
        self.waiting = []
        self.bytes = 0
    }

    private static func fits(_ value: RecordValue, _ kind: TableShape.Kind) -> Bool {
        switch (value, kind) {
        case (.null, _), (.integer, .integer), (.text, .text), (.bytes, .bytes): true
        default: false
        }
    }

    private var damaged: CoreError { CoreError(.invalid, "Line \(self.number) of the file is damaged.") }
}
