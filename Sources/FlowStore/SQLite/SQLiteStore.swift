// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A store in one file; see ``DatabaseStore/open(path:onCommit:)``.
package typealias SQLiteStore = DatabaseStore

extension DatabaseStore {
    /// Opens or creates a SQLite database and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the database file; its directory must exist.
    ///   - onCommit: for metrics.
    /// - Returns: the store, holding the file until ``close()``.
    /// - Throws: `unavailable` when another process has the file open, or when a newer version wrote it.
    package static func open(path: String, onCommit: CommitHook? = nil) throws -> DatabaseStore {
        let lock = try SQLiteFileLock(database: path)
        return DatabaseStore(engine: try SQLiteEngine(path: path, lock: lock), onCommit: onCommit)
    }

    /// Opens the database for an administrator's command, beside a server that may be running.
    ///
    /// The schema of a running server is never changed under it: a newer command is refused then.
    ///
    /// Only join tokens and users may be written this way: a server reads those anew each time, and caches the rest.
    package static func openForAdministration(path: String) throws -> DatabaseStore {
        // When nobody has the file, this is as good as a server's start.
        let lock = try? SQLiteFileLock(database: path)
        return DatabaseStore(engine: try SQLiteEngine(path: path, lock: lock), onCommit: nil)
    }

    /// For a move into another database, which may have been cut off at its end; see ``DatabaseMove``.
    ///
    /// - Throws: as ``open(path:onCommit:)``.
    package static func openForMove(path: String) throws -> DatabaseStore {
        let lock = try SQLiteFileLock(database: path)
        return DatabaseStore(engine: try SQLiteEngine(path: path, lock: lock, mayBeRetired: true), onCommit: nil)
    }

    /// Steps of the schema that a start of this version would take on the file.
    package static func missingSteps(path: String) throws -> [MissingStep] {
        try SQLiteCopy.missingSteps(of: path).map { MissingStep(name: $0, isBesideServers: false) }
    }

    /// What is SQLite's own, for its tests; nil for another database.
    var sqlite: SQLiteEngine? { self.engine as? SQLiteEngine }
}
