// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

extension ProductTests {
    @Suite("Two servers on one PostgreSQL")
    struct Cluster {
        @Test(
            "Each answers everything, one is killed and one is stopped, and every second has one record and ran once (R1, R3)"
        )
        func twoServers() async throws {
            let postgres = try PostgresServer.shared.get()
            let database = try postgres.makeDatabase()
            let url = postgres.address(database)
            let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            try await ProductWorld.with(database: false) { world in
                let a = try world.startServe(database: url, key: key)
                let atA = try await world.client(of: a)
                let b = try world.startServe(database: url, isSecond: true, key: key)
                // The administrator of one is that of the other.
                let atB = try await world.client(of: b, port: world.second.httpPort)
                let ports = [world.agentsPort, world.second.agentsPort]
                _ = try world.startAgent("one", token: try await world.token(database: url), ports: ports)
                _ = try world.startAgent(
                    "two",
                    token: try await world.token(database: url),
                    ports: ports.reversed()
                )
                for client in [atA, atB] { _ = try await client.hostsOnline(2) }
                func held() throws -> [String] {
                    try postgres.sql(
                        "SELECT count(*) FROM agent_session GROUP BY server ORDER BY server",
                        in: database
                    ).split(separator: "\n").map(String.init)
                }
                try await eventually("one host on each server") { try held() == ["1", "1"] ? true : nil }
                try await Self.shares(["128", "129"], postgres, database)
                let status = try await Program.run(
                    "quicflow",
                    ["cluster", "status", "--server", atB.base],
                    home: world.directory,
                    environment: ["QUARTZFLOW_TOKEN": atB.token]
                )
                let lines = status.output.split(separator: "\n")
                #expect(status.code == 0 && lines.count == 3, "\(status.output)")
                #expect(lines.count { $0.contains("keeper") } == 1 && lines.count { $0.contains("answers") } == 1)

                try await Self.crossing(atA, atB)

                let file = world.directory + "/ticks"
                let job = try await atB.createJob(
                    "ticks",
                    command: "echo $QF_EXECUTION_ID >> \(file)",
                    groups: [try await atB.everyone()],
                    with: ["cron_expr": "* * * * * *"]
                )
                // The first server reads the event log, until it is killed.
                let groups = [try await atB.everyone()]
                let parent = try await atB.createJob("parent", command: "true", groups: groups)
                let child = try await atB.createJob(
                    "child",
                    command: "true",
                    groups: groups,
                    with: ["task_dependencies": .list([.number(Double(parent))])]
                )
                try await eventually("the first seconds") { Self.lines(file).count >= 6 ? true : nil }

                a.signal(SIGKILL)
                #expect(try await a.end() == -1)
                let killed = Self.lines(file).count
                try await eventually("both hosts on the server that is left", within: .seconds(60)) {
                    try held() == ["2"] ? true : nil
                }
                _ = try await atB.hostsOnline(2)
                try await Self.shares(["257"], postgres, database)
                try await eventually("fires after the end of a server") {
                    Self.lines(file).count >= killed + 6 ? true : nil
                }
                try await Self.plans(postgres, database)
                _ = try await atB.trigger(parent)
                try await eventually("what waits for another task", within: .seconds(30)) {
                    let rows = try await atB.executions(of: child)
                    return rows.count == 2 && rows.allSatisfy { $0["status_name"] == "SUCCESS" } ? true : nil
                }

                let again = try world.startServe(database: url, key: key)
                let atAgain = try await world.client(of: again)
                try await Self.shares(["128", "129"], postgres, database)
                try await Self.draining(atB, at: atAgain, postgres, database)
                b.signal(SIGTERM)
                #expect(try await b.end(within: .seconds(30)) == 0)
                try await Self.shares(["257"], postgres, database)
                let stopped = Self.lines(file).count
                _ = try await atAgain.hostsOnline(2)
                try await eventually("fires after the stop of a server") {
                    Self.lines(file).count >= stopped + 6 ? true : nil
                }
                try await Self.plans(postgres, database)

                // A host that is between servers does not hear of this, and goes on.
                try await eventually("both hosts on the server that is left", within: .seconds(60)) {
                    try held() == ["2"] ? true : nil
                }
                try await atAgain.call("POST", "/tasks/\(job)/disable")
                try await Self.accounts(atAgain, job, file)
            }
        }

        @Test("A server without the key of the others does not start, and says what to do")
        func withoutKey() async throws {
            let postgres = try PostgresServer.shared.get()
            let url = postgres.address(try postgres.makeDatabase())
            try await ProductWorld.with(database: false) { world in
                let a = try world.startServe(database: url)
                _ = try await world.client(of: a)
                let b = try world.startServe(database: url, isSecond: true)
                #expect(try await b.end(within: .seconds(60)) != 0)
                #expect(b.output.contains("secrets.key") && b.output.contains("QUARTZFLOW_SECRET_KEY"), "\(b.output)")
                // As it is told.
                let directory = world.serverDirectory
                try FileManager.default.copyItem(
                    atPath: directory + "/secrets.key",
                    toPath: directory + "-2/secrets.key"
                )
                let second = try world.startServe(database: url, isSecond: true)
                _ = try await world.client(of: second, port: world.second.httpPort)
                let keys = try ["", "-2"].map {
                    try String(contentsOfFile: directory + $0 + "/ca/ca-key.pem", encoding: .utf8)
                }
                #expect(keys[0] == keys[1])
            }
        }

