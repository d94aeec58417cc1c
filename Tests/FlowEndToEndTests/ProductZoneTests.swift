// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    /// Real hosts whose system has other time zones than the server's.
    @Suite("Zone files of hosts")
    struct ZoneFiles {
        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        @Test(
            "A host without a job's zone fires it all the same, without the server and begun anew too, and says so (R12)"
        )
        func lackingZone() async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                let empty = world.directory + "/no-zones"
                try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
                let wrapper = ["/usr/bin/env", "TZDIR=\(empty)"]
                let agent = try world.startAgent("host", token: try await world.token(), wrapper: wrapper)
                _ = try await client.hostsOnline(1)
                let file = world.directory + "/ticks"
                let job = try await client.createJob(
                    "ticks",
                    command: "echo $QF_SCHEDULED_TIME >> \(file)",
                    groups: [try await client.everyone()],
                    with: ["cron_expr": "* * * * * *", "timezone": "Europe/Berlin"]
                )
                try await eventually("the host to say so") {
                    try await client.clients().first?["foreign_zones"] == ["Europe/Berlin"] ? true : nil
                }
                #expect(try await client.clients().first?["ordered_tasks"] == 0)
                let rollout = try await client.call("GET", "/tasks/\(job)/rollout")
                #expect(rollout["items"]?.items.map { $0["plan"] } == ["server_rules"])
                server.signal(SIGKILL)
                _ = try await server.end()
                let before = Self.lines(file).count
                try await eventually("the agent alone") { Self.lines(file).count >= before + 3 ? true : nil }
                agent.signal(SIGKILL)
                _ = try await agent.end()
                let stopped = Self.lines(file).count
                _ = try world.startAgent("host", token: "", wrapper: wrapper)
                try await eventually("the agent alone, begun anew") {
                    Self.lines(file).count >= stopped + 3 ? true : nil
                }
                let fires = Self.lines(file)
                #expect(Set(fires).count == fires.count, "each once")
            }
        }
    }
}
