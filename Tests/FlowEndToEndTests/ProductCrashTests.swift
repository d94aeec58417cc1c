// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

extension ProductTests {
    @Suite("Crashes")
    struct Crashes {
        /// Starts `serve`, and one agent named `host`.
        private func begin(_ world: ProductWorld) async throws -> (Program, Program, ServerClient) {
            let server = try world.startServe()
            let client = try await world.client(of: server)
            let agent = try world.startAgent("host", token: try await world.token())
            _ = try await client.hostsOnline(1)
            return (server, agent, client)
        }

        @Test(
            "A first start that is cut off anywhere around the first user leaves a way in: after the next one its password is in the file",
            arguments: [
                "server.administrator.written", "store.create_user.written", "store.create_user.committed",
            ]
        )
        func firstStart(point: String) async throws {
            try await ProductWorld.with(database: false) { world in
                let points = world.directory + "/points"
                try FileManager.default.createDirectory(
                    atPath: points + "/seen",
                    withIntermediateDirectories: true
                )
                try Data("\(point) 1".utf8).write(to: URL(fileURLWithPath: points + "/at"))
                let cutOff = try world.startServe(environment: ["QF_CRASH_POINTS": points])
                #expect(try await cutOff.end(within: .seconds(60)) == -1)
                #expect(FileManager.default.fileExists(atPath: points + "/done"), "it ended at \(point)")
                // There is nothing beside it that somebody could take for the password.
                #expect(!FileManager.default.fileExists(atPath: world.directory + "/password.new"))
                let client = try await world.client(of: try world.startServe())
                #expect(try await client.call("GET", "/auth/me")["username"]?.string == "admin")
            }
        }

