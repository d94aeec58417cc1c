// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowPostgres
import GRDB

/// The database within one transaction, whichever it is: what all statements of the store are run with.
///
/// Statements are written once, in the words that SQLite and PostgreSQL share; ``PostgresDialect`` says what is spelled
/// another way there. Parameters are `?`, or `?1`, `?2`, … where one is used twice.
struct Database {
    enum Connection {
        case sqlite(GRDB.Database)
        case postgres(PostgresSession)
    }

    let connection: Connection
    /// Which others may write at the same time.
    var turn = WriteTurn.alone

    /// Before a row is added to a log whose readers rely on the order of its numbers: from here to the end no other transaction
    /// adds one.
    func takeLogTurn() throws {
        guard self.turn != .alone, case .postgres(let session) = self.connection else { return }
        try session.query("SELECT pg_advisory_xact_lock($1)", [.integer(PostgresEngine.logLock)])
    }

    /// Before what no other transaction may be beside: what a row of another host says, or a row that somebody else was first with.
    ///
    /// - Throws: what makes the engine begin again, alone; nothing where this transaction is alone.
    func requireAlone() throws { if self.turn != .alone { throw NeedsTurnAlone() } }

    /// Keeps rows for this transaction, in the order of their keys, where others may write beside it: what is read afterwards
    /// stays true.
    func hold(_ sql: String, _ values: [RecordValue]) throws {
        guard self.turn != .alone, case .postgres = self.connection else { return }
        try self.run(sql + " FOR NO KEY UPDATE", values)
    }

    /// In which order rows are written: by their keys.
    ///
    /// Others that write them, too, then take them in the same order; and where nobody does, rows that lie beside each other are
    /// written one after the other, which is a fifth of SQLite's work on a burst whose keys begin with one instant.
    func order<Key: Comparable>(of keys: [Key]) -> [Int] {
        guard keys.count > 1 else { return Array(keys.indices) }
        return keys.indices.sorted { keys[$0] < keys[$1] }
    }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [RecordValue] = []) throws -> Int {
        switch self.connection {
        case .sqlite(let db):
            try db.step(sql, values) { _ in true }
            return db.changesCount
        case .postgres(let session):
            return try session.query(PostgresDialect.statement(sql), values.map(\.postgres))
        }
    }

    /// The first row, if any.
    func first<Value>(
        _ sql: String,
        _ values: [RecordValue] = [],
        _ transform: (StoredRow) throws -> Value
    ) throws -> Value? {
        var result: Value?
        try self.step(sql, values) { row in
            result = try transform(row)
            return false
        }
        return result
    }

    /// All rows in order.
    func all<Value>(
        _ sql: String,
        _ values: [RecordValue] = [],
        isKept: Bool = true,
        _ transform: (StoredRow) throws -> Value
    ) throws -> [Value] {
        var result: [Value] = []
        try self.step(sql, values, isKept: isKept) { row in
            result.append(try transform(row))
            return true
        }
        return result
    }

    /// Runs one statement with many sets of values: on PostgreSQL one statement for all of them where it can be
    /// (``PostgresBatch``), and one wait in any case.
    ///
    /// What comes of it is the same as of one set after the other, and the first that fails fails all.
    func runEach(_ sql: String, _ sets: [[RecordValue]]) throws {
        guard !sets.isEmpty else { return }
        switch self.connection {
        case .sqlite(let db): _ = try db.stepEach(sql, sets) { _ in }
        case .postgres(let session): try PostgresEach(session, sql, sets).run(sets)
        }
    }

    /// The same, for whoever has to know what each of them did; an insert names the columns of its conflict.
    ///
    /// - Returns: for each set, how many rows it changed.
    func changesOfEach(_ sql: String, _ sets: [[RecordValue]]) throws -> [Int] {
        guard !sets.isEmpty else { return [] }
        switch self.connection {
        case .sqlite(let db): return try db.stepEach(sql, sets) { _ in db.changesCount }
        case .postgres(let session): return try PostgresEach(session, sql, sets).changes(sets)
        }
    }

    /// The first row that each set of values finds; `transform` must not run statements.
    func firstEach<Value>(
        _ sql: String,
        _ sets: [[RecordValue]],
        _ transform: (StoredRow) throws -> Value
    ) throws -> [Value?] {
        guard !sets.isEmpty else { return [] }
        switch self.connection {
        case .sqlite(let db): return try db.stepEach(sql, sets) { row in try row.map { try transform(.sqlite($0)) } }
        case .postgres(let session): return try PostgresEach(session, sql, sets).first(sets, transform)
        }
    }

    /// All rows of a statement for each set of values; on PostgreSQL all of them are asked for before the first answer is read.
    func allEach<Value>(
        _ sql: String,
        _ sets: [[RecordValue]],
        _ transform: (StoredRow) throws -> Value
    ) throws -> [[Value]] {
        switch self.connection {
        case .sqlite: return try sets.map { try self.all(sql, $0, transform) }
        case .postgres(let session): return try PostgresEach(session, sql, sets).all(sets, transform)
        }
    }

    /// Steps through the rows of a statement while `body` wants more.
    ///
    /// `body` must not run a statement of the same text: there is one prepared statement for each. Statements of ever new
    /// texts are not to be kept (`isKept`).
    func step(
        _ sql: String,
        _ values: [RecordValue],
        isKept: Bool = true,
        _ body: (StoredRow) throws -> Bool
    ) throws {
        switch self.connection {
        case .sqlite(let db):
            try db.step(sql, values, isKept: isKept) { try body(.sqlite($0)) }
        case .postgres(let session):
            let text = isKept ? PostgresDialect.statement(sql) : PostgresDialect.translated(sql)
            try session.query(text, values.map(\.postgres), isKept: isKept) { try body(.postgres($0)) }
        }
    }

    /// The number that the last inserted row was given.
    var lastInsertedRowID: Int64 {
        get throws {
            switch self.connection {
            case .sqlite(let db): db.lastInsertedRowID
            case .postgres: try self.first("SELECT lastval()") { $0.integer(0) } ?? 0
            }
        }
    }
}
