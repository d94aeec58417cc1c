// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// Stores in PostgreSQL.
package enum PostgresStore {
    /// Connects to a database, takes it for this server and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - address: `postgres://…` or what else libpq reads.
    ///   - onCommit: for metrics.
    /// - Throws: `invalid` for an address that can't be read; `unavailable` when the database can't be reached, when another
    ///   server uses it, or when a newer version wrote it.
    package static func open(
        _ address: String,
        onCommit: DatabaseStore.CommitHook? = nil
    ) async throws -> DatabaseStore {
        try await self.open(address, isServer: true, onCommit: onCommit)
    }

    /// For an administrator's command, beside a server that may be running; only join tokens and users may be written
    /// this way.
    package static func openForAdministration(_ address: String) async throws -> DatabaseStore {
        try await self.open(address, isServer: false, onCommit: nil)
    }

    private static func open(
        _ address: String,
        isServer: Bool,
        onCommit: DatabaseStore.CommitHook?
    ) async throws -> DatabaseStore {
        let configuration: PostgresConfiguration
        do { configuration = try PostgresConfiguration(address) } catch { throw PostgresFailure.coreError(error) }
        let engine = try await PostgresEngine(configuration, isServer: isServer)
        return DatabaseStore(engine: engine, onCommit: onCommit)
    }
}
