// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Synchronization
import Testing

@testable import FlowPostgres

/// Everything here talks to a real server; one after the other, because some of these restart it.
@Suite("PostgreSQL client", .serialized)
struct PoolTests {
    private func withPool(
        size: Int = 4,
        waiting: Int = 64,
        timeout: Duration = .seconds(30),
        on server: PostgresServer? = nil,
        _ body: (PostgresPool, PostgresServer) async throws -> Void
    ) async throws {
        let server = try server ?? PostgresServer.shared.get()
        var configuration = try PostgresConfiguration(server.address())
        configuration.size = size
        configuration.maximumWaiting = waiting
        configuration.transactionTimeout = timeout
        configuration.connectTimeout = .seconds(20)
        let pool = PostgresPool(configuration)
        defer { pool.close() }
        try await body(pool, server)
    }

    /// The error that `body` throws.
    private func error(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async -> PostgresError? {
        do { try await body() } catch let error as PostgresError { return error } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
            return nil
        }
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        return nil
    }

    @Test("Values come back as they were sent, a NUL in text as U+FFFD")
    func values() async throws {
        try await self.withPool { pool, _ in
            let id = UUID()
            let row = try await pool.transaction("values") { session in
                var found: (Int64, String, [UInt8], UUID?, Bool, String, Int64)?
                try session.query(
                    "SELECT $1::smallint, $2, $3::bytea, $4::uuid, $5::bigint, $6, true",
                    [.integer(-7), .text("é\n'"), .bytes([0, 255, 0]), .uuid(id), .null, .text("a\0b")]
                ) { row in
                    found = (
                        row.integer(0), row.text(1), row.bytes(2), row.uuid(3), row.isNull(4), row.text(5),
                        row.integer(6)
                    )
                    return true
                }
                return found
            }
            let found = try #require(row)
            #expect(found.0 == -7 && found.1 == "é\n'" && found.2 == [0, 255, 0] && found.3 == id)
            #expect(found.4 && found.5 == "a\u{FFFD}b" && found.6 == 1)
        }
    }

    @Test("Arrays carry columns of rows; a value of another type than its column's is refused")
    func arrays() async throws {
        try await self.withPool { pool, _ in
            let id = UUID()
            let rows: [[PostgresValue]] = [
                [.integer(.max), .text("é\n'{},"), .bytes([0, 255])], [.integer(.min), .text("a\0b"), .uuid(id)],
                [.null, .null, .null], [.integer(0), .text(""), .bytes([])],
            ]
            let statement = "SELECT unnest($1), unnest($2), unnest($3)"
            let (found, types) = try await pool.transaction("arrays") { session in
                let arrays = try #require(PostgresArrays([.integer, .text, .bytes], rows: 4) { rows[$0][$1] })
                var found: [[PostgresValue]] = []
                try session.query(statement, arrays) { row in
                    #expect(row.width == 3)
                    found.append([
                        row.isNull(0) ? .null : .integer(row.integer(0)), row.isNull(1) ? .null : .text(row.text(1)),
                        row.isNull(2) ? .null : .bytes(row.bytes(2)),
                    ])
                }
                return (
                    found, try session.parameterTypes(of: "SELECT 1 WHERE 1::bigint = $1 AND 'a'::text = $2 AND $3")
                )
            }
            var expected = rows
            expected[1] = [
                .integer(.min), .text("a\u{FFFD}b"), .bytes(withUnsafeBytes(of: id.uuid) { Array($0) }),
            ]
            #expect(found == expected)
            #expect(types == [20, 25, 16])
            for element in [PostgresArrays.Element.text, .bytes] {
                #expect(PostgresArrays([element], rows: 1) { _, _ in .integer(1) } == nil)
            }
            #expect(PostgresArrays([.integer], rows: 2) { row, _ in row == 0 ? .null : .text("1") } == nil)
        }
    }

