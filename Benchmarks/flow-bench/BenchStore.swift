// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowStore
import Foundation

/// The store that is measured: a SQLite file of its own, or an empty PostgreSQL database.
struct BenchStore: ParsableArguments {
    @Option(help: "An empty PostgreSQL database instead of SQLite, postgres://…; what is measured stays in it.")
    var database: String?

    /// Runs `body` with an empty store; a SQLite file is removed afterwards.
    func with(directory: String, _ body: (DatabaseStore) async throws -> Void) async throws {
        let store: DatabaseStore
        if let database {
            store = try await PostgresStore.open(database)
            guard try await store.allJobs().isEmpty else { throw ValidationError("--database is not empty.") }
        } else {
            try? FileManager.default.removeItem(atPath: directory)
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            store = try DatabaseStore.open(path: directory + "/flow.db")
        }
        defer { if self.database == nil { try? FileManager.default.removeItem(atPath: directory) } }
        try await body(store)
        try await store.close()
    }

    /// Further servers on the same database.
    func others(_ count: Int) async throws -> [DatabaseStore] {
        guard count > 0 else { return [] }
        guard let database else { throw ValidationError("--servers needs --database.") }
        var stores: [DatabaseStore] = []
        for _ in 0..<count { stores.append(try await PostgresStore.open(database)) }
        return stores
    }
}
