// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowCrash
import GRDB
import Glibc

/// One SQLite file: the database of a single server.
///
/// Invariants:
/// - One process: ``SQLiteFileLock`` is held for the engine's life. Caches of what the file holds rely on it.
/// - One writer: GRDB serialises writes on one connection; readers see committed snapshots beside it (WAL).
/// - What a call wrote survives a power cut: the writer runs with `synchronous=FULL`, which is set after GRDB opened the
///   connection (GRDB sets NORMAL for WAL) and read back, because a durable scheduler on NORMAL would lose its last commits.
final class SQLiteEngine: StoreEngine {
    let pool: DatabasePool
    /// One more reader, for a few rows at a time.
    private let lookups: DatabaseQueue
    /// Nil for one that was opened beside a server.
    let checkpoints: SQLiteCheckpoints?
    /// Nil only for one that was opened beside a server.
    private let lock: SQLiteFileLock?
    private let file: FileIdentity?

    /// Opens or creates the database and brings its schema up to date.
    ///
    /// - Parameter mayBeRetired: see ``Migrations/migrate(_:mayBeRetired:)``.
    init(path: String, lock: SQLiteFileLock?, mayBeRetired: Bool = false) throws {
        self.lock = lock
        self.pool = try SQLiteFailure.mapped {
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // Until ``SQLiteCheckpoints`` take their place, commits pay for checkpoints.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(CheckpointPace.step)")
                // What a burst made of the log is cut off when the log begins anew: 64 MiB.
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
                // 64 MiB: the right edges of all indexes and the jobs stay in memory.
                try db.execute(sql: "PRAGMA cache_size = -65536")
                // What a savepoint keeps of changed pages would be a file each time, of which nothing has to survive.
                try db.execute(sql: "PRAGMA temp_store = MEMORY")
            }
            return pool
        }
        self.file = FileIdentity(of: path)
        self.lookups = try SQLiteFailure.mapped {
            var configuration = Self.configuration
            configuration.label = "flow-lookups"
            configuration.readonly = true
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        self.checkpoints = try SQLiteFailure.mapped {
            lock == nil ? nil : try SQLiteCheckpoints(path: path, configuration: Self.configuration)
        }
        try SQLiteFailure.mapped {
            guard try self.synchronousMode() == 2 else {
                throw CoreError(
                    .internal,
                    "SQLite did not accept synchronous=FULL for '\(path)': commits would not survive a power cut."
                )
            }
            if lock == nil {
                try Migrations.requireCurrent(self.pool)
            } else {
                try Migrations.migrate(self.pool, mayBeRetired: mayBeRetired)
            }
            if let checkpoints { self.pool.writeWithoutTransaction { checkpoints.follow($0) } }
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

    /// Ends the file's use: its rows are somewhere else from now on.
    func retire() async throws {
        try await SQLiteFailure.mappingErrors { try await self.pool.write { db in try Migrations.retire(db) } }
    }

    func isRetired() throws -> Bool { try SQLiteFailure.mapped { try Migrations.isRetired(self.pool) } }

    func close() async throws {
        if let checkpoints {
            try? await self.pool.writeWithoutTransaction { checkpoints.leave($0) }
            try? checkpoints.close()
        }
        // Leave nothing for the next start to recover.
        if self.lock != nil { try? await self.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) } }
        try SQLiteFailure.mapped {
            try self.lookups.close()
            try self.pool.close()
        }
        self.lock?.release()
    }

    func write<Value: Sendable>(
        _ operation: String,
        _ turn: WriteTurn,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try self.file?.require()
        return try await SQLiteFailure.mappingErrors {
            let value = try await self.pool.write { db in
                let value = try body(Database(connection: .sqlite(db)))
                CrashPoint.reach("store.\(operation).written")
                return value
            }
            CrashPoint.reach("store.\(operation).committed")
            return value
        }
    }

    /// Calls `turn` where writes run until it returns false; whoever else writes has a turn in between.
    ///
    /// No task waits for it: going to that thread and back costs as much as a small transaction.
    func takeTurns(_ turn: @escaping @Sendable (SQLiteTurn) -> Bool) {
        self.pool.asyncWriteWithoutTransaction { connection in
            if turn(SQLiteTurn(connection: connection, file: self.file)) { self.takeTurns(turn) }
        }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await SQLiteFailure.mappingErrors {
            try await self.pool.read { db in try body(Database(connection: .sqlite(db))) }
        }
    }

    /// On the thread that asks: going to another one and back takes three times as long as the rows do.
    ///
    /// Nobody waits here for more than a few rows of somebody else, because this connection is used for nothing else.
    func readFew<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try SQLiteFailure.mapped { try self.look(body) }
    }

    private func look<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try self.lookups.unsafeRead { connection in
            let db = Database(connection: .sqlite(connection))
            try db.run("BEGIN")
            do {
                let value = try body(db)
                try db.run("COMMIT")
                return value
            } catch {
                _ = try? db.run("ROLLBACK")
                throw error
            }
        }
    }

    func giveBackMemory() async throws {
        try await SQLiteFailure.mappingErrors {
            try await self.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA shrink_memory") }
        }
    }

    var isShared: Bool { false }

    func requireRoom() throws {
        var facts = statvfs()
        // A file system that tells no size is asked nothing.
        guard statvfs(self.pool.path, &facts) == 0, facts.f_blocks > 0 else { return }
        // Some blocks are kept for root.
        let blocks = geteuid() == 0 ? facts.f_bfree : facts.f_bavail
        let free = Int64(clamping: blocks) * Int64(clamping: facts.f_frsize)
        guard free < Self.leastRoom else { return }
        throw SQLiteFailure.fullDisk
    }

    /// Bytes: a few transactions, and the log's next piece.
    private static let leastRoom: Int64 = 128 << 10

    func size() async throws -> StoreSize {
        try await SQLiteFailure.mappingErrors {
            try await self.pool.read { db in
                let page = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
                let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                return StoreSize(bytes: pages * page, freeBytes: free * page)
            }
        }
    }
}
