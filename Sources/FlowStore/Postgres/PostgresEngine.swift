// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// One PostgreSQL database, used by one server.
///
/// Invariants:
/// - One server: the connection that writes holds ``PostgresOwner``'s lock.
/// - One writer: all write transactions go through that one connection, one after the other, so that what one of them has
///   read stays true until it commits. Readers see one snapshot each, beside it.
/// - What a call wrote survives a crash of the database: `synchronous_commit` is on.
final class PostgresEngine: StoreEngine {
    private let writer: PostgresPool
    private let readers: PostgresPool

    /// Connects and brings the schema up to date.
    ///
    /// - Parameter isServer: false beside a server that may be running: the schema is not changed, and no lock is taken.
    init(_ configuration: PostgresConfiguration, isServer: Bool) async throws {
        var configuration = configuration
        // A large batch on a busy machine takes its time, and whoever waits has nothing better to do.
        configuration.transactionTimeout = .seconds(60)
        var writing = configuration
        writing.size = 1
        writing.maximumWaiting = 4096
        let owner = PostgresOwner()
        self.writer = PostgresPool(writing) { session in if isServer { try owner.take(session) } }
        self.readers = PostgresPool(configuration) { session in
            // Planned for the values at hand: a plan for any values takes LIMIT for a tenth of all rows, and may read a whole
            // table for it. That costs a tenth of a millisecond; what the writer runs goes by keys.
            try session.execute("SET plan_cache_mode = force_custom_plan")
        }
        do {
            try await PostgresFailure.mappingErrors {
                try await self.writer.withSession("migrate", timeout: .seconds(600)) { session in
                    guard isServer else { return try PostgresMigrations.requireCurrent(session) }
                    try PostgresMigrations.migrate(session)
                    try owner.record(session)
                }
            }
        } catch {
            try? await self.close()
            throw error
        }
    }

    func write<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await PostgresFailure.mappingErrors {
            try await self.writer.transaction(operation) { session in
                try body(Database(connection: .postgres(session)))
            }
        }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await PostgresFailure.mappingErrors {
            try await self.readers.transaction("read", .snapshot) { session in
                try body(Database(connection: .postgres(session)))
            }
        }
    }

    func size() async throws -> StoreSize {
        try await self.read { db in
            let bytes = try db.first("SELECT pg_database_size(current_database())") { $0.integer(0) } ?? 0
            // What deleted rows left is known to vacuum only.
            return StoreSize(bytes: bytes, freeBytes: 0)
        }
    }

    func close() async throws {
        // Given back by word, because the database hears of a closed connection a moment later.
        _ = try? await self.writer.withSession("close", timeout: .seconds(5)) { session in
            try session.query("SELECT pg_advisory_unlock_all()")
        }
        await self.writer.end()
        await self.readers.end()
    }
}
