// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The database of tests that work over either kind: SQLite, or with `QF_TEST_DATABASE=postgres` a PostgreSQL.
///
/// The conformance suite runs over both in any case. With this the tests of the API and of the whole product do so too.
package enum TestDatabase {
    private static let isPostgres = ProcessInfo.processInfo.environment["QF_TEST_DATABASE"] == "postgres"
    /// A database server has so many connections.
    private static let turns = Turns(isPostgres ? 30 : 1000)

    /// Runs a test with the address of an empty PostgreSQL database, or with nil: SQLite.
    package static func with<Value>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (_ address: String?) async throws -> Value
    ) async throws -> Value {
        try await self.turns.with {
            try await body(self.isPostgres ? try self.make() : nil)
        }
    }

    private static func make() throws -> String {
        let server = try PostgresServer.shared.get()
        return server.address(try server.makeDatabase())
    }
}