        /// A server that has all hosts is asked to rest: others have its work and its hosts, and it goes on answering.
        private static func draining(
            _ resting: ServerClient,
            at other: ServerClient,
            _ postgres: PostgresServer,
            _ database: String
        ) async throws {
            func own() async throws -> Value {
                let items = try await resting.call("GET", "/cluster")["items"]?.items ?? []
                return try #require(items.first { $0["is_this"] == true })
            }
            let id = try #require(try await own()["id"]?.string)
            try await other.call("POST", "/cluster/\(id)/drain")
            try await Self.shares(["257"], postgres, database)
            try await eventually("its hosts on the other server", within: .seconds(60)) {
                let row = try await own()
                return row["hosts"] == 0 && row["is_resting"] == true ? true : nil
            }
            _ = try await other.hostsOnline(2)
            _ = try await resting.hostsOnline(2)
            try await other.call("POST", "/cluster/\(id)/resume")
            try await Self.shares(["128", "129"], postgres, database)
            // Hosts stay where they are, until somebody has them spread.
            #expect(try await own()["hosts"] == 0)
            #expect(try await resting.call("POST", "/cluster/rebalance")["hosts_moved"] == 1)
            try await eventually("a host on each server", within: .seconds(60)) { () -> Bool? in
                guard try await own()["hosts"] == 1 else { return nil }
                return try await other.hostsOnline(2).count == 2 ? true : nil
            }
            #expect(try await resting.call("POST", "/cluster/rebalance")["hosts_moved"] == 0)
        }

        /// What is asked of one server reaches hosts of the other.
        private static func crossing(_ a: ServerClient, _ b: ServerClient) async throws {
            for (first, second) in [(a, b), (b, a)] {
                let groups = [try await first.everyone()]
                let hello = try await first.createJob("hello \(first.base)", command: "echo hello", groups: groups)
                _ = try await second.trigger(hello)
                let rows = try await eventually("both hosts to have run it") {
                    let rows = try await first.executions(of: hello)
                    return rows.count == 2 && rows.allSatisfy { $0["status_name"] == "SUCCESS" } ? rows : nil
                }
                for client in [first, second] {
                    for row in rows {
                        let id = try #require(row["id"]?.string)
                        try await eventually("the output of \(id)") {
                            let page = try await client.call("GET", "/executions/\(id)/logs")
                            return page["output"]?.string?.contains("hello")
                        }
                    }
                }
                let long = try await second.createJob("long \(first.base)", command: "sleep 60", groups: groups)
                _ = try await first.trigger(long)
                let running = try await eventually("both hosts to run it") {
                    let rows = try await second.executions(of: long)
                    return rows.count == 2 && rows.allSatisfy { $0["status_name"] == "RUNNING" } ? rows : nil
                }
                for row in running {
                    try await first.call("POST", "/executions/\(try #require(row["id"]?.string))/cancel")
                }
                try await eventually("both to be cancelled") {
                    let rows = try await second.executions(of: long)
                    return rows.allSatisfy { $0["status_name"] == "CANCELLED" } ? true : nil
                }
            }
        }

        /// Waits until valid leases are spread so.
        private static func shares(_ counts: [String], _ postgres: PostgresServer, _ database: String) async throws {
            try await eventually("leases as \(counts)", within: .seconds(60)) {
                let found = try postgres.sql(
                    "SELECT count(*) FROM shard_lease WHERE expires_at > clock_timestamp() GROUP BY server ORDER BY 1",
                    in: database
                )
                return found.split(separator: "\n").map(String.init) == counts ? true : nil
            }
        }

        /// Waits until nobody is late with the plan.
        private static func plans(_ postgres: PostgresServer, _ database: String) async throws {
            try await eventually("a server that plans") {
                let late = try postgres.sql(
                    """
                    SELECT count(*) FROM schedule
                    WHERE next_fire < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1000
                    """,
                    in: database
                )
                return late == "0" ? true : nil
            }
        }

        private static func accounts(_ client: ServerClient, _ job: Int, _ file: String) async throws {
            let rows = try await eventually("every record to be terminal", within: .seconds(60)) {
                let rows = try await client.executions(of: job)
                let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                return open.isEmpty && rows.count >= Self.lines(file).count ? rows : nil
            }
            let ran = Self.lines(file)
            #expect(Set(ran).count == ran.count, "nothing ran twice")
            let succeeded = rows.filter { $0["status_name"] == "SUCCESS" }.compactMap { $0["id"]?.string }
            #expect(Set(ran) == Set(succeeded))
            let seconds = try rows.compactMap { $0["scheduled_time"]?.string }.map {
                try #require(Timestamp(rfc3339: $0)?.seconds)
            }
            let counts = Dictionary(seconds.map { ($0, 1) }) { $0 + $1 }
            let span = try #require(counts.keys.min())...(try #require(counts.keys.max()))
            let missing = span.dropFirst().dropLast().filter { counts[$0] != 2 }
            #expect(missing.isEmpty, "each second has a record of each host")
        }

        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }
    }
}
