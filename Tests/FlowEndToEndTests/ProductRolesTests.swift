// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

extension ProductTests {
    @Suite("Servers with roles on one PostgreSQL (issue 7)")
    struct Roles {
        @Test("A task made where there is an API alone runs on a host of the server that plans, which has none")
        func twoServers() async throws {
            let postgres = try PostgresServer.shared.get()
            let database = try postgres.makeDatabase()
            let url = postgres.address(database)
            let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            try await ProductWorld.with(database: false) { world in
                let api = try world.startServe(database: url, key: key, arguments: ["--roles", "api"])
                let client = try await world.client(of: api)
                // It has no agents to listen for: the port is anybody's, and the second server's here.
                _ = try await eventually("a word on what nobody does") {
                    api.output.contains("role=planner") && api.output.contains("role=gateway") ? true : nil
                }
                let work = try world.startServe(
                    database: url,
                    isSecond: true,
                    key: key,
                    environment: ["QUARTZFLOW_CLUSTER_ROLES": "planner,gateway"]
                )
                let other = ServerClient(base: "http://127.0.0.1:\(world.second.httpPort)", token: client.token)
                let roles = try await eventually("the server that works", within: .seconds(150)) {
                    if let code = work.exitCode { throw Late(what: "ended with \(code): \(work.output)") }
                    return try? await other.call("GET", "/readyz")["roles"]
                }
                #expect(roles == ["planner", "gateway"])
                let listens = "for agents on UDP port"
                #expect(work.output.contains(listens) && !api.output.contains(listens))
                let refusal = await #expect(throws: ServerClient.Refusal.self) { try await other.call("GET", "/tasks") }
                #expect(refusal?.status == 421 && refusal?.text.contains("planner,gateway") == true)
                // It does not rest, though it has no shards.
                #expect(try await client.call("GET", "/readyz")["status"] == "ready")

                // The first server's port is closed: the host goes on to the next one.
                let token = try await world.token(database: url)
                _ = try world.startAgent("one", token: token, ports: [world.agentsPort, world.second.agentsPort])
                _ = try await client.hostsOnline(1)
                try await eventually("all leases at the planner", within: .seconds(60)) {
                    let found = try postgres.sql(
                        "SELECT server, count(*) FROM shard_lease WHERE expires_at > clock_timestamp() GROUP BY server",
                        in: database
                    )
                    return found.hasSuffix("|257") && !found.contains("\n") ? true : nil
                }
                let items = try await client.call("GET", "/cluster")["items"]?.items ?? []
                let own = try #require(items.first { $0["is_this"] == true })
                #expect(own["roles"] == ["api"] && own["agents_address"] == "" && own["is_draining"] == false)
                #expect(own["shards"] == 0 && own["is_keeper"] == false && own["hosts"] == 0)
                let second = try #require(items.first { $0["is_this"] == false })
                #expect(second["roles"] == ["planner", "gateway"] && second["shards"] == 256 && second["hosts"] == 1)

                // By hand, and by the plan.
                let groups = [try await client.everyone()]
                let hello = try await client.createJob("hello", command: "echo hello", groups: groups)
                _ = try await client.trigger(hello)
                let row = try await eventually("its end") {
                    try await client.executions(of: hello).first { $0["status_name"] == "SUCCESS" }
                }
                let id = try #require(row["id"]?.string)
                try await eventually("its output") {
                    try await client.call("GET", "/executions/\(id)/logs")["output"]?.string?.contains("hello")
                }
                let ticks = try await client.createJob(
                    "ticks",
                    command: "true",
                    groups: groups,
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("three seconds", within: .seconds(30)) {
                    try await client.executions(of: ticks).count { $0["status_name"] == "SUCCESS" } >= 3 ? true : nil
                }

                // Nobody else plans or has hosts.
                let last = try #require(second["id"]?.string)
                let drain = await #expect(throws: ServerClient.Refusal.self) {
                    try await client.call("POST", "/cluster/\(last)/drain")
                }
                #expect(drain?.status == 409)
                api.signal(SIGTERM)
                #expect(try await api.end(within: .seconds(30)) == 0)
            }
        }

        @Test("Roles that a server can't have keep it from starting, with the way out")
        func refused() async throws {
            try await ProductWorld.with(database: false) { world in
                for (roles, words) in [
                    ("api", ["SQLite", "database.url"]), ("api,plan", ["'plan'", "api,planner,gateway"]),
                    ("", ["without a role"]),
                ] {
                    let server = try world.startServe(arguments: ["--roles", roles])
                    #expect(try await server.end(within: .seconds(60)) == 1)
                    for word in words { #expect(server.output.contains(word), "\(roles): \(server.output)") }
                }
                let whole = try world.startServe(arguments: ["--roles", "gateway,planner,api"])
                _ = try await world.client(of: whole)
            }
        }
    }
}
