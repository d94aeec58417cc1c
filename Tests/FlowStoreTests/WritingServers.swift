// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowTesting

@testable import FlowStore

/// Three servers on one database, and a connection that holds locks as a fourth one would.
struct WritingServers {
    let a: DatabaseStore
    let b: DatabaseStore
    let c: DatabaseStore
    let other: PostgresPool
    let sql: @Sendable (String) throws -> String

    func hold(_ lock: Int64, shared: Bool = false) async throws {
        let statement = shared ? "SELECT pg_advisory_lock_shared($1)" : "SELECT pg_advisory_lock($1)"
        _ = try await self.other.withSession("hold") { try $0.query(statement, [.integer(lock)]) }
    }

    func release() async throws {
        _ = try await self.other.withSession("release") { try $0.query("SELECT pg_advisory_unlock_all()") }
    }

    /// Until so many wait for locks.
    func waiters(_ count: Int = 1) async throws {
        let waiting = """
            SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
            """
        while try Int(self.sql(waiting)) ?? 0 < count { await Task.yield() }
    }

    static func with(_ body: (WritingServers) async throws -> Void) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            let database = try server.makeDatabase()
            defer { try? server.dropDatabase(database) }
            let address = server.address(database)
            var configuration = try PostgresConfiguration(address)
            configuration.size = 1
            let servers = WritingServers(
                a: try await PostgresStore.open(address),
                b: try await PostgresStore.open(address),
                c: try await PostgresStore.open(address),
                other: PostgresPool(configuration),
                sql: { try server.sql($0, in: database) }
            )
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(servers)) } catch { outcome = .failure(error) }
            await servers.other.end()
            for store in [servers.a, servers.b, servers.c] { try await store.close() }
            try outcome.get()
        }
    }
}
