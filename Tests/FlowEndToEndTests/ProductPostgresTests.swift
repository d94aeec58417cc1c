// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

extension ProductTests {
    @Suite("On PostgreSQL")
    struct OnPostgres {
        @Test("Database and server crash one after the other: each second has one record, and ran once (R2, R5)")
        func outlivesBoth() async throws {
            // Of its own, because it is stopped.
            let postgres = try PostgresServer()
            let url = postgres.address(try postgres.makeDatabase())
            try await ProductWorld.with(database: false) { world in
                let server = try world.startServe(database: url)
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token(database: url))
                _ = try await client.hostsOnline(1)
                let file = world.directory + "/ticks"
                let job = try await client.createJob(
                    "ticks",
                    command: "echo $QF_SCHEDULED_TIME | tee -a \(file)",
                    groups: [try await client.everyone()],
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first seconds") { Self.lines(file).count >= 3 ? true : nil }

                try postgres.stop()
                let alone = Self.lines(file).count
                try await eventually("the agent without a database") {
                    Self.lines(file).count >= alone + 4 ? true : nil
                }
                await #expect(throws: ServerClient.Refusal.self) { try await client.call("GET", "/readyz") }
                try postgres.start()
                try await eventually("a server that can store again") { () -> Bool? in
                    (try? await client.call("GET", "/readyz")) != nil ? true : nil
                }
                #expect(server.exitCode == nil, "\(server.output.suffix(2000))")

                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                let restarted = try world.startServe(database: url)
                let again = try await world.client(of: restarted)
                _ = try await again.hostsOnline(1)
                let reconnected = Self.lines(file).count
                try await eventually("seconds after that") { Self.lines(file).count >= reconnected + 3 ? true : nil }
                try await again.call("POST", "/tasks/\(job)/disable")
                let rows = try await eventually("every record to be terminal", within: .seconds(40)) {
                    let rows = try await again.executions(of: job)
                    let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return open.isEmpty && rows.count >= Self.lines(file).count ? rows : nil
                }
                let seconds = try rows.compactMap { $0["scheduled_time"]?.string }.map(Self.seconds).sorted()
                #expect(Set(seconds).count == rows.count, "one record for each second")
                let span = try #require(seconds.first)...(try #require(seconds.last))
                #expect(seconds == Array(span), "no second is missing")
                let ran = rows.filter { $0["status_name"] == "SUCCESS" }
                let ranAt = try ran.compactMap { $0["scheduled_time"]?.string }.map(Self.seconds).sorted()
                #expect(try Self.lines(file).map(Self.seconds).sorted() == ranAt)
                // Output that was written while there was no database is there as well.
                for row in ran {
                    let id = try #require(row["id"]?.string)
                    let text = try await eventually("output of \(id)") {
                        let page = try await again.call("GET", "/executions/\(id)/logs")
                        return page["complete"] == true ? page["output"]?.string : nil
                    }
                    #expect(try Self.seconds(text) == Self.seconds(try #require(row["scheduled_time"]?.string)))
                }
            }
        }

        @Test("dev --database works on it; commands that need it alone are refused by name, and others are not")
        func dev() async throws {
            let postgres = try PostgresServer.shared.get()
            let url = postgres.address(try postgres.makeDatabase())
            try await ProductWorld.with(database: false) { world in
                let server = try world.startDev(["--database", url])
                let client = try await world.client(of: server)
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let job = try await client.createJob("hello", command: "echo hello", groups: [group])
                #expect(try await client.runOne(job)["status_name"] == "SUCCESS")
                // A store of another kind could not offer these.
                #expect(try await client.call("GET", "/notify/channels") != .null)
                #expect(!FileManager.default.fileExists(atPath: world.serverDirectory + "/quartzflow.db"))
                let users = try await Program.run(
                    "quicflow-server",
                    ["user", "list", "--data-dir", world.serverDirectory, "--database", url],
                    home: world.directory
                )
                #expect(users.code == 0 && users.output.contains("admin"), "\(users.output)")
                let rotate = ["secrets", "rotate", "--data-dir", world.serverDirectory, "--database", url]
                let early = try await Program.run("quicflow-server", rotate, home: world.directory)
                #expect(
                    early.code != 0 && early.output.contains("Another server uses this database"),
                    "\(early.output)"
                )
                try await Self.requireNoCopies(world, url)
                server.signal(SIGTERM)
                #expect(try await server.end(within: .seconds(30)) == 0)
                let rotated = try await Program.run("quicflow-server", rotate, home: world.directory)
                #expect(rotated.code == 0 && rotated.output.contains("New key"), "\(rotated.output)")
                let restarted = try world.startDev(["--database", url])
                let later = try await world.client(of: restarted)
                #expect(try await later.executions(of: job).count == 1)
            }
        }

        /// What copies a database file says what to use instead, whether it knows the database or finds no file.
        private static func requireNoCopies(_ world: ProductWorld, _ url: String) async throws {
            let file = world.directory + "/copy.tar"
            let place = ["--data-dir", world.serverDirectory]
            for (arguments, environment, word) in [
                (["backup", file] + place, ["QUARTZFLOW_DATABASE_URL": url], "pg_dump"),
                (["backup", file] + place, [:], "pg_dump"),
                (["restore", file] + place, ["QUARTZFLOW_DATABASE_URL": url], "pg_restore"),
            ] {
                let (code, output) = try await Program.run(
                    "quicflow-server",
                    arguments,
                    home: world.directory,
                    environment: environment
                )
                #expect(code != 0 && output.contains(word), "\(output)")
            }
            #expect(!FileManager.default.fileExists(atPath: file))
        }

        @Test("An address that leads nowhere ends the start with the reason and without its password")
        func unreachable() async throws {
            let server = try PostgresServer.shared.get()
            let there = server.address(try server.makeDatabase()).replacing("flow@", with: "nobody:hunter2@")
            for (url, word) in [
                ("postgres://flow:hunter2@127.0.0.1:1/flow?connect_timeout=5", "can't be reached"),
                (there, "nobody"), ("postgres://flow:hunter2@[half/flow", "database.url"),
            ] {
                try await ProductWorld.with(database: false) { world in
                    let server = try world.startDev(["--database", url])
                    #expect(try await server.end(within: .seconds(60)) != 0)
                    #expect(server.output.contains(word), "\(server.output)")
                    #expect(!server.output.contains("hunter2"), "\(server.output)")
                }
            }
        }

        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        private static func seconds(_ text: String) throws -> Int64 {
            try #require(Timestamp(rfc3339: text.trimmingCharacters(in: .whitespacesAndNewlines))?.seconds)
        }
    }
}
