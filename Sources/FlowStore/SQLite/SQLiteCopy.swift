// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Copies of a database file that a server may be writing to, and what such a copy is worth.
package enum SQLiteCopy {
    /// What is found in a copy.
    package struct Facts: Hashable, Sendable {
        /// Names of the schema's steps that it has, in their order.
        package let migrations: [String]
        /// Nil before a server has made it.
        package let installation: String?
    }

    /// Copies the committed state of one moment, page by page, while others write.
    ///
    /// SQLite's online back-up in a single read transaction, so that nothing that was acknowledged before the call is missing,
    /// writers don't wait, and their writes don't make it begin anew. A plain copy of the file would miss what is in the log
    /// beside it.
    ///
    /// - Parameters:
    ///   - target: must not exist.
    ///   - report: told how many bytes of how many were copied, first with none.
    package static func make(
        of database: String,
        to target: String,
        report: @escaping (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) throws {
        try SQLiteFailure.mapped {
            let source = try DatabaseQueue(path: database, configuration: Self.reading)
            let copy = try DatabaseQueue(path: target)
            try source.read { db in
                // What is read first is the moment that is copied.
                let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
                let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                _ = try Row.fetchOne(db, sql: "SELECT 1 FROM sqlite_master LIMIT 1")
                report(0, pages * pageSize)
                try copy.writeWithoutTransaction { target in
                    try db.backup(to: target, pagesPerStep: Self.pagesAtATime) { progress in
                        report(Int64(progress.completedPageCount) * pageSize, Int64(progress.totalPageCount) * pageSize)
                    }
                }
            }
            // The log mode is the server's; a copy is one file that needs no other.
            try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
            try source.close()
        }
    }

    /// Steps of the schema that this version has and the file has not, beside a server that may be running.
    ///
    /// - Throws: ``CoreError`` `unavailable` when a newer version wrote it.
    static func missingSteps(of path: String) throws -> [String] {
        try SQLiteFailure.mapped {
            let queue = try DatabaseQueue(path: path, configuration: Self.reading)
            let steps = try Migrations.missing(queue)
            try queue.close()
            return steps
        }
    }

    /// Looks at every page and every reference.
    ///
    /// - Throws: ``CoreError`` `invalid` saying what is broken, `unavailable` when a newer version wrote it.
    package static func inspect(_ path: String) throws -> Facts {
        do { return try self.look(at: path) } catch let error as DatabaseError {
            guard [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) else {
                throw SQLiteFailure.coreError(error)
            }
            throw CoreError(.invalid, "The database is damaged, or is none.")
        }
    }

    private static func look(at path: String) throws -> Facts {
        let queue = try DatabaseQueue(path: path, configuration: Self.reading)
        let facts = try queue.read { db in
            let faults = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)")
            guard faults == ["ok"] else {
                throw CoreError(.invalid, "The database is damaged: \(faults.joined(separator: "; ")).")
            }
            if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
                throw CoreError(.invalid, "The database has a row without the one it refers to: \(row).")
            }
            guard try db.tableExists("grdb_migrations"), try db.tableExists("setting") else {
                throw CoreError(.invalid, "The file is no database of a QuartzFlow server.")
            }
            return Facts(
                migrations: try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid"),
                installation: try ConfigTable(Database(connection: .sqlite(db))).setting("installation")
            )
        }
        try Migrations.refuseNewer(queue)
        try queue.close()
        return facts
    }

    /// Pages that are copied between two reports: 4 MiB of the usual size.
    private static let pagesAtATime: CInt = 1024

    private static var reading: Configuration {
        var configuration = Configuration()
        configuration.label = "flow-copy"
        configuration.readonly = true
        configuration.busyMode = .timeout(30)
        return configuration
    }
}
