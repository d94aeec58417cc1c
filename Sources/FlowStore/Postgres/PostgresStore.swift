// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// Stores in PostgreSQL.
package enum PostgresStore {
    /// Connects to a database, as one of the servers that use it, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - address: `postgres://…` or what else libpq reads.
    ///   - replica: a standby of it that answers people's questions of history.
    ///   - onReplica: told why the primary answers those instead, and with nil when the replica does again.
    ///   - onCommit: for metrics.
    /// - Throws: `invalid` for an address that can't be read; `unavailable` when the database can't be reached, when a newer
    ///   version wrote it, or when servers of an older one run on it.
    package static func open(
        _ address: String,
        replica: String? = nil,
        onReplica: @escaping @Sendable (_ trouble: String?) -> Void = { _ in },
        onCommit: DatabaseStore.CommitHook? = nil
    ) async throws -> DatabaseStore {
        let copy = try replica.map {
            PostgresReplica(try self.configuration($0, key: "database.replica-url"), onNews: onReplica)
        }
        let engine = try await PostgresEngine(try self.configuration(address), as: .server, replica: copy)
        return DatabaseStore(engine: engine, onCommit: onCommit)
    }

    /// For a command that must not run beside servers.
    ///
    /// - Throws: as ``open(_:onCommit:)``, and `unavailable` while a server runs.
    package static func openAlone(_ address: String) async throws -> DatabaseStore {
        try await self.open(address, as: .alone, onCommit: nil)
    }

    /// For an administrator's command, beside servers that may be running; only join tokens and users may be written
    /// this way.
    package static func openForAdministration(_ address: String) async throws -> DatabaseStore {
        try await self.open(address, as: .visitor, onCommit: nil)
    }

    /// Steps of the schema that a start of this version would take, beside servers that may be running.
    ///
    /// - Throws: as ``open(_:onCommit:)``.
    package static func missingSteps(_ address: String) async throws -> [MissingStep] {
        let pool = PostgresPool(try self.configuration(address))
        let steps: [PostgresMigrations.Step]
        do {
            steps = try await PostgresFailure.mappingErrors {
                try await pool.withSession("check", timeout: .seconds(60)) {
                    try PostgresMigrations.current.missing($0)
                }
            }
        } catch {
            await pool.end()
            throw error
        }
        await pool.end()
        return steps.map { MissingStep(name: $0.name, isBesideServers: $0.beside != nil) }
    }

    static func open(
        _ address: String,
        as use: PostgresOwner.Use,
        migrations: PostgresMigrations = .current,
        onCommit: DatabaseStore.CommitHook?
    ) async throws -> DatabaseStore {
        let engine = try await PostgresEngine(try self.configuration(address), as: use, migrations: migrations)
        return DatabaseStore(engine: engine, onCommit: onCommit)
    }

    private static func configuration(
        _ address: String,
        key: String = "database.url"
    ) throws -> PostgresConfiguration {
        do { return try PostgresConfiguration(address) } catch let error as PostgresError {
            throw CoreError(.invalid, "\(key): \(error.message).")
        }
    }
}