        @Test(
            "An agent killed with kill -9 leaves its jobs running; the next one tells how they ended, and starts none twice"
        )
        func outlivesTheAgent() async throws {
            try await ProductWorld.with { world in
                let (_, agent, client) = try await self.begin(world)
                let group = try await client.everyone()
                let file = world.directory + "/starts"
                let job = try await client.createJob(
                    "long",
                    command: """
                        echo "$QF_EXECUTION_ID $QF_ATTEMPT $1" >> \(file); echo "$1 begins"
                        while [ ! -e \(world.directory)/$1 ]; do sleep 0.05; done
                        echo "$1 ends"; exit 3
                        """,
                    groups: [group],
                    with: ["overlap": "allow", "concurrency": 2]
                )
                var ids: [String] = []
                for name in ["early", "late"] {
                    ids.append(try await client.startOne(job, parameters: ["a": .text(name)]))
                }
                try await eventually("both processes") { Self.lines(file).count == 2 ? true : nil }
                agent.signal(SIGKILL)
                #expect(try await agent.end() == -1)
                for id in ids { #expect(!ProcessTable.ids(ofExecution: id).isEmpty, "it goes on") }
                _ = FileManager.default.createFile(atPath: world.directory + "/early", contents: nil)
                try await eventually("the first end") { ProcessTable.ids(ofExecution: ids[0]).isEmpty ? true : nil }
                _ = try world.startAgent("host", token: "")
                let early = try await client.ended(ids[0], within: .seconds(30))
                #expect(try await client.execution(ids[1])["status_name"] == "RUNNING")
                _ = FileManager.default.createFile(atPath: world.directory + "/late", contents: nil)
                let late = try await client.ended(ids[1], within: .seconds(30))
                for (end, name) in [(early, "early"), (late, "late")] {
                    #expect(end["status_name"] == "FAILURE" && end["exit_code"] == 3, "\(end)")
                    #expect(end["attempt"] == 1)
                    let id = end["id"]?.string ?? ""
                    try await eventually("its output") {
                        let log = try await client.call("GET", "/executions/\(id)/logs")
                        return log["output"]?.string == "\(name) begins\n\(name) ends\n" ? true : nil
                    }
                }
                #expect(Self.lines(file).sorted() == ["\(ids[0]) 1 early", "\(ids[1]) 1 late"].sorted())
            }
        }

        @Test("An agent that is restarted with 20 jobs running has every one of them end with its own result")
        func restarts() async throws {
            try await ProductWorld.with { world in
                let (_, agent, client) = try await self.begin(world)
                let group = try await client.everyone()
                let file = world.directory + "/starts"
                let job = try await client.createJob(
                    "many",
                    command: """
                        echo "$1" >> \(file)
                        while [ ! -e \(world.directory)/go ]; do sleep 0.1; done
                        exit $1
                        """,
                    groups: [group],
                    with: ["overlap": "allow", "concurrency": 20]
                )
                var ids: [String] = []
                for code in 0..<20 {
                    let started = try await client.trigger(job, parameters: ["code": .text("\(code)")])
                    ids.append(try #require(started["execution_id"]?.string))
                }
                try await eventually("all processes") { Self.lines(file).count == 20 ? true : nil }
                agent.signal(SIGTERM)
                #expect(try await agent.end() == 0)
                // Its goodbye leaves before it: no heartbeat has to be missed.
                try await eventually("the host to be away", within: .seconds(5)) {
                    try await client.clients().first?["status"] == "offline" ? true : nil
                }
                for id in ids { #expect(!ProcessTable.ids(ofExecution: id).isEmpty, "it goes on") }
                // One goodbye in twelve came after its process once: as often, none may be missed.
                for _ in 0..<12 {
                    let next = try world.startAgent("host", token: "")
                    _ = try await client.hostsOnline(1)
                    next.signal(SIGTERM)
                    #expect(try await next.end() == 0)
                    try await eventually("the host to be away", within: .seconds(5)) {
                        try await client.clients().first?["status"] == "offline" ? true : nil
                    }
                }
                _ = try world.startAgent("host", token: "")
                _ = FileManager.default.createFile(atPath: world.directory + "/go", contents: nil)
                for (code, id) in ids.enumerated() {
                    let end = try await client.ended(id, within: .seconds(30))
                    #expect(end["exit_code"]?.int == code && end["attempt"] == 1, "\(end)")
                }
                #expect(Self.lines(file).count == 20, "none was started twice")
            }
        }

        @Test("'agent stop' ends a stopped agent's jobs, and the next start reports it")
        func stopsWhatIsLeft() async throws {
            try await ProductWorld.with { world in
                let (_, agent, client) = try await self.begin(world)
                let job = try await client.createJob(
                    "sleeper",
                    command: "sleep 300",
                    groups: [try await client.everyone()]
                )
                let id = try await client.startOne(job)
                try await eventually("its process") { ProcessTable.ids(ofExecution: id).isEmpty ? nil : true }
                agent.signal(SIGTERM)
                #expect(try await agent.end() == 0)
                let directory = world.directory + "/host"
                let (code, words) = try await Program.run(
                    "quicflow",
                    ["agent", "stop", "--data-dir", directory],
                    home: world.directory
                )
                #expect(code == 0, "\(words)")
                #expect(ProcessTable.ids(ofExecution: id).isEmpty)
                _ = try world.startAgent("host", token: "")
                let end = try await client.ended(id, within: .seconds(30))
                #expect(end["reason"]?["code"] == "INTERRUPTED")
            }
        }

        @Test(
            "Agent and runner killed with kill -9 leave no process, record what they interrupted, and start nothing twice (R1)"
        )
        func interruptsOnce() async throws {
            try await ProductWorld.with { world in
                let (_, agent, client) = try await self.begin(world)
                let group = try await client.everyone()
                let file = world.directory + "/starts"
                let note = "echo \"$QF_EXECUTION_ID $QF_ATTEMPT\" >> \(file)\n"
                let plain = try await client.createJob("plain", command: note + "sleep 300", groups: [group])
                let retried = try await client.createJob(
                    "retried",
                    command: note + "[ \"$QF_ATTEMPT\" = 2 ] || sleep 300",
                    groups: [group],
                    with: ["retry_count": 1, "retry_interval": 1]
                )
                let ids = [try await client.startOne(plain), try await client.startOne(retried)]
                try await eventually("both processes") { Self.lines(file).count == 2 ? true : nil }
                agent.signal(SIGKILL)
                #expect(try await agent.end() == -1)
                let runners = ProcessTable.ids(mentioning: world.directory + "/host/runners/")
                #expect(runners.count == 1)
                for runner in runners { kill(runner, SIGKILL) }
                _ = try world.startAgent("host", token: "")
                let first = try await client.ended(ids[0], within: .seconds(30))
                #expect(first["status_name"] == "FAILURE")
                #expect(first["reason"]?["code"] == "INTERRUPTED")
                #expect(first["attempt"] == 1)
                let second = try await client.ended(ids[1], within: .seconds(30))
                #expect(second["status_name"] == "SUCCESS")
                #expect(second["attempt"] == 2)
                for id in ids { #expect(ProcessTable.ids(mentioning: id) == []) }
                #expect(Self.lines(file).sorted() == ["\(ids[0]) 1", "\(ids[1]) 1", "\(ids[1]) 2"].sorted())
            }
        }

        @Test("A server killed with kill -9 costs no fire: each second has one record, and ran once (R2, R5)")
        func outlivesTheServer() async throws {
            try await ProductWorld.with { world in
                let (server, _, client) = try await self.begin(world)
                let group = try await client.everyone()
                let file = world.directory + "/ticks"
                let job = try await client.createJob(
                    "ticks",
                    command: "echo $QF_SCHEDULED_TIME >> \(file)",
                    groups: [group],
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first seconds") { Self.lines(file).count >= 3 ? true : nil }
                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                let before = Self.lines(file).count
                try await eventually("the agent alone") { Self.lines(file).count >= before + 4 ? true : nil }
                let restarted = try world.startServe()
                let again = try await world.client(of: restarted)
                _ = try await again.hostsOnline(1)
                let reconnected = Self.lines(file).count
                try await eventually("seconds after that") { Self.lines(file).count >= reconnected + 3 ? true : nil }
                try await again.call("POST", "/tasks/\(job)/disable")
                let rows = try await eventually("every record to be terminal", within: .seconds(30)) {
                    let rows = try await again.executions(of: job)
                    let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return open.isEmpty && rows.count >= Self.lines(file).count ? rows : nil
                }
                let fires = rows.compactMap { $0["scheduled_time"]?.string }.sorted()
                #expect(Set(fires).count == rows.count, "one record for each second")
                let seconds = try fires.map { try Self.seconds($0) }
                let span = try #require(seconds.first)...(try #require(seconds.last))
                #expect(seconds == Array(span), "no second is missing")
                let ran = rows.filter { $0["status_name"] == "SUCCESS" }.compactMap { $0["scheduled_time"]?.string }
                #expect(try Self.lines(file).map(Self.seconds).sorted() == ran.map(Self.seconds).sorted())
            }
        }

        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        private static func seconds(_ text: String) throws -> Int64 {
            try #require(Timestamp(rfc3339: text)?.seconds)
        }
    }
}
