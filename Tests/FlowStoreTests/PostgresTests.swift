// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowTesting
import GRDB
import Testing

@testable import FlowStore

@Suite("PostgreSQL store")
struct PostgresTests {
    private func withDatabase(_ body: (PostgresServer, String) async throws -> Void) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with { try await body(server, try server.makeDatabase()) }
    }

    @Test("A command that needs the database alone is refused beside a server, and keeps servers out while it works")
    func alone() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            let first = try await PostgresStore.open(address)
            let message = await expectError(.unavailable) { _ = try await PostgresStore.openAlone(address) }
            #expect(message.contains("Another server uses this database") && message.contains("quartzflow"))
            let beside = try await PostgresStore.openForAdministration(address)
            #expect(try await beside.userCount() == 0)
            try await beside.close()
            try await first.close()
            let command = try await PostgresStore.openAlone(address)
            let refusal = await expectError(.unavailable) { _ = try await PostgresStore.open(address) }
            #expect(refusal.contains("needs it alone"))
            try await command.close()
            try await PostgresStore.open(address).close()
        }
    }

    @Test("A server that starts while another one makes the schema waits for it, however long that takes")
    func startsTogether() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            let other = PostgresPool(try PostgresConfiguration(address))
            let (owner, schema): (Int64, Int64) = (0x51_46_4F_4E, 0x51_46_4D_49)
            // As the other server does it, and slower than a server waits for anything else.
            async let first: Void = other.withSession("slow", timeout: .seconds(60)) { session in
                for lock in [owner, schema] { try session.query("SELECT pg_advisory_lock($1)", [.integer(lock)]) }
                try session.query("SELECT pg_sleep(4)")
                for lock in [schema, owner] { try session.query("SELECT pg_advisory_unlock($1)", [.integer(lock)]) }
            }
            // Other tests have locks in databases of their own.
            let held = """
                SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
                WHERE locktype = 'advisory' AND datname = current_database()
                """
            let end = ContinuousClock.now + .seconds(30)
            while try server.sql(held, in: database) != "2" {
                try #require(ContinuousClock.now < end, "the other server never held both locks")
                try await Task.sleep(for: .milliseconds(5))
            }
            let second = try await PostgresStore.open(address)
            try await first
            try await second.close()
            await other.end()
        }
    }

    @Test("A schema is not changed under servers of an older version")
    func olderServers() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            let old = try await PostgresStore.open(address)
            try server.sql("DELETE FROM schema_step WHERE name = 'postgres 002 cluster'", in: database)
            let message = await expectError(.unavailable) { _ = try await PostgresStore.open(address) }
            #expect(message.contains("older one use it") && message.contains("Stop all of them"))
            try await old.close()
        }
    }

    @Test("A lost connection is made again, and what it left behind does not keep the server from its own lock")
    func reconnects() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            let store = try await PostgresStore.open(address)
            try server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'")
            try await store.setSetting("a", to: "b")
            #expect(try await store.setting("a") == "b")
            try await store.close()

            // As after a break of the network: the database takes the first one for alive.
            let owner = PostgresOwner(.alone)
            let configuration = try PostgresConfiguration(address)
            let first = PostgresPool(configuration)
            try await first.withSession("first") { try owner.take($0) }
            let second = PostgresPool(configuration)
            try await second.withSession("second") { try owner.take($0) }
            await first.end()
            await second.end()
        }
    }

    @Test("A server that lost its connection while a command had the database alone stores nothing more")
    func replaced() async throws {
        try await self.withDatabase { server, database in
            let store = try await PostgresStore.open(server.address(database))
            try server.sql("INSERT INTO setting (key, value) VALUES ('server_owner', 'another')", in: database)
            try server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'")
            let message = await expectError(.unavailable) { try await store.setSetting("a", to: "b") }
            #expect(message.contains("A command has had the database for itself"))
            try await store.close()
        }
    }

    @Test("While the database is away it says so and stores nothing; afterwards it goes on, with all it had")
    func comesBack() async throws {
        // Of its own, because it is stopped.
        let server = try PostgresServer()
        let store = try await PostgresStore.open(server.address(try server.makeDatabase()))
        try await store.setSetting("a", to: "kept")
        try server.stop()
        let message = await expectError(.unavailable) { try await store.setSetting("a", to: "lost") }
        #expect(message.contains("Nothing was stored") || message.contains("Look before"), "\(message)")
        await expectError(.unavailable) { _ = try await store.setting("a") }
        try server.start()
        #expect(try await store.setting("a") == "kept")
        try await store.setSetting("a", to: "b")
        try await store.close()
    }

    @Test("Reopening keeps everything, and takes no step of the schema twice")
    func reopens() async throws {
        try await self.withDatabase { server, database in
            let first = try await PostgresStore.open(server.address(database))
            let job = try await World(store: first).job()
            try await first.close()
            let second = try await PostgresStore.open(server.address(database))
            #expect(try await second.job(job.id) == job)
            try await second.close()
        }
    }

    @Test("A database of a newer version is refused, and a command finds none where no server was")
    func versions() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            await expectError(.unavailable) { _ = try await PostgresStore.openForAdministration(address) }
            try await PostgresStore.open(address).close()
            try server.sql("INSERT INTO schema_step (name) VALUES ('999 future')", in: database)
            let message = await expectError(.unavailable) { _ = try await PostgresStore.open(address) }
            #expect(message.contains("newer version"))
        }
    }

    @Test("A database that can't hold every text is refused")
    func encoding() async throws {
        try await self.withDatabase { server, database in
            let name = database + "_latin"
            try server.sql("CREATE DATABASE \(name) ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
            let message = await expectError(.unavailable) { _ = try await PostgresStore.open(server.address(name)) }
            #expect(message.contains("LATIN1"))
        }
    }

    @Test("Addresses that lead nowhere are refused with words and without the password")
    func addresses() async throws {
        let unreadable = await expectError(.invalid) {
            _ = try await PostgresStore.open("postgres://ada:hunter2@[half/flow")
        }
        #expect(unreadable.contains("database.url") && !unreadable.contains("hunter2"))
        let nowhere = await expectError(.unavailable) {
            _ = try await PostgresStore.open("postgres://ada:hunter2@/flow?host=/nowhere")
        }
        #expect(!nowhere.contains("hunter2"))
    }

    @Test("Both databases have the same tables with the same columns")
    func sameSchema() async throws {
        try await self.withDatabase { server, database in
            try await PostgresStore.open(server.address(database)).close()
            let postgres = try server.sql(
                """
                SELECT table_name || '.' || column_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name <> 'rowid' AND table_name NOT IN
                    ('schema_step', 'server_node', 'shard_lease', 'agent_session', 'server_message')
                    -- Parts of a table are the table.
                    AND to_regclass(quote_ident(table_name)) NOT IN (SELECT inhrelid FROM pg_inherits)
                """,
                in: database
            )
            try await TemporaryDirectory.with { directory in
                let store = try SQLiteStore.open(path: directory + "/flow.db")
                let columns = try await #require(store.sqlite).pool.read { db in
                    try String.fetchAll(
                        db,
                        sql: """
                            SELECT t.name || '.' || c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
                            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'grdb_migrations'
                            """
                    )
                }
                #expect(Set(columns) == Set(postgres.split(separator: "\n").map(String.init)))
                try await store.close()
            }
        }
    }

    @Test("Indexes end with the table's key, as SQLite's do by themselves")
    func indexes() async throws {
        try await self.withDatabase { server, database in
            try await PostgresStore.open(server.address(database)).close()
            let text = try server.sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'", in: database)
            for part in [
                "execution_by_job ON public.execution USING btree (job_id, id)",
                "execution_by_agent_status ON public.execution USING btree (agent, status, id) WHERE (status <> 3)",
                "group_member_by_agent ON public.group_member USING btree (agent, group_id)",
                "audit_by_time ON public.audit USING btree (at, id)",
                "audit_by_seq ON public.audit USING btree (chain, seq) WHERE (seq IS NOT NULL)",
            ] { #expect(text.contains(part), "\(part)") }
        }
    }

    @Test("Statements are spelled as PostgreSQL reads them")
    func dialect() {
        let statements = [
            "SELECT a FROM t WHERE a = ? AND b = ?": "SELECT a FROM t WHERE a = $1 AND b = $2",
            "SELECT a FROM t WHERE a = ?2 OR b = ?1": "SELECT a FROM t WHERE a = $2 OR b = $1",
            "SELECT '?' FROM t INDEXED BY t_by_a WHERE a = x'0f'": "SELECT '?' FROM t WHERE a = '\\x0f'::bytea",
            "SELECT user.id FROM user WHERE name LIKE ?": "SELECT \"user\".id FROM \"user\" WHERE name ILIKE $1",
            "SELECT count(*) FROM (SELECT 1 FROM t) WHERE 1 = 1":
                "SELECT count(*) FROM (SELECT 1 FROM t) AS subquery WHERE 1 = 1",
            "SELECT count(*) FROM (SELECT 1 FROM t)": "SELECT count(*) FROM (SELECT 1 FROM t) AS subquery",
            "SELECT a FROM (SELECT 1 AS a) AS s": "SELECT a FROM (SELECT 1 AS a) AS s",
            "UPDATE t SET a = max(a, ?) WHERE b = (SELECT max(b) FROM t)":
                "UPDATE t SET a = greatest(a, $1) WHERE b = (SELECT max(b) FROM t)",
            "SELECT CAST(value AS TEXT) FROM json_each(?)": "SELECT value FROM json_texts($1)",
            "SELECT a FROM t WHERE a IN (SELECT 1)": "SELECT a FROM t WHERE a IN (SELECT 1)",
        ]
        for (sqlite, postgres) in statements {
            // Where a hint was, a space is left.
            let text = PostgresDialect.translated(sqlite).replacing("  ", with: " ")
            #expect(text == postgres)
        }
    }
}
