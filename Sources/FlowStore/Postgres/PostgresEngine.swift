// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Synchronization

/// One PostgreSQL database, which several servers may use.
///
/// Invariants:
/// - One writing transaction at a time, of all servers: each begins with ``writeLock``, so that what one of them has read
///   stays true until it commits, and numbers that count up are committed in their order. Readers see one snapshot each,
///   beside it. What only one server writes, or what decides nothing, goes without (``PostgresCluster``).
/// - Fires and reports share that lock with those of other servers, and with nothing else (``WriteTurn``). Of two fires that
///   would move one schedule on, the row lets one win; of two that report for one host, one holds the host's row; rows of a
///   log are numbered, and sums added to, under ``logLock``, which is held to the end, too.
/// - What a call wrote survives a crash of the database: `synchronous_commit` is on.
final class PostgresEngine: StoreEngine {
    /// Held to the end of a transaction, and so by no connection that was lost: a server that stands still inside of one is
    /// cut off by the database after ``PostgresOwner/idleLimit``.
    static let writeLock: Int64 = 0x51_46_57_52
    /// For those who share the other one.
    static let logLock: Int64 = 0x51_46_4C_47

    private let writer: PostgresPool
    private let readers: PostgresPool
    /// What servers agree on; nil for a command.
    let cluster: PostgresCluster?
    /// Answers people's questions of history; nil = the primary does.
    let replica: PostgresReplica?
    /// Whether the role could change or drop tables: it owns them.
    let mayChangeSchema = Atomic<Bool>(false)

    /// Connects and brings the schema up to date; a visitor's connection changes no schema.
    init(
        _ configuration: PostgresConfiguration,
        as use: PostgresOwner.Use,
        migrations: PostgresMigrations = .current,
        replica: PostgresReplica? = nil
    ) async throws {
        self.replica = replica
        var configuration = configuration
        // A large batch on a busy machine takes its time, and whoever waits has nothing better to do.
        configuration.transactionTimeout = .seconds(60)
        var writing = configuration
        writing.size = 1
        writing.maximumWaiting = 4096
        let owner = PostgresOwner(use, migrations: migrations)
        self.writer = PostgresPool(writing) { try owner.take($0) }
        self.readers = PostgresPool(configuration) { try Self.prepareReading($0) }
        self.cluster = use == .server ? PostgresCluster(configuration) : nil
        do {
            try await PostgresFailure.mappingErrors {
                try await self.writer.withSession("migrate", timeout: .seconds(600)) { session in
                    try owner.bringUpToDate(session)
                    try session.query(
                        "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'job'::regclass"
                    ) { row in
                        self.mayChangeSchema.store(row.integer(0) != 0, ordering: .relaxed)
                        return true
                    }
                }
            }
        } catch {
            try? await self.close()
            throw error
        }
    }

    var isShared: Bool { self.cluster != nil }

    func write<Value: Sendable>(
        _ operation: String,
        _ turn: WriteTurn,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await PostgresFailure.mappingErrors {
            do { return try await self.transaction(operation, turn, body) } catch is NeedsTurnAlone {
                return try await self.transaction(operation, .alone, body)
            }
        }
    }

    private func transaction<Value: Sendable>(
        _ operation: String,
        _ turn: WriteTurn,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await self.writer.transaction(operation) { session in
            // A statement of its own: what follows sees what was committed before the lock was had.
            let lock = turn == .alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared"
            try session.query("SELECT \(lock)($1)", [.integer(Self.writeLock)])
            return try body(Database(connection: .postgres(session), turn: turn))
        }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await PostgresFailure.mappingErrors {
            try await self.readers.transaction("read", .snapshot) { session in
                try body(Database(connection: .postgres(session)))
            }
        }
    }

    /// A connection has a thread of its own, and answers come over a socket: few rows are read as many are.
    func readFew<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await self.read(body)
    }

    /// The database is another process.
    func giveBackMemory() async throws {}

    /// For connections that answer questions.
    static func prepareReading(_ session: PostgresSession) throws {
        // Planned for the values at hand: a plan for any values takes LIMIT for a tenth of all rows, and may read a whole table for
        // it. That costs a tenth of a millisecond; what the writer runs goes by keys. And compiled for nothing: each question ends
        // after some rows, which the planner's costs do not know, and compiling one of many parts takes seconds.
        try session.execute("SET plan_cache_mode = force_custom_plan; SET jit = off")
    }

    func readAside<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        guard let replica else { return try await self.read(body) }
        let found = try await replica.read(
            mark: {
                try await self.readers.withSession("mark", timeout: .seconds(2)) { try PostgresReplica.Mark.read($0) }
            },
            body
        )
        if let found { return found }
        return try await self.read(body)
    }

    func size() async throws -> StoreSize {
        try await self.read { db in
            let bytes = try db.first("SELECT pg_database_size(current_database())") { $0.integer(0) } ?? 0
            // What deleted rows left is known to vacuum only.
            return StoreSize(bytes: bytes, freeBytes: 0)
        }
    }

    /// Its disk is another host's.
    func requireRoom() throws {}

    func close() async throws {
        // Given back by word, because the database hears of a closed connection a moment later.
        _ = try? await self.writer.withSession("close", timeout: .seconds(5)) { session in
            try session.query("SELECT pg_advisory_unlock_all()")
        }
        await self.cluster?.end()
        await self.replica?.end()
        await self.writer.end()
        await self.readers.end()
    }
}
