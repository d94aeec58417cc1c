// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

extension ProductTests {
    @Suite("Restoring a backup")
    struct Restores {
        @Test("A server restored from an old copy goes on, and has what ran meanwhile (R1, R5)")
        func goesOn() async throws {
            try await ProductWorld.with(database: false) { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/ticks"
                let job = try await client.createJob(
                    "ticks",
                    command: "echo $QF_SCHEDULED_TIME >> \(file)",
                    groups: [group],
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first seconds") { Self.count(file) >= 3 ? true : nil }
                try await self.stop(server)
                let database = world.serverDirectory + "/quartzflow.db"
                let copy = world.directory + "/backup.db"
                try FileManager.default.copyItem(atPath: database, toPath: copy)
                let second = try world.startServe()
                let later = try await world.client(of: second)
                _ = try await later.hostsOnline(1)
                let lost = Self.count(file)
                // These are stored by the server and acknowledged, and then gone with its database.
                try await eventually("records after the backup") { () -> Bool? in
                    let ended = try await later.executions(of: job).filter { $0["status_name"] == "SUCCESS" }
                    return ended.count >= lost + 3 ? true : nil
                }
                try await self.stop(second)
                for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + suffix) }
                try FileManager.default.copyItem(atPath: copy, toPath: database)
                let restored = try world.startServe()
                let again = try await world.client(of: restored)
                _ = try await again.hostsOnline(1)
                let reconnected = Self.count(file)
                try await eventually("seconds after that") { Self.count(file) >= reconnected + 3 ? true : nil }
                try await again.call("POST", "/tasks/\(job)/disable")
                let rows = try await eventually("every record to be terminal", within: .seconds(40)) {
                    let rows = try await again.executions(of: job)
                    let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return open.isEmpty && rows.count >= Self.count(file) ? rows : nil
                }
                let ran = rows.filter { $0["status_name"] == "SUCCESS" }
                #expect(ran.count == Self.count(file), "each process has its record")
                #expect(!rows.contains { $0["reason"]?["code"] == "AGENT_OFFLINE" })
                #expect(Set(rows.map { $0["scheduled_time"]?.string }).count == rows.count)
            }
        }

        private func stop(_ server: Program) async throws {
            server.signal(SIGTERM)
            #expect(try await server.end(within: .seconds(30)) == 0)
        }

        private static func count(_ file: String) -> Int {
            (FileManager.default.contents(atPath: file) ?? Data()).split(separator: UInt8(ascii: "\n")).count
        }
    }
}