    @Test("A statement may be run for each row of another, and sums of many numbers are read as numbers")
    func nested() async throws {
        try await self.withPool { pool, _ in
            let sums = try await pool.transaction("nested") { session in
                var sums: [Int64] = []
                try session.query("SELECT n FROM generate_series(1, $1) AS n", [.integer(3)]) { row in
                    let number = row.integer(0)
                    try session.query("SELECT sum(n * $1) FROM generate_series(-1, 100000) AS n", [.integer(number)]) {
                        sums.append($0.integer(0))
                        return true
                    }
                    return true
                }
                return sums
            }
            #expect(sums == [5_000_049_999, 10_000_099_998, 15_000_149_997])
        }
    }

    @Test("A transaction that throws leaves nothing, and one that returns is committed")
    func transactions() async throws {
        struct Refusal: Error {}
        try await self.withPool { pool, server in
            try server.sql("CREATE TABLE IF NOT EXISTS kept (n int)")
            await #expect(throws: Refusal.self) {
                try await pool.transaction("refused") { session in
                    try session.query("INSERT INTO kept VALUES ($1)", [.integer(1)])
                    throw Refusal()
                }
            }
            let changed = try await pool.transaction("kept") { session in
                try session.query("INSERT INTO kept VALUES ($1), ($2)", [.integer(2), .integer(3)])
            }
            #expect(changed == 2)
            #expect(try server.sql("SELECT string_agg(n::text, ',' ORDER BY n) FROM kept") == "2,3")
        }
    }

    @Test("Thousands of rows go in one wait, each with its own answer; one that fails fails all")
    func pipeline() async throws {
        try await self.withPool { pool, server in
            try server.sql("CREATE TABLE IF NOT EXISTS piped (n int PRIMARY KEY, words text)")
            let words = String(repeating: "x", count: 500)
            let counts = try await pool.transaction("piped") { session in
                try session.queryEach(
                    "INSERT INTO piped VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING words",
                    (0..<5000).map { [.integer($0 % 4000), .text(words)] }
                )
            }
            #expect(counts.count == 5000 && counts.reduce(0, +) == 4000)
            let error = await self.error {
                _ = try await pool.transaction("piped again") { session in
                    try session.queryEach(
                        "INSERT INTO piped VALUES ($1, 'secret')",
                        [[.integer(9000)], [.integer(1)], [.integer(9001)]]
                    )
                }
            }
            #expect(error?.state == .uniqueViolation && error?.constraint == "piped_pkey")
            #expect(error?.description.contains("piped again") == true)
            #expect(try server.sql("SELECT count(*) FROM piped") == "4000")
        }
    }

    @Test("COPY brings in what is hard to quote")
    func copy() async throws {
        try await self.withPool { pool, server in
            try server.sql("CREATE TABLE IF NOT EXISTS copied (id uuid, words text, bytes bytea, n bigint)")
            let id = UUID()
            let rows: [[PostgresValue]] = (0..<20_000).map { number in
                [.uuid(id), .text("tab\tline\nback\\slash \(number)"), .bytes([0, 9, 10, 92]), .integer(number)]
            }
            let count = try await pool.transaction("copy") { session in
                try session.copy(
                    into: "copied",
                    columns: ["id", "words", "bytes", "n"],
                    rows: rows + [[.null, .null, .null, .null]]
                )
            }
            #expect(count == 20_001)
            let intact = try server.sql(
                """
                SELECT count(*) FROM copied WHERE words = E'tab\\tline\\nback\\\\slash ' || n AND bytes = '\\x00090a5c'
                """
            )
            #expect(intact == "20000")
            let error = await self.error {
                _ = try await pool.transaction("bad copy") { session in
                    try session.copy(into: "copied", columns: ["n"], rows: [[.text("secret words")]])
                }
            }
            #expect(error?.state == SQLState("22P02"))
            #expect(error?.description.contains("secret") == false, "never a value in a message")
        }
    }

    @Test("A refusal names the operation and the SQLSTATE, and the connection serves on")
    func refusals() async throws {
        try await self.withPool(size: 1) { pool, _ in
            let syntax = await self.error { try await pool.transaction("list jobs") { _ = try $0.query("SELEKT 1") } }
            #expect(syntax?.code == .refused && syntax?.state == SQLState("42601"))
            #expect(syntax?.description.hasPrefix("list jobs: ") == true)
            let value = await self.error {
                try await pool.transaction("sign in") { _ = try $0.query("SELECT $1::int", [.text("hunter2")]) }
            }
            #expect(value?.state == SQLState("22P02") && value?.description.contains("hunter2") == false)
            let next = try await pool.transaction("next") { try $0.query("SELECT 1") }
            #expect(next == 1)
        }
    }

    @Test("A statement that takes too long is stopped on the server too, and said to be late")
    func deadline() async throws {
        try await self.withPool(size: 1) { pool, server in
            let error = await self.error {
                try await pool.transaction("late", timeout: .milliseconds(300)) {
                    _ = try $0.query("SELECT pg_sleep(600), 'late'")
                }
            }
            #expect(error?.code == .deadline)
            try await self.wait { try server.sql(Self.sleepers) == "0" }
            let next = try await pool.transaction("next") { try $0.query("SELECT 1") }
            #expect(next == 1)
        }
    }

    private static let sleepers = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%'"

    private func wait(until condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try !condition() {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("A cancelled task stops its statement on the server and waits no longer for a connection")
    func cancelled() async throws {
        try await self.withPool(size: 1) { pool, server in
            let sleeper = Task { try await pool.transaction("sleep") { try $0.query("SELECT pg_sleep(600)") } }
            try await self.wait { try server.sql(Self.sleepers) == "1" }
            let waiter = Task { try await pool.transaction("wait") { try $0.query("SELECT 1") } }
            try await self.wait { pool.waitingCount == 1 }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
            try await self.wait { try server.sql(Self.sleepers) == "0" }
            let next = try await pool.transaction("next") { try $0.query("SELECT 1") }
            #expect(next == 1)
        }
    }

    @Test("Callers wait in order up to a number; one more is refused, and one whose time is up")
    func exhausted() async throws {
        try await self.withPool(size: 1, waiting: 1) { pool, server in
            let sleeper = Task { try await pool.transaction("sleep") { try $0.query("SELECT pg_sleep(600)") } }
            try await self.wait { try server.sql(Self.sleepers) == "1" }
            let waiter = Task {
                await self.error {
                    _ = try await pool.transaction("wait", timeout: .seconds(2)) { try $0.query("SELECT 1") }
                }
            }
            try await self.wait { pool.waitingCount == 1 }
            let third = await self.error { _ = try await pool.transaction("third") { try $0.query("SELECT 1") } }
            #expect(third?.code == .exhausted)
            #expect(await waiter.value?.code == .exhausted)
            sleeper.cancel()
            _ = await sleeper.result
        }
    }

    @Test("A killed backend is replaced before anybody is bothered, and a transaction it was killed in begins anew")
    func killed() async throws {
        try await self.withPool(size: 1) { pool, server in
            func processIdentifier() async throws -> Int32 {
                try await pool.withSession("ask") { $0.processIdentifier }
            }
            let first = try await processIdentifier()
            try server.sql("SELECT pg_terminate_backend(\(first))")
            try await self.wait {
                try server.sql("SELECT count(*) FROM pg_stat_activity WHERE pid = \(first)") == "0"
            }
            #expect(try await processIdentifier() != first)

            let tries = Mutex(0)
            let value = try await pool.transaction("killed") { session in
                let number = tries.withLock { tries in
                    tries += 1
                    return tries
                }
                if number == 1 { try server.sql("SELECT pg_terminate_backend(\(session.processIdentifier))") }
                return try session.query("SELECT 1")
            }
            #expect(value == 1 && tries.withLock { $0 } == 2)
        }
    }

    @Test("A COMMIT without an answer is reported as such and never repeated")
    func unknown() async throws {
        try await self.withPool(size: 1) { pool, server in
            try server.sql("CREATE TABLE IF NOT EXISTS lonely (n int)")
            // A deferred trigger holds the COMMIT until the backend is killed.
            try server.sql(
                """
                CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
                DROP TRIGGER IF EXISTS hold ON lonely;
                CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON lonely DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION hold()
                """
            )
            let tries = Mutex(0)
            let asked = Task {
                await self.error {
                    try await pool.transaction("lonely") { session in
                        tries.withLock { $0 += 1 }
                        try session.query("INSERT INTO lonely VALUES (1)")
                    }
                }
            }
            let held = """
                FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'
                """
            try await self.wait { try server.sql("SELECT count(*) \(held)") == "1" }
            try server.sql("SELECT pg_terminate_backend(pid) \(held)")
            #expect(await asked.value?.code == .commitUnknown)
            #expect(tries.withLock { $0 } == 1)
        }
    }

    @Test("Deadlocks are tried again until both have gone through")
    func deadlock() async throws {
        try await self.withPool { pool, server in
            try server.sql("CREATE TABLE IF NOT EXISTS pair (id int PRIMARY KEY, n int)")
            try server.sql("INSERT INTO pair VALUES (1, 0), (2, 0)")
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for order in [[1, 2], [2, 1]] {
                    tasks.addTask {
                        for _ in 0..<10 {
                            try await pool.transaction("pair", retry: RetryPolicy(attempts: 50)) { session in
                                for id in order {
                                    try session.query(
                                        "UPDATE pair SET n = n + 1 WHERE id = $1",
                                        [.integer(Int64(id))]
                                    )
                                }
                            }
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(try server.sql("SELECT string_agg(n::text, ',') FROM pair") == "20,20")
        }
    }

    @Test("A listener hears notifications, and says when it may have missed some")
    func listens() async throws {
        try await self.withPool(size: 1) { pool, server in
            let listener = try PostgresListener(pool.configuration, channels: ["Orders \"new\""])
            defer { listener.close() }
            var news = listener.news.makeAsyncIterator()
            #expect(await news.next() == .connected)
            let text = "SELECT pg_notify('Orders \"new\"', $1)"
            _ = try await pool.transaction("notify") { try $0.query(text, [.text("7")]) }
            #expect(await news.next() == .notification(channel: "Orders \"new\"", payload: "7"))
            try server.sql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """
            )
            #expect(await news.next() == .disconnected)
            #expect(await news.next() == .connected)
        }
    }

    @Test("A server that restarts is missed with words, and served again without a new pool")
    func restart() async throws {
        // One of its own: others go on with the shared one.
        try await self.withPool(size: 2, on: try PostgresServer()) { pool, server in
            #expect(try await pool.transaction("before") { try $0.query("SELECT 1") } == 1)
            try server.stop()
            let error = await self.error {
                _ = try await pool.transaction("meanwhile", retry: .never) { try $0.query("SELECT 1") }
            }
            #expect(error?.code == .disconnected && error?.description.contains("password") == false)
            try server.start()
            #expect(try await pool.transaction("after") { try $0.query("SELECT 1") } == 1)
        }
    }

    @Test("An address that can't be read is refused without being repeated, and shown without its password")
    func addresses() throws {
        do {
            _ = try PostgresConfiguration("postgres://ada:hunter2@[half/flow")
            Issue.record("accepted")
        } catch let error as PostgresError {
            #expect(error.code == .badAddress && !error.description.contains("hunter2"))
        }
        let configuration = try PostgresConfiguration("postgres://ada:hunter2@db.example:6432/flow?sslmode=verify-full")
        #expect(configuration.publicAddress == "db.example:6432/flow")
    }
}
