// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

@Suite("SQL jobs", .serialized, .timeLimit(.minutes(10)))
struct SQLJobTests {
    private func postgres() throws -> (PostgresServer, String) {
        let server = try PostgresServer.shared.get()
        return (server, try server.makeDatabase())
    }

    private func sql(
        _ connection: String,
        _ statements: SQLPayload.Statement...,
        rowLimit: Int = 100
    ) -> Payload {
        .sql(SQLPayload(connection: connection, statements: statements, rowLimit: rowLimit))
    }

    @Test("Statements are one transaction, and what they answer is a table")
    func table() async throws {
        let (server, name) = try self.postgres()
        try server.sql("CREATE TABLE item (id bigint PRIMARY KEY, name text)", in: name)
        let job = self.sql(
            server.address(name),
            .init(
                "INSERT INTO item SELECT g, 'n' || g FROM generate_series(1, 12) g WHERE g <= $1",
                parameters: ["{{n}}"]
            ),
            .init("SELECT id, name, NULL AS none FROM item ORDER BY id DESC"),
            rowLimit: 2
        )
        try await Host.with { host in
            let outcome = try await host.wait(await host.launch(job, parameters: ["n": "11"]))
            #expect(outcome.status == .success, "\(outcome)")
            #expect(outcome.text.contains("statement 1: INSERT 0 11\n"), "\(outcome.text)")
            let table = """
                 id | name | none
                ----+------+------
                 11 | n11  | NULL
                 10 | n10  | NULL
                (11 rows, the first 2 shown)
                """
            #expect(outcome.text.contains(table), "\(outcome.text)")
            #expect(outcome.outputs == ["row_count": "11", "id": "11", "name": "n11"])
            // The second insert meets the first one's rows: nothing of the job stays, and the record says why.
            let again = self.sql(
                server.address(name),
                .init("INSERT INTO item VALUES (99, 'x')"),
                .init("INSERT INTO item VALUES (1, 'twice')")
            )
            let failed = try await host.wait(await host.launch(again))
            #expect(failed.status == .failure && failed.exitCode == 1 && failed.outputs.isEmpty)
            #expect(
                failed.detail?.contains("23505") == true && failed.detail?.contains("statement 2") == true,
                "\(failed)"
            )
        }
        #expect(try server.sql("SELECT count(*), max(id) FROM item", in: name) == "11|11")
    }

    @Test("Stopping a job stops its statement on the server, and a time limit does")
    func stops() async throws {
        let (server, name) = try self.postgres()
        try server.sql("CREATE TABLE mark (n int)", in: name)
        let job = self.sql(
            server.address(name),
            .init("INSERT INTO mark VALUES (1)"),
            .init("SELECT pg_sleep(60)")
        )
        let sleeping =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
        try await Host.with { host in
            let id = await host.launch(job)
            try await eventually("the statement runs") { try server.sql(sleeping) == "1" }
            await host.supervisor.cancel(id, force: false)
            let outcome = try await host.wait(id)
            #expect(outcome.status == .cancelled, "\(outcome)")
            try await eventually("the server stops") { try server.sql(sleeping) == "0" }
            let late = try await host.wait(await host.launch(job, timeout: 1))
            #expect(late.status == .timeout, "\(late)")
            try await eventually("the server stops") { try server.sql(sleeping) == "0" }
        }
        #expect(try server.sql("SELECT count(*) FROM mark", in: name) == "0")
    }

    /// Texts that break what splices them.
    static let hostile: [String] = {
        let seeds = [
            "'); DROP TABLE canary; --", "' OR '1'='1", "\"; DROP TABLE canary; --", "$$; DROP TABLE canary; $$",
            "\\'; DROP TABLE canary;",
            "$(touch CANARY)", "`touch CANARY`", "; touch CANARY #", "| touch CANARY", "&& touch CANARY", "${IFS}touch",
            "{{n}}",
            "secret:DB", "${secret:DB}", "?1", "$1", ":name", "@v", "%s%n", "\u{202e}gnp",
            "\n{\"type\":\"result\",\"status\":\"success\"}",
            "\r\n", "\t", "\u{1b}[2J", "", " ", "NULL", "0x41", "-1", "1e309", "NaN", "../../etc/passwd", "/etc/passwd",
            "a=b", "--help", "-c",
            "/*", "*/", "U&'\\0027'", "E'\\''", "\u{fffd}", "é", "日本語", "🙂", "\u{feff}", "<script>", "]]>", "\\",
            "\\\\", "'", "\"", "`", "''",
        ]
        return seeds + seeds.map { $0 + "'" + $0 } + seeds.prefix(20).map { String(repeating: $0, count: 40) }
    }()

    /// One parameter each, and as many statements as it takes.
    private func inserting(_ place: String, _ count: Int) -> [SQLPayload.Statement] {
        stride(from: 0, to: count, by: 8).map { start in
            let end = min(start + 8, count)
            let rows = (start..<end).map { "(\($0), \(place)\($0 - start + 1))" }.joined(separator: ", ")
            return .init("INSERT INTO got VALUES \(rows)", parameters: (start..<end).map { "{{p\($0)}}" })
        }
    }

    @Test("Hundreds of hostile values are bound as they are: none becomes part of a statement")
    func hostileValues() async throws {
        // Neither takes a NUL character in a text.
        let values = Self.hostile + InjectionPayloads.all.filter { !$0.utf8.contains(0) }
        #expect(values.count >= 600)
        let parameters = Dictionary(uniqueKeysWithValues: values.enumerated().map { ("p\($0.offset)", $0.element) })
        let (server, name) = try self.postgres()
        try server.sql("CREATE TABLE canary (n int); CREATE TABLE got (n int, v text)", in: name)
        let directory = try TemporaryDirectory()
        let file = directory.path + "/app.db"
        let queue = try DatabaseQueue(path: file)
        try await queue.write { try $0.execute(sql: "CREATE TABLE canary (n int); CREATE TABLE got (n int, v text)") }
        let statements = self.inserting("$", values.count)
        let lite = self.inserting("?", values.count)
        try await Host.with { host in
            for (address, statements) in [(server.address(name), statements), ("sqlite:" + file, lite)] {
                let job = Payload.sql(SQLPayload(connection: address, statements: statements))
                let outcome = try await host.wait(await host.launch(job, parameters: parameters))
                #expect(outcome.status == .success, "\(outcome)")
            }
        }
        for (number, value) in values.enumerated() {
            let stored = try await queue.read {
                try String.fetchOne($0, sql: "SELECT v FROM got WHERE n = ?", arguments: [number])
            }
            #expect(stored?.utf8.elementsEqual(value.utf8) == true, "\(value)")
        }
        let stored = try server.sql(
            "SELECT string_agg(encode(convert_to(v, 'UTF8'), 'hex'), ',' ORDER BY n) FROM got",
            in: name
        )
        #expect(stored == values.map { Hex.encode($0.utf8) }.joined(separator: ","))
        #expect(try server.sql("SELECT count(*) FROM canary", in: name) == "0")
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM canary") } == 0)
    }

    @Test("SQLite rolls back what fails, makes no file, opens no other one, and stops when it is told to")
    func sqlite() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/app.db"
        let queue = try DatabaseQueue(path: file)
        try await queue.write { try $0.execute(sql: "CREATE TABLE t (n int UNIQUE)") }
        let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
        let address = "sqlite:" + file
        try await Host.with { host in
            let twice = self.sql(address, .init("INSERT INTO t VALUES (1)"), .init("INSERT INTO t VALUES (1)"))
            let failed = try await host.wait(await host.launch(twice))
            #expect(failed.status == .failure && failed.detail?.contains("UNIQUE") == true, "\(failed)")
            let other = directory.path + "/other.db"
            let none = try await host.wait(await host.launch(self.sql("sqlite:" + other, .init("SELECT 1"))))
            #expect(none.status == .failure && !FileManager.default.fileExists(atPath: other))
            for sql in ["VACUUM INTO '\(other)'", "SELECT 1; DROP TABLE t", "SELECT load_extension('\(other)')"] {
                let outcome = try await host.wait(await host.launch(self.sql(address, .init(sql))))
                #expect(outcome.status == .failure && !FileManager.default.fileExists(atPath: other), "\(sql)")
            }
            let id = await host.launch(self.sql(address, .init(endless)))
            try await eventually("it runs") { host.isStarted(id) }
            await host.supervisor.cancel(id, force: false)
            #expect(try await host.wait(id).status == .cancelled)
        }
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } == 0)
    }

    @Test("The host's policy has the last word on where a connection leads, and passwords are nowhere to be read")
    func policy() async throws {
        let (server, name) = try self.postgres()
        var policy = HostPolicy(directories: ["/srv"])
        policy.network = HostPolicy.Network(allowsPrivate: true, allowsLoopback: false)
        try await Host.with(policy: policy) { host in
            for address in [
                server.address(name), "postgres://u:hunter2@127.0.0.1/x", "postgres://u:hunter2@[::1]/x",
                "postgres://u:hunter2@localhost/x", "postgres://u@db.example/x?hostaddr=127.0.0.1",
                "postgres://u@169.254.169.254/x", "postgres://u@0x7f.1/x", "postgres:///x?service=evil",
                "sqlite:/etc/../tmp/x",
            ] {
                let outcome = try await host.wait(await host.launch(self.sql(address, .init("SELECT 1"))))
                let isDenied = outcome.status == .failure && outcome.reason == .policyDenied
                #expect(isDenied || address.hasPrefix("sqlite"), "\(address): \(outcome)")
                #expect(outcome.status == .failure && !"\(outcome.text)\(outcome.detail ?? "")".contains("hunter2"))
            }
        }
        // Nobody listens there: libpq's own words.
        try await Host.with { host in
            let outcome = try await host.wait(
                await host.launch(self.sql("postgres://u:hunter2@127.0.0.1:1/x", .init("SELECT 1")))
            )
            #expect(outcome.status == .failure && outcome.exitCode == 2, "\(outcome)")
            #expect(!"\(outcome.text)\(outcome.detail ?? "")".contains("hunter2"))
        }
    }
}
