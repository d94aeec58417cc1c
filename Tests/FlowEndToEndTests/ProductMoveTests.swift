// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Testing

extension ProductTests {
    @Suite("From SQLite to PostgreSQL")
    struct Move {
        @Test(
            "A server moves to PostgreSQL while its host goes on: each second ran once, and nobody starts with the file again"
        )
        func moves() async throws {
            let postgres = try PostgresServer.shared.get()
            let url = postgres.address(try postgres.makeDatabase())
            try await ProductWorld.with(database: false) { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let file = world.directory + "/ticks"
                let job = try await client.createJob(
                    "ticks",
                    command: "echo $QF_SCHEDULED_TIME | tee -a \(file)",
                    groups: [try await client.everyone()],
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first seconds") { Self.lines(file).count >= 3 ? true : nil }
                let place = ["--data-dir", world.serverDirectory]
                func migrate(_ more: [String]) async throws -> (code: Int32, output: String) {
                    try await Program.run("quicflow-server", ["migrate"] + more + place, home: world.directory)
                }
                let check = try await migrate(["--check"])
                #expect(check.code == 0 && check.output.contains("nothing to change"), "\(check.output)")
                #expect(try await migrate(["--to", url]).code != 0, "the server runs")

                server.signal(SIGTERM)
                #expect(try await server.end(within: .seconds(30)) == 0)
                let new = try await migrate(["--check", "--database", url])
                #expect(new.code == 1 && new.output.contains("001 jobs"), "\(new.output)")
                let moved = try await migrate(["--to", url])
                #expect(moved.code == 0 && moved.output.contains("have arrived"), "\(moved.output)")
                let old = try world.startServe()
                #expect(try await old.end(within: .seconds(30)) != 0)
                #expect(old.output.contains("moved to PostgreSQL"), "\(old.output)")

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
                let times = rows.compactMap { $0["scheduled_time"]?.string }
                #expect(Set(times).count == rows.count, "one record for each second")
                let lines = Self.lines(file)
                #expect(Set(lines).count == lines.count, "no second ran twice")
            }
        }

        private static func lines(_ file: String) -> [String] {
            ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }
    }
}
