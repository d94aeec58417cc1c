// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// Carries all that a SQLite database holds into an empty PostgreSQL database, and makes sure that it has arrived.
///
/// Both are had alone meanwhile: no server fires from either, and agents go on by themselves. Each piece of rows arrives in one
/// transaction with the mark of how far the move has come, so that it can be stopped anywhere and repeated. At the end every
/// table is counted and compared on both sides; only then servers may use the new database, and no server starts with the old
/// file again: with two of them every job would run twice.
package struct DatabaseMove: Sendable {
    /// What is told while it goes on.
    package enum Progress: Sendable {
        case copied(table: String, rows: Int64)
        case compared(table: String, rows: Int64)
        /// What an earlier, interrupted move brought here is not what the file holds now.
        case begunAnew(table: String)
        /// Rows that were carried and looked at on each side, of all that will be.
        case went(done: Int64, total: Int64)
    }

    package struct Report: Sendable {
        package let tables: Int
        package let rows: Int64
    }

    let source: DatabaseStore
    let target: DatabaseStore
    let report: @Sendable (Progress) -> Void
    /// Whether the source was made of lines for this; who looks at a move that was cut off is told what to repeat.
    private let isImport: Bool

    package init(
        from source: DatabaseStore,
        to target: DatabaseStore,
        isImport: Bool = false,
        report: @escaping @Sendable (Progress) -> Void
    ) {
        self.source = source
        self.target = target
        self.isImport = isImport
        self.report = report
    }

    /// Filled by the schema itself, or by having the database alone.
    private static let neverEmpty: Set<String> = ["config_version", "agent_group", "setting"]
    /// Says who had a PostgreSQL database alone last, and is its own.
    private static let ownSetting = RecordValue.text(PostgresOwner.key)

    /// - Throws: ``CoreError`` `conflict` when the target holds something else, or when rows differ at the end; then the file is as
    ///   it was and goes on being the server's.
    package func run() async throws -> Report {
        let tables = try await self.source.read { db in try TableShape.all(in: db) }
        let installation = try await self.source.installation()
        guard try self.source.sqlite?.isRetired() != true else {
            try await self.endAgain(installation)
            return Report(tables: tables.count, rows: 0)
        }
        let isResumed = try await self.begin(tables, installation)
        let rows: Int64
        do {
            rows = try await self.carry(tables)
        } catch let fault as any MoveFault where isResumed {
            // The server has run with the file again since the first try.
            self.report(.begunAnew(table: fault.table))
            try await self.empty(tables, MoveMark(source: installation, isImport: self.isImport))
            do { rows = try await self.carry(tables) } catch let fault as any MoveFault { throw fault.reason }
        } catch let fault as any MoveFault {
            throw fault.reason
        }
        try await self.finish()
        return Report(tables: tables.count, rows: rows)
    }

    private func carry(_ tables: [TableShape]) async throws -> Int64 {
        var counts: [String: Int64] = [:]
        for table in tables {
            counts[table.name] = try await self.source.read { db in
                try db.first("SELECT count(*) FROM \(table.name)") { $0.integer(0) } ?? 0
            }
        }
        let way = Way(counts: counts, report: self.report)
        way.went(0)
        try await self.copy(tables, way)
        return try await self.compare(tables, way)
    }

    /// The way of a move in rows: each is carried, and looked at on both sides.
    struct Way: Sendable {
        let counts: [String: Int64]
        let report: @Sendable (Progress) -> Void

        var all: Int64 { self.counts.values.reduce(0, +) }

        func went(_ done: Int64) { self.report(.went(done: min(done, 3 * self.all), total: 3 * self.all)) }
    }

    /// - Returns: whether an earlier move is gone on with.
    func begin(_ tables: [TableShape], _ installation: String) async throws -> Bool {
        if let mark = try await self.target.read({ db in try MoveMark.read(db) }) {
            guard mark.source == installation, !mark.isFinished else {
                throw CoreError(
                    .conflict,
                    mark.source == installation
                        ? "This installation was moved into this database before, and servers may have used it since. Start "
                            + "the server with database.url instead."
                        : "Another installation was moved into this database. Name an empty one."
                )
            }
            return true
        }
        let filled = try await self.target.read { db in
            try tables.filter { table in
                try !Self.neverEmpty.contains(table.name)
                    && db.first("SELECT 1 FROM \(table.name) LIMIT 1") { $0.integer(0) } != nil
            }
        }
        guard filled.isEmpty else {
            throw CoreError(
                .conflict,
                "The database is not empty: \(filled.prefix(5).map(\.name).joined(separator: ", ")) hold something. Name one "
                    + "that no server was ever started with."
            )
        }
        try await self.empty(tables, MoveMark(source: installation, isImport: self.isImport))
        return false
    }

    private func empty(_ tables: [TableShape], _ mark: MoveMark) async throws {
        try await self.target.write("move") { db in
            try mark.write(db)
            let names = tables.map(\.name).filter { $0 != "setting" }
            try db.run("TRUNCATE \(names.joined(separator: ", "))")
            try db.run("DELETE FROM setting WHERE key <> ?", [Self.ownSetting])
        }
    }

    func copy(_ tables: [TableShape], _ way: Way? = nil) async throws {
        guard var mark = try await self.target.read({ db in try MoveMark.read(db) }) else { return }
        // What an earlier move brought counts as gone.
        var before = tables.reduce(Int64(0)) { $0 + (mark.done.contains($1.name) ? way?.counts[$1.name] ?? 0 : 0) }
        for table in tables where !mark.done.contains(table.name) {
            var rows: Int64 = 0
            if table.name == "log_piece" { try await self.makeDays() }
            while !mark.done.contains(table.name) {
                // A version before this one may have walked by something else.
                let position = mark.position.flatMap { $0.count == table.key.count ? $0 : nil }
                let piece = try await self.source.read { db in
                    try TableWalk(table: table).piece(of: db, after: position)
                }
                mark.position = piece.next
                if piece.next == nil { mark.done.insert(table.name) }
                let reached = mark
                try await self.target.write("move") { db in
                    do { try db.runEach(table.insertion, piece.rows) } catch let error as PostgresError {
                        guard error.state?.category == Self.violation else { throw error }
                        throw Clash(table: table.name, reason: PostgresFailure.coreError(error))
                    }
                    try reached.write(db)
                }
                rows += Int64(piece.rows.count)
                way?.went(before + rows)
            }
            before += way?.counts[table.name] ?? 0
            self.report(.copied(table: table.name, rows: rows))
        }
        try await self.target.write("move") { db in
            guard case .postgres(let session) = db.connection else { return }
            try session.execute(PostgresMigrations.counters)
            try session.execute("ANALYZE")
        }
    }

    /// The most days of output that are made before it comes: what is older goes piece by piece.
    private static let mostDays: Int64 = 400

    /// Output that is moved is forgotten by the day as well.
    private func makeDays() async throws {
        let ends = try await self.source.read { db in
            try ["ASC", "DESC"].compactMap { order in
                try db.first("SELECT execution_id FROM log_piece ORDER BY execution_id \(order) LIMIT 1") { row in
                    OutputDays.day(of: try row.id(0, as: ExecutionID.self).nominal)
                }
            }
        }
        guard let first = ends.first, let last = ends.last, first <= last else { return }
        try await self.target.write("move") { db in
            try OutputDays(db).make(max(first, last - Self.mostDays)...last)
        }
    }

    /// The class of SQLSTATEs of a row that doesn't go with those that are there.
    private static let violation = "23"

    /// A row doesn't go with what is there.
    private struct Clash: MoveFault {
        let table: String
        let reason: any Error
    }

    private struct Difference: MoveFault {
        let table: String
        let counts: (Int64, Int64)

        var reason: any Error {
            CoreError(
                .conflict,
                "\(self.table) is not the same on both sides (\(self.counts.0) and \(self.counts.1) rows). The file is unchanged; "
                    + "go on with it, and repeat this with another, empty database."
            )
        }
    }

    private func compare(_ tables: [TableShape], _ way: Way) async throws -> Int64 {
        var rows: Int64 = 0
        for table in tables {
            let before = way.all + 2 * rows
            let here = try await TableDigest.of(table, in: self.source, reached: { way.went(before + $0) })
            let halfway = before + here.rows
            let there = try await TableDigest.of(
                table,
                in: self.target,
                except: { row in table.name == "setting" && row.first == Self.ownSetting },
                reached: { way.went(halfway + $0) }
            )
            guard here == there else { throw Difference(table: table.name, counts: (here.rows, there.rows)) }
            self.report(.compared(table: table.name, rows: here.rows))
            rows += here.rows
        }
        return rows
    }

    /// The file first, so that at no moment servers could start with both.
    ///
    /// Cut off in between, servers start with neither, and a repeated move ends it.
    private func finish() async throws {
        try await self.source.sqlite?.retire()
        try await self.release()
    }

    private func release() async throws {
        try await self.target.write("move") { db in
            guard var mark = try MoveMark.read(db) else { return }
            mark.isFinished = true
            mark.position = nil
            try mark.write(db)
        }
    }

    /// Everything had arrived and the file was given up, and then the move was cut off, or is asked for once more.
    private func endAgain(_ installation: String) async throws {
        let mark = try await self.target.read { db in try MoveMark.read(db) }
        guard mark?.source == installation else {
            throw CoreError(.conflict, "This installation was moved already, and not into this database.")
        }
        try await self.release()
    }
}

/// What an interrupted move brought here, or what was carried now, is not what the file holds.
private protocol MoveFault: Error {
    var table: String { get }
    /// For people, where it can't be mended by beginning anew.
    var reason: any Error { get }
}
