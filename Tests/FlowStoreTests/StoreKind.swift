// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowTesting
import Foundation
import Testing

/// The adapters that the conformance suite runs over; a new one is a case here.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgres

    var testDescription: String { self.rawValue }

    /// A store holds files or connections, of which a process and a database server have so many.
    static let turns = Turns(8)

    /// Runs a test against an empty store that is gone afterwards.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        try await Self.turns.with { try await self.withOwnStore(body) }
    }

    private func withOwnStore(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await TemporaryDirectory.with { directory in
                let store = try SQLiteStore.open(path: directory + "/flow.db")
                do { try await body(store) } catch {
                    try? await store.close()
                    throw error
                }
                try await store.close()
            }
        case .postgres:
            let server = try PostgresServer.shared.get()
            let database = try server.makeDatabase(from: try await Self.template.value)
            defer { try? server.dropDatabase(database) }
            let store = try await PostgresStore.open(server.address(database))
            do { try await body(store) } catch {
                try? await store.close()
                throw error
            }
            try await store.close()
        }
    }

    /// A database with the schema and nothing else, which each test copies.
    ///
    /// A task, because whoever comes first makes it and all others wait.
    private static let template = Task {
        let server = try PostgresServer.shared.get()
        let name = try server.makeDatabase()
        try await PostgresStore.open(server.address(name)).close()
        return name
    }

    /// Runs a test in a small world: a store with jobs and agents at hand.
    func withWorld(_ body: (World) async throws -> Void) async throws {
        try await self.withStore { store in try await body(World(store: store)) }
    }
}

/// A directory for one test.
enum TemporaryDirectory {
    static func with(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "flow-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }
}
