// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Testing

extension ProductTests {
    @Suite("What the server's log says of hosts")
    struct HostLog {
        @Test(
            "At its default level it says hosts that join, come, go, are copied, refused, or share a name, as text and JSON",
            arguments: ["text", "json"]
        )
        func says(format: String) async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe(arguments: ["--log-format", format])
                let client = try await world.client(of: server)
                func line(_ words: String..., level: String = "notice") async throws {
                    try await eventually("a line with \(words) at \(level) in \(server.output)") {
                        server.output.split(separator: "\n").contains { line in
                            guard words.allSatisfy({ line.contains($0) }) else { return false }
                            guard format == "json" else { return line.contains(" \(level)") }
                            let object = try? JSONDecoder().decode(Value.self, from: Data(line.utf8))
                            return object?["level"]?.string == level && object?["data"] != nil
                        } ? true : nil
                    }
                }
                let secret = try await world.token()
                let first = try world.startAgent("web1", token: secret)
                let alpha = try #require(try await client.hostsOnline(1).first?["client_id"]?.string)
                try await line("enrolled an agent", alpha)
                try await line("agent connected", alpha)

                let stranger = try world.startAgent("stranger", token: secret)
                #expect(try await stranger.end() > 0)
                try await line("refused an enrolment", "used")

                // A copy of the first one's directory, as when a virtual machine is cloned.
                let manager = FileManager.default
                try manager.createDirectory(atPath: world.directory + "/copy", withIntermediateDirectories: true)
                for name in try manager.contentsOfDirectory(atPath: world.directory + "/web1") where name != "run" {
                    try? manager.copyItem(
                        atPath: world.directory + "/web1/" + name,
                        toPath: world.directory + "/copy/" + name
                    )
                }
                let copy = try world.startAgent("web1", token: "", directory: "copy")
                try await line("DUPLICATE_AGENT", alpha, level: "error")
                copy.signal(SIGKILL)
                _ = try await copy.end()

                let second = try world.startAgent("web1", token: try await world.token(), directory: "second")
                let hosts = try await client.hostsOnline(2)
                let beta = try #require(hosts.compactMap { $0["client_id"]?.string }.first { $0 != alpha })
                try await line("another host has the name", alpha, beta, level: "warning")
                try await Self.twins(world, client, alpha, beta)

                first.signal(SIGTERM)
                _ = try await first.end()
                try await line("agent disconnected", alpha)
                second.signal(SIGKILL)
                _ = try await second.end()
                try await client.call("DELETE", "/clients/\(beta)")
                _ = try world.startAgent("web1", token: "", directory: "second")
                try await line("refused an agent", "no longer accepts")
                #expect(!server.output.contains(secret), "a token is a secret")
            }
        }

        /// Both are listed with their ids, and what is done by name is refused with both named.
        private static func twins(
            _ world: ProductWorld,
            _ client: ServerClient,
            _ alpha: String,
            _ beta: String
        ) async throws {
            func run(_ arguments: String...) async throws -> (code: Int32, output: String) {
                try await Program.run(
                    "quicflow",
                    arguments,
                    home: world.directory,
                    environment: ["QUARTZFLOW_SERVER": client.base, "QUARTZFLOW_TOKEN": client.token]
                )
            }
            let listed = try await run("client", "list").output
            #expect(listed.contains(alpha) && listed.contains(beta), "\(listed)")
            #expect(listed.split(separator: "\n").count { $0.hasPrefix("web1") } == 2, "\(listed)")
            for words in [["client", "maintenance", "web1", "--for", "1h"], ["client", "stats", "web1"]] {
                let refused = try await Program.run(
                    "quicflow",
                    words,
                    home: world.directory,
                    environment: ["QUARTZFLOW_SERVER": client.base, "QUARTZFLOW_TOKEN": client.token]
                )
                #expect(refused.code == 6, "\(words): \(refused.output)")
                #expect(refused.output.contains("id:\(alpha)") && refused.output.contains("id:\(beta)"))
            }
            let one = try await run("client", "maintenance", "id:\(beta)", "--for", "1h")
            #expect(one.code == 0, "\(one.output)")
            #expect(try await run("client", "maintenance", beta, "--end").code == 0)
        }
    }
}
