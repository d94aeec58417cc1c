// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Secrets")
    struct Secrets {
        @Test("A secret reaches the program, and is nowhere else: in no file of server and host, no log, no answer")
        func isNowhereElse() async throws {
            let value = "tr0ub4dor-and-three"
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                try await client.call("PUT", "/secrets/DB", ["value": .text(value), "owner_groups": "all"])
                let file = world.directory + "/length"
                let job = try await client.createJob(
                    "with a secret",
                    command: "",
                    groups: [try await client.everyone()],
                    with: [
                        "executor_config": [
                            "command": .text(
                                "printf %s \"$PW\" | wc -c > \(file); echo \"pw=$PW\"; echo \"$PW\" >&2; exit 0"
                            ),
                            "env": ["PW": "secret:DB"],
                        ]
                    ]
                )
                let execution = try await client.runOne(job)
                #expect(execution["status_name"] == "SUCCESS", "\(execution)")
                let written = try String(contentsOfFile: file, encoding: .utf8)
                #expect(Int(written.trimmingCharacters(in: .whitespacesAndNewlines)) == value.utf8.count)
                let id = try #require(execution["id"]?.string)
                let log = try await Runs.completeLog(id, client)
                #expect(log.contains("pw=***") && !log.contains(value), "\(log)")
                let audit = try await client.call("GET", "/audit?action=secret.deliver")
                #expect(audit["total"] == 1)
                let given = "handed-0ver-at-the-start"
                try await Self.start(with: given, client)
                try Self.expectNowhere(value, in: world.directory)
                try Self.expectNowhere(given, in: world.directory)
                // A name that is gone: nothing is started, and the record says why.
                try await client.call("DELETE", "/secrets/DB?force=true")
                let refused = try await client.runOne(job)
                #expect(refused["status_name"] == "FAILURE", "\(refused)")
                #expect(refused["reason"]?["code"] == "POLICY_DENIED")
            }
        }

        @Test(
            "A secret is in no live frame, not in what doctor prints, and in nothing that is left where runner, agent and server die"
        )
        func liveAndCrashes() async throws {
            let value = "l1ve-and-cr4shed"
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                let agent = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                try await client.call("PUT", "/secrets/DB", ["value": .text(value), "owner_groups": "all"])
                let job = try await client.createJob(
                    "with a secret",
                    command: "",
                    groups: [try await client.everyone()],
                    with: [
                        "executor_config": [
                            "command": .text(
                                "echo \"pw=$PW\"; echo \"$PW\" >&2; while [ ! -e \(world.directory)/go ]; do sleep 0.05; done; "
                                    + "echo \"again $PW\""
                            ),
                            "env": ["PW": "secret:DB"],
                        ]
                    ]
                )
                let live = try LiveSocket(port: world.httpPort, token: client.token)
                let events = try LiveSocket(
                    port: world.httpPort,
                    token: client.token,
                    path: "events?topics=jobs,executions,hosts,stats"
                )
                try await live.open()
                let id = try await client.startOne(job)
                try live.say([
                    "op": "sub", "id": 1,
                    "topics": .list(
                        ["jobs", "executions", "hosts", "stats", "execution:\(id)", "log:\(id)"].map { .text($0) }
                    ),
                ])
                var text = ""
                try await eventually("its first line, live") {
                    events.listen()
                    while let message = try live.next() { text += message["data"]?["text"]?.string ?? "" }
                    return text.contains("pw=***") ? true : nil
                }
                let doctor = try await Program.run(
                    "quicflow",
                    [
                        "doctor", "--server", "http://127.0.0.1:\(world.httpPort)", "--data-dir",
                        world.directory + "/host",
                        "--server-data-dir", world.serverDirectory,
                    ],
                    home: world.directory,
                    environment: ["QUARTZFLOW_TOKEN": client.token]
                )
                #expect(doctor.output.contains("ok"), "\(doctor.output)")
                // Killed while it is used: first who started the program, then who handed the secret on.
                let own = ProcessTable.ids(ofExecution: id)
                #expect(!own.isEmpty)
                let runners = ProcessTable.ids(mentioning: world.directory).filter { pid in
                    let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
                    return name?.hasSuffix("/quicflow-runner") == true
                }
                #expect(!runners.isEmpty)
                for pid in runners { kill(pid, SIGKILL) }
                agent.signal(SIGKILL)
                server.signal(SIGKILL)
                #expect(try await agent.end() == -1)
                #expect(try await server.end() == -1)
                events.listen()
                for (name, frames) in [("WebSocket", live.recorded), ("SSE", events.recorded)] {
                    #expect(frames.count > 200, "\(name) said something")
                    #expect(Data(frames).firstRange(of: Data(value.utf8)) == nil, "\(name)")
                }
                try Self.expectNowhere(value, in: world.directory)
            }
        }

        @Test(
            "Server, agent and runner that crash with a secret in them leave it nowhere; jobs have the limits of before"
        )
        func crashes() async throws {
            let value = "cr4sh-and-tell-n0thing"
            // As much of a core as may be, as some systems have it; what is started here inherits that.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            let before = limit
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            defer {
                var before = before
                setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &before)
            }
            let wanted = limit.rlim_cur == rlim_t.max ? "unlimited" : "\(limit.rlim_cur / 512)"
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                let agent = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                try await client.call("PUT", "/secrets/DB", ["value": .text(value), "owner_groups": "all"])
                let job = try await client.createJob(
                    "with a secret",
                    command: "",
                    groups: [try await client.everyone()],
                    with: [
                        "executor_config": [
                            "command": .text(
                                "ulimit -Sc > \(world.directory)/limit; while [ ! -e \(world.directory)/go ]; do sleep 0.05; done"
                            ),
                            "env": ["PW": "secret:DB"],
                        ]
                    ]
                )
                _ = try await client.startOne(job)
                let file = world.directory + "/limit"
                let seen = try await eventually("the job's limit") {
                    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                    return text.isEmpty ? nil : text.trimmingCharacters(in: .whitespacesAndNewlines)
                }
                #expect(seen == wanted, "a job finds what the agent was started with")
                let runners = ProcessTable.ids(mentioning: world.directory).filter { pid in
                    let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
                    return name?.hasSuffix("/quicflow-runner") == true
                }
                #expect(runners.count == 1)
                for pid in runners + [agent.pid, server.pid] {
                    let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
                    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
                    let soft = line.split(separator: " ", omittingEmptySubsequences: true)[4]
                    #expect(soft == "1" || soft == "0", "\(line)")
                }
                for pid in runners { kill(pid, SIGSEGV) }
                agent.signal(SIGSEGV)
                server.signal(SIGSEGV)
                #expect(try await agent.end() == -1)
                #expect(try await server.end() == -1)
                #expect(server.output.contains("crashed by signal 11"), "\(server.output.suffix(500))")
                try await eventually("what the agent and the runner say") {
                    // Both write into the agent's log.
                    agent.output.components(separatedBy: "crashed by signal 11").count == 3 ? true : nil
                }
                #expect(!agent.output.contains("Registers:") && !server.output.contains("Registers:"))
                try Self.expectNowhere(value, in: world.directory)
                let cores = try FileManager.default.subpathsOfDirectory(atPath: world.directory).filter {
                    ($0 as NSString).lastPathComponent.hasPrefix("core")
                }
                #expect(cores.isEmpty, "\(cores)")
            }
        }

        /// Looks into every file of a world: databases, logs of all programs, spools, what a crash left.
        private static func expectNowhere(_ value: String, in directory: String) throws {
            for path in try FileManager.default.subpathsOfDirectory(atPath: directory) {
                guard let content = FileManager.default.contents(atPath: directory + "/" + path) else { continue }
                #expect(content.firstRange(of: Data(value.utf8)) == nil, "\(path)")
            }
        }

        /// Runs a task with a secret parameter, which its script has as a variable only.
        private static func start(with value: String, _ client: ServerClient) async throws {
            let job = try await client.createJob(
                "with a secret parameter",
                command: "",
                groups: [try await client.everyone()],
                with: [
                    "executor_config": [
                        "command": .text(
                            "echo \"pw=$QF_PARAM_PW bytes=${#QF_PARAM_PW} arguments=$#\"; test ${#QF_PARAM_PW} = 24"
                        )
                    ],
                    "parameters": [["name": "pw", "type": "secret", "required": true]],
                ]
            )
            let first = try await client.runOne(job, parameters: ["pw": .text(value)])
            #expect(first["status_name"] == "SUCCESS", "\(first)")
            let log = try await Runs.completeLog(try #require(first["id"]?.string), client)
            #expect(log.contains("pw=*** bytes=24 arguments=0"), "\(log)")
        }
    }
}
