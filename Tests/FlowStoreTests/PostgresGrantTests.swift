// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@testable import FlowStore

@Suite("A server whose role has rows only")
struct PostgresGrantTests {
    private func withRole(_ body: (PostgresServer, String, String) async throws -> Void) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            let database = try server.makeDatabase()
            // Roles are the whole server's.
            let role = "rows of \"\(database)\""
            let quoted = "\"" + role.replacing("\"", with: "\"\"") + "\""
            _ = try server.sql("CREATE ROLE \(quoted) LOGIN")
            do { try await body(server, database, role) } catch {
                try? server.dropDatabase(database)
                throw error
            }
            try server.dropDatabase(database)
        }
    }

    @Test("It does all that a server does, and can't drop, change or make a table")
    func rowsOnly() async throws {
        try await self.withRole { server, database, role in
            let owner = try await PostgresStore.open(server.address(database))
            #expect(owner.mayChangeSchema)
            try await owner.close()
            _ = try server.sql(PostgresGrants.statements(for: role), in: database)
            let store = try await PostgresStore.open(server.address(database, as: role))
            #expect(!store.mayChangeSchema)
            let world = World(store: store)
            let agent = try await world.connectedAgent("one")
            let job = try await world.job()
            _ = try await world.fire(job, online: [agent])
            let report = World.report(1, job, on: agent, .success)
            try await world.apply([report], of: agent)
            let chunk = LogChunk(
                executionID: report.executionID,
                attempt: 1,
                offset: 0,
                stream: .standardOutput,
                bytes: Array("hello".utf8)
            )
            try await world.append([chunk])
            // Days of output belong to the owner, and so do the functions that make and drop them.
            try await store.write("days") { try OutputDays($0).make(18_262...18_263) }
            for growth in Growth.allCases {
                while try await !store.forget(growth, before: World.start + 60, limit: 100).isDone {}
            }
            #expect(try server.sql("SELECT count(*) FROM output_parts() WHERE low < 18300", in: database) == "0")
            #expect(try await store.execution(report.executionID) == nil)
            _ = try await store.cluster?.clusterVersions()
            for statement in [
                "DROP TABLE job", "ALTER TABLE run ADD COLUMN note text", "CREATE TABLE mine (id bigint)",
                "TRUNCATE audit", "UPDATE schema_step SET beside = NULL", "DROP FUNCTION output_parts",
            ] {
                // Of psql's words only that it refused is looked at: they are in the language of the machine.
                #expect(throws: PostgresServer.Failure.self, "\(statement)") {
                    try server.sql(statement, in: database, as: role)
                }
            }
            try await store.close()
        }
    }

    @Test("Tables of a later version are its rows as well; the steps are the owner's to take, also beside it")
    func upgrade() async throws {
        try await self.withRole { server, database, role in
            let present = PostgresMigrations.current
            let last = present.steps.map(\.name).last { !$0.hasPrefix("postgres") } ?? ""
            let later = PostgresMigrations(
                steps: present.steps + [
                    PostgresMigrations.Step(name: "900 more", sql: "CREATE TABLE more (id bigint)", beside: last)
                ]
            )
            try await PostgresStore.open(server.address(database)).close()
            _ = try server.sql(PostgresGrants.statements(for: role), in: database)
            let address = server.address(database, as: role)
            let running = try await PostgresStore.open(address)
            let refusal = await expectError(.unavailable) {
                _ = try await PostgresStore.open(address, as: .server, migrations: later, onCommit: nil)
            }
            #expect(refusal.contains("database upgrade"), "\(refusal)")
            let owner = server.address(database)
            try await PostgresStore.open(owner, as: .server, migrations: later, onCommit: nil).close()
            try await running.setSetting("still", to: "here")
            let new = try await PostgresStore.open(address, as: .server, migrations: later, onCommit: nil)
            try await new.write("more") { db in _ = try db.run("INSERT INTO more (id) VALUES (1)") }
            try await new.close()
            try await running.close()
        }
    }
}
