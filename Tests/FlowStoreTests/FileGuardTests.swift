// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import Testing

@testable import FlowStore

@Suite("A database file under a running server")
struct FileGuardTests {
    @Test("that was deleted takes no more writes, and the error says what to do")
    func deleted() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let store = try SQLiteStore.open(path: path)
            try await store.probe(at: World.start)
            try FileManager.default.removeItem(atPath: path)
            let message = await expectError(.unavailable) { try await store.setSetting("a", to: "b") }
            #expect(message.contains(path) && message.contains("restore a backup"))
            await expectError(.unavailable) { try await store.probe(at: World.start) }
            try? await store.close()
        }
    }

    @Test("that was replaced takes no more writes; moved back, it goes on")
    func replaced() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let store = try SQLiteStore.open(path: path)
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            try Data("another".utf8).write(to: URL(fileURLWithPath: path))
            let message = await expectError(.unavailable) { try await store.setSetting("a", to: "b") }
            #expect(message.contains("Another file"))
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
            try await store.setSetting("a", to: "b")
            try await store.close()
        }
    }

    @Test("of an older version is not upgraded by a command beside it, and is when nobody has it")
    func administration() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/flow.db"
            let server = try SQLiteStore.open(path: path)
            let beside = try SQLiteStore.openForAdministration(path: path)
            #expect(try await beside.userCount() == 0)
            try await beside.close()
            // As if the running server knew one step less.
            try await #require(server.sqlite).pool.write { db in
                try db.execute(sql: "DROP INDEX join_token_by_expiry")
                try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '010 growth'")
            }
            let message = await expectError(.unavailable) {
                _ = try SQLiteStore.openForAdministration(path: path)
            }
            #expect(message.contains("older version"))
            let tables = try await #require(server.sqlite).pool.read {
                try String.fetchAll($0, sql: "SELECT name FROM sqlite_master")
            }
            #expect(!tables.contains("join_token_by_expiry"))
            try await server.close()
            let alone = try SQLiteStore.openForAdministration(path: path)
            #expect(
                try await #require(alone.sqlite).pool.read {
                    try String.fetchAll($0, sql: "SELECT name FROM sqlite_master")
                }
                .contains("join_token_by_expiry")
            )
            try await alone.close()
        }
    }
}
