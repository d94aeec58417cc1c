// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a table of the shared schema looks like, as far as its rows have to be carried from one database to another.
struct TableShape: Hashable, Sendable {
    /// How a column's values are read and written.
    enum Kind: Hashable, Sendable {
        case integer
        case text
        case bytes
    }

    struct Column: Hashable, Sendable {
        let name: String
        let kind: Kind
    }

    let name: String
    let columns: [Column]
    /// By which its rows are walked, in pieces: the primary key, what else is unique, or the number that both databases give a
    /// row.
    let key: [Column]

    private static let rowNumber = Column(name: "rowid", kind: .integer)

    /// All tables of a SQLite database that has this version's schema: those that others refer to come before those.
    ///
    /// - Throws: `internal` for a column of a type that no step of the schema uses.
    static func all(in db: Database) throws -> [TableShape] {
        let names = try db.all(
            """
            SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
            ORDER BY rowid
            """
        ) { $0.text(0) }
        var waiting = try names.map { name in
            (shape: try self.shape(of: name, in: db), needs: try self.parents(of: name, in: db))
        }
        var ordered: [TableShape] = []
        while !waiting.isEmpty {
            let done = Set(ordered.map(\.name))
            let ready = waiting.filter { $0.needs.isSubset(of: done) }
            guard !ready.isEmpty else {
                throw CoreError(.internal, "Tables refer to each other in a circle: \(waiting.map(\.shape.name)).")
            }
            ordered += ready.map(\.shape)
            waiting.removeAll { $0.needs.isSubset(of: done) }
        }
        return ordered
    }

    private static func shape(of table: String, in db: Database) throws -> TableShape {
        let columns = try db.all(
            "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid",
            [.text(table)]
        ) { row in
            let kind: Kind
            switch row.text(1) {
            case "INTEGER": kind = .integer
            case "TEXT": kind = .text
            case "BLOB": kind = .bytes
            default: throw CoreError(.internal, "\(table).\(row.text(0)) is of the type \(row.text(1)).")
            }
            return (column: Column(name: row.text(0), kind: kind), place: row.number(2))
        }
        var key = columns.filter { $0.place > 0 }.sorted { $0.place < $1.place }.map(\.column)
        if key.isEmpty { key = try self.unique(columns.map(\.column), of: table, in: db) }
        return TableShape(name: table, columns: columns.map(\.column), key: key.isEmpty ? [self.rowNumber] : key)
    }

    /// What is declared to be different in each row of a table without a primary key; empty when nothing is.
    ///
    /// None of these columns of the schema may be without a value.
    private static func unique(_ columns: [Column], of table: String, in db: Database) throws -> [Column] {
        let index = try db.first(
            "SELECT name FROM pragma_index_list(?) WHERE origin = 'u' ORDER BY seq LIMIT 1",
            [.text(table)]
        ) { $0.text(0) }
        guard let index else { return [] }
        let names = try db.all("SELECT name FROM pragma_index_info(?) ORDER BY seqno", [.text(index)]) { $0.text(0) }
        return names.compactMap { name in columns.first { $0.name == name } }
    }

    private static func parents(of table: String, in db: Database) throws -> Set<String> {
        let parents = try db.all(
            "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?)",
            [.text(table)]
        ) { $0.text(0) }
        return Set(parents).subtracting([table])
    }

    /// How many bytes each of the next rows behind a key holds; nil for a table without columns of bytes.
    func sizes(after position: [RecordValue]?) -> String? {
        let sizes = self.columns.filter { $0.kind == .bytes }.map { "coalesce(length(\($0.name)), 0)" }
        guard !sizes.isEmpty else { return nil }
        let sum = "CAST(\(sizes.joined(separator: " + ")) AS BIGINT)"
        return "SELECT \(sum) FROM \(self.name) \(self.rest(after: position))"
    }

    /// The next rows behind a key, with the columns first and the key behind them; from the first row on without one.
    func page(after position: [RecordValue]?) -> String {
        let columns = (self.columns + self.key).map(\.name).joined(separator: ", ")
        return "SELECT \(columns) FROM \(self.name) \(self.rest(after: position))"
    }

    private func rest(after position: [RecordValue]?) -> String {
        let key = self.key.map(\.name).joined(separator: ", ")
        let marks = self.key.indices.map { "?\($0 + 2)" }.joined(separator: ", ")
        let condition = position == nil ? "" : "WHERE (\(key)) > (\(marks))"
        return "\(condition) ORDER BY \(key) LIMIT ?1"
    }

    var insertion: String {
        let columns = self.columns.map(\.name).joined(separator: ", ")
        let marks = self.columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(self.name) (\(columns)) VALUES (\(marks))"
    }
}
