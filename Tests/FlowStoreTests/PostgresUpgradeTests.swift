// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowTesting
import Testing

@testable import FlowStore

@Suite("Upgrade of servers on one PostgreSQL")
struct PostgresUpgradeTests {
    private typealias Step = PostgresMigrations.Step

    private static let present = PostgresMigrations.current
    private static let last = PostgresMigrations.current.steps.map(\.name).last { !$0.hasPrefix("postgres") } ?? ""
    /// A version that adds something, and the one after it, which takes that away again.
    private static let adding = PostgresMigrations(
        steps: Self.present.steps + [
            Step(name: "900 more", sql: "ALTER TABLE setting ADD COLUMN note text", beside: Self.last)
        ]
    )
    private static let removing = PostgresMigrations(
        steps: Self.adding.steps + [
            Step(name: "901 less", sql: "ALTER TABLE setting DROP COLUMN note", beside: "900 more")
        ]
    )
    /// A version that no other can run beside.
    private static let breaking = PostgresMigrations(
        steps: Self.present.steps + [Step(name: "900 other", sql: "ALTER TABLE setting ADD COLUMN note text")]
    )

    private func withDatabase(_ body: (PostgresServer, String) async throws -> Void) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with { try await body(server, try server.makeDatabase()) }
    }

    private func open(
        _ server: PostgresServer,
        _ database: String,
        _ version: PostgresMigrations
    ) async throws -> DatabaseStore {
        try await PostgresStore.open(server.address(database), as: .server, migrations: version, onCommit: nil)
    }

    private func hasColumn(_ server: PostgresServer, _ database: String) throws -> Bool {
        try server.sql(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'setting' AND column_name = 'note'",
            in: database
        ) == "1"
    }

    @Test("Servers of three versions follow each other one by one; each writes until it goes, and none skips one")
    func oneByOne() async throws {
        try await self.withDatabase { server, database in
            let old = try await self.open(server, database, Self.present)
            try await old.setSetting("old", to: "1")
            let middle = try await self.open(server, database, Self.adding)
            #expect(try self.hasColumn(server, database))
            try await middle.setSetting("middle", to: "1")
            try await old.setSetting("old", to: "2")
            // Also over a new connection, and after a restart.
            try server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'")
            try await old.setSetting("old", to: "3")
            let again = try await self.open(server, database, Self.present)
            try await again.close()

            let refusal = await expectError(.unavailable) {
                _ = try await self.open(server, database, Self.removing)
            }
            #expect(refusal.contains("servers of an older one use it"))
            #expect(try self.hasColumn(server, database), "the oldest may still need it")
            try await old.close()
            let new = try await self.open(server, database, Self.removing)
            #expect(try !self.hasColumn(server, database))
            try await new.setSetting("new", to: "1")
            try await middle.setSetting("middle", to: "2")
            let late = await expectError(.unavailable) { _ = try await self.open(server, database, Self.present) }
            #expect(late.contains("newer version"))
            try await middle.close()
            #expect(try await new.setting("old") == "3")
            #expect(try await new.setting("middle") == "2")
            try await new.close()
        }
    }

    @Test("Nothing that is written while a step is taken is lost, and a transaction that is in its way is waited for")
    func underLoad() async throws {
        try await self.withDatabase { server, database in
            let old = try await self.open(server, database, Self.present)
            // A transaction that reads the table, for longer than a step waits at a time.
            let reader = PostgresPool(try PostgresConfiguration(server.address(database)))
            let (locked, signal) = AsyncStream<Void>.makeStream()
            async let reading: Void = reader.withSession("reads", timeout: .seconds(60)) { session in
                try session.execute("BEGIN; LOCK TABLE setting IN ACCESS SHARE MODE")
                signal.finish()
                try session.execute("SELECT pg_sleep(1.5); COMMIT")
            }
            for await _ in locked {}
            async let writing = self.write(old)
            let new = try await self.open(server, database, Self.adding)
            #expect(try self.hasColumn(server, database))
            try await new.setSetting("end", to: "1")
            let written = try await writing
            #expect(try await new.setting("count") == "\(written)")
            try await reading
            await reader.end()
            try await new.close()
            try await old.close()
        }
    }

    /// Counts up until another server says that it is there.
    private func write(_ store: DatabaseStore) async throws -> Int {
        var count = 0
        repeat {
            count += 1
            try await store.setSetting("count", to: "\(count)")
        } while try await store.setting("end") == nil
        return count
    }

    @Test("A server that was cut off while a newer one changed the schema stores nothing more")
    func cutOff() async throws {
        try await self.withDatabase { server, database in
            let old = try await self.open(server, database, Self.present)
            try server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'")
            let new = try await self.open(server, database, Self.breaking)
            let message = await expectError(.unavailable) { try await old.setSetting("a", to: "b") }
            #expect(message.contains("newer version"))
            try await new.close()
            try await old.close()
        }
    }

    @Test("A connection says by its name how far its server's steps go")
    func levels() throws {
        let level = SchemaLevel(steps: ["001 first", "180 approvals", "151 archive", "postgres 003 resting servers"])
        #expect(level.named("quartzflow") == "quartzflow schema 180.3")
        #expect(level.named(String(repeating: "a长", count: 63)) == String(repeating: "a", count: 32) + " schema 180.3")
        #expect(SchemaLevel(applicationName: level.named("my schema 1.2")) == level)
        #expect(SchemaLevel.bare(level.named("my schema")) == "my schema")
        for (step, isKnown) in [
            ("180 approvals", true), ("151 archive", true), ("181 later", false),
            ("postgres 003 resting servers", true),
            ("postgres 004 later", false), ("moved to PostgreSQL", false), ("", false),
        ] { #expect(level.knows(step) == isKnown, "\(step)") }
        for name in [
            "quartzflow", "", "psql schema", "x schema 1", "x schema 1.2.3", "x schema a.b",
            "x schema 99999999999999999999.1",
        ] {
            #expect(SchemaLevel(applicationName: name) == nil, "\(name)")
        }
    }

    @Test("What may be taken beside servers names an earlier step")
    func marks() throws {
        let names = PostgresMigrations.current.steps.map(\.name)
        for (step, beside) in PostgresSchema.beside {
            let (one, other) = (try #require(names.firstIndex(of: step)), try #require(names.firstIndex(of: beside)))
            #expect(other < one, "\(step)")
        }
        #expect(Set(names).count == names.count)
    }
}
