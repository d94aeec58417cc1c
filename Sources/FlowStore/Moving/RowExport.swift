// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
package import Foundation

/// Writes all rows of a database that nobody writes to as JSON lines (``RowLine``).
package struct RowExport {
    package struct Report: Sendable, Hashable {
        package let tables: Int
        package let rows: Int64
    }

    private let store: DatabaseStore
    private let write: (Data) throws -> Void
    private var hash = SHA256()

    private init(_ store: DatabaseStore, _ write: @escaping (Data) throws -> Void) {
        self.store = store
        self.write = write
    }

    /// - Parameters:
    ///   - shape: a file that does not exist yet, for a database that can't say what its tables look like; it is left behind.
    ///   - program: the version that writes.
    ///   - write: takes the lines, several at a time.
    ///   - reached: told how many rows of how many are written.
    package static func run(
        from store: DatabaseStore,
        shape: String,
        program: String,
        at now: Timestamp,
        write: @escaping (Data) throws -> Void,
        reached: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws -> Report {
        var export = RowExport(store, write)
        return try await export.run(RowLinesHead(madeAt: now, program: program), shape: shape, reached: reached)
    }

    private mutating func run(
        _ head: RowLinesHead,
        shape: String,
        reached: (Int64, Int64) -> Void
    ) async throws -> Report {
        let tables = try await Self.tables(of: self.store, shape: shape)
        var total: Int64 = 0
        for table in tables {
            total += try await self.store.read { db in
                try db.first("SELECT count(*) FROM \(table.name)") { $0.integer(0) } ?? 0
            }
        }
        reached(0, total)
        try self.put([try head.text()])
        var rows: Int64 = 0
        for table in tables {
            try self.put([RowLine.table(name: table.name, columns: table.columns.map(\.name)).text])
            var position: [RecordValue]?
            repeat {
                let from = position
                let piece = try await self.store.read { db in try TableWalk(table: table).piece(of: db, after: from) }
                // Who had a PostgreSQL alone last is that database's own.
                let taken = piece.rows.filter { table.name != "setting" || $0.first != .text(PostgresOwner.key) }
                try self.put(taken.map { RowLine.row($0).text })
                rows += Int64(taken.count)
                position = piece.next
                reached(min(rows, total), total)
            } while position != nil
        }
        let sum = Hex.encode(self.hash.finalize())
        try self.write(Data((RowLine.end(tables: tables.count, rows: rows, sum: sum).text + "\n").utf8))
        return Report(tables: tables.count, rows: rows)
    }

    private mutating func put(_ lines: [String]) throws {
        guard !lines.isEmpty else { return }
        let data = Data((lines.joined(separator: "\n") + "\n").utf8)
        self.hash.update(data: data)
        try self.write(data)
    }

    /// Both databases have the same tables; SQLite says what they look like.
    private static func tables(of store: DatabaseStore, shape: String) async throws -> [TableShape] {
        if store.sqlite != nil { return try await store.read { db in try TableShape.all(in: db) } }
        let empty = try DatabaseStore.open(path: shape)
        do {
            let tables = try await empty.read { db in try TableShape.all(in: db) }
            try await empty.close()
            return tables
        } catch {
            try? await empty.close()
            throw error
        }
    }
}
