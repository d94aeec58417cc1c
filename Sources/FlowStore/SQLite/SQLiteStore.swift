// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import Synchronization

/// The server's durable state in one SQLite file: the store of a single server.
///
/// Invariants:
/// - One process: ``SQLiteFileLock`` is held for the store's life. Caches of what the file holds rely on it.
/// - One writer: GRDB serialises writes on one connection; readers see committed snapshots beside it (WAL).
/// - What a call wrote survives a power cut: the writer runs with `synchronous=FULL`, which is set after GRDB opened the
///   connection (GRDB sets NORMAL for WAL) and read back, because a durable scheduler on NORMAL would lose its last commits.
package final class SQLiteStore: Store {
    /// Told after each commit: the operation's name, from a bounded set, and how long its transaction took.
    package typealias CommitHook = @Sendable (_ operation: String, _ duration: Duration) -> Void

    let pool: DatabasePool
    /// Only touched inside write transactions, so never contended.
    let targets = Mutex(TargetCache())
    let snapshots = SnapshotCache()
    /// Where forgetting goes on; not durable, because a walk may as well begin anew.
    let walks = Mutex<[Growth: Forgetting.Position]>([:])
    /// Nil only for a store that was opened beside a server.
    private let lock: SQLiteFileLock?
    private let file: FileIdentity?
    private let onCommit: CommitHook?
    private let isClosed = Mutex(false)
    private let closing = Mutex<Task<Void, any Error>?>(nil)

    private init(pool: DatabasePool, path: String, lock: SQLiteFileLock?, onCommit: CommitHook?) {
        self.pool = pool
        self.lock = lock
        self.file = FileIdentity(of: path)
        self.onCommit = onCommit
    }

    /// Opens or creates the database and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: the database file; its directory must exist.
    ///   - onCommit: for metrics.
    /// - Returns: the store, holding the file until ``close()``.
    /// - Throws: `unavailable` when another process has the file open, or when a newer version wrote it.
    package static func open(path: String, onCommit: CommitHook? = nil) throws -> SQLiteStore {
        try Self.open(path: path, lock: try SQLiteFileLock(database: path), onCommit: onCommit)
    }

    /// Opens the database for an administrator's command, beside a server that may be running.
    ///
    /// The schema of a running server is never changed under it: a newer command is refused then.
    ///
    /// Only join tokens and users may be written this way: a server reads those anew each time, and caches the rest.
    package static func openForAdministration(path: String) throws -> SQLiteStore {
        // When nobody has the file, this is as good as a server's start.
        try Self.open(path: path, lock: try? SQLiteFileLock(database: path), onCommit: nil)
    }

    private static func open(path: String, lock: SQLiteFileLock?, onCommit: CommitHook?) throws -> SQLiteStore {
        try SQLiteFailure.mapped {
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // Commits on the writer pay for checkpoints; fewer, larger ones keep the median commit cheap.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
                // 64 MiB: the right edges of all indexes and the jobs stay in memory.
                try db.execute(sql: "PRAGMA cache_size = -65536")
            }
            let store = SQLiteStore(pool: pool, path: path, lock: lock, onCommit: onCommit)
            guard try store.synchronousMode() == 2 else {
                throw CoreError(
                    .internal,
                    "SQLite did not accept synchronous=FULL for '\(path)': commits would not survive a power cut."
                )
            }
            if lock == nil { try Migrations.requireCurrent(pool) } else { try Migrations.migrate(pool) }
            return store
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "flow-store"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        return configuration
    }

    /// `PRAGMA synchronous` of the writer: 2 is FULL.
    func synchronousMode() throws -> Int {
        try self.pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1 }
    }

    /// Closes the database; whoever asks again waits for the one end there is.
    package func close() async throws {
        // A second end at the same time would ask SQLite through a handle that is gone. A task of its own, because all who wait share it.
        let end = self.closing.withLock { closing in
            let end = closing ?? Task { try await self.finish() }
            closing = end
            return end
        }
        try await end.value
    }

    private func finish() async throws {
        self.isClosed.withLock { $0 = true }
        // Leave nothing for the next start to recover.
        if self.lock != nil { try? await self.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) } }
        try SQLiteFailure.mapped { try self.pool.close() }
        self.lock?.release()
    }

    /// Runs one write transaction; `operation` is what the hook is told.
    func write<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try self.requireOpen()
        try self.file?.require()
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await SQLiteFailure.mappingErrors { try await self.pool.write(body) }
        self.onCommit?(operation, clock.now - start)
        return value
    }

    /// Reads from one committed snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try self.requireOpen()
        return try await SQLiteFailure.mappingErrors { try await self.pool.read(body) }
    }

    private func requireOpen() throws {
        guard !self.isClosed.withLock({ $0 }) else {
            throw CoreError(.unavailable, "The database is closed: the server is stopping.")
        }
    }
}
