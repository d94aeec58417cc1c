// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Stopping jobs")
    struct Stops {
        /// Children that ignore SIGTERM; one is a session of its own without a parent.
        private static let stubborn = """
            trap '' TERM
            (sleep 311; sleep 311) &
            (setsid sh -c 'sleep 312; sleep 312' &)
            echo ready
            sleep 314
            sleep 314
            """

        @Test("Stop, forced stop and timeout leave no process of a stubborn job (S1-FR-4.5, S3-4.3)")
        func leavesNothing() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                func stubborn(_ name: String, timeout: Int) async throws -> String {
                    let job = try await client.createJob(
                        name,
                        command: Self.stubborn,
                        groups: [group],
                        with: ["timeout": .number(Double(timeout))]
                    )
                    let id = try await client.startOne(job)
                    // The shell, its child, the subshell with one, and the session with one; found by their working directory.
                    try await eventually("the children of \(name)") {
                        ProcessTable.ids(mentioning: id).count >= 6 ? true : nil
                    }
                    return id
                }
                let timed = try await stubborn("timed", timeout: 10)
                let graceful = try await stubborn("graceful", timeout: 3600)
                let forced = try await stubborn("forced", timeout: 3600)

                try await client.call("POST", "/executions/\(graceful)/cancel")
                try await client.call("POST", "/executions/\(forced)/cancel")
                let begin = ContinuousClock.now
                try await client.call("POST", "/executions/\(forced)/cancel", ["force": true])
                let second = try await client.ended(forced)
                // Without force a stubborn job has ten seconds.
                #expect(ContinuousClock.now - begin < .seconds(7))
                #expect(second["status_name"] == "CANCELLED")
                #expect(ProcessTable.ids(mentioning: forced) == [])

                let first = try await client.ended(graceful, within: .seconds(30))
                #expect(first["status_name"] == "CANCELLED")
                #expect(ProcessTable.ids(mentioning: graceful) == [])

                let third = try await client.ended(timed, within: .seconds(40))
                #expect(third["status_name"] == "TIMEOUT")
                #expect(ProcessTable.ids(mentioning: timed) == [])
                // A second stop of what has ended is no error and changes nothing.
                let again = try await client.call("POST", "/executions/\(timed)/cancel")
                #expect(again["status_name"] == "TIMEOUT")
            }
        }

        @Test("A process that hides its environment in a session of its own ends with its job (S1-FR-4.5)")
        func findsTheHidden() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                // The argument is what the test knows the hidden one by; its environment says nothing.
                let command = "(setsid env -i sh -c 'sleep 313; sleep 313' $QF_EXECUTION_ID &); sleep 314"
                let job = try await client.createJob("hidden", command: command, groups: [group])
                let id = try await client.startOne(job)
                try await eventually("its processes") { ProcessTable.ids(mentioning: id).count >= 2 ? true : nil }
                try await client.call("POST", "/executions/\(id)/cancel", ["force": true])
                #expect(try await client.ended(id)["status_name"] == "CANCELLED")
                #expect(ProcessTable.ids(mentioning: id) == [])
            }
        }

        @Test("Ctrl-C ends server, agent, runner and jobs within 5 s, and the next start has all the data (S1-F1)")
        func endsAll() async throws {
            try await ProductWorld.with { world in
                let server = try world.startDev()
                let client = try await world.client(of: server)
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let job = try await client.createJob("sleeper", command: "sleep 300", groups: [group])
                let id = try await client.startOne(job)
                let begin = ContinuousClock.now
                server.signal(SIGINT)
                #expect(try await server.end() == 0)
                let took = ContinuousClock.now - begin
                #expect(took < .seconds(5))
                try await eventually("the end of every process", within: .seconds(5) - min(took, .seconds(4))) {
                    ProcessTable.ids(mentioning: world.directory).isEmpty ? true : nil
                }
                let again = try await world.client(of: try world.startDev())
                #expect(try await again.call("GET", "/tasks/\(job)")["name"] == "sleeper")
                let end = try await again.ended(id)
                #expect(end["status_name"] == "FAILURE")
                #expect(end["reason"]?["code"] == "INTERRUPTED")
            }
        }

        @Test("A second server on the same directory, or the same port, is refused with words (S1-F2)")
        func refusesTheSecond() async throws {
            try await ProductWorld.with { world in
                _ = try await world.client(of: try world.startDev())
                let data = world.directory + "/data"
                let (code, words) = try await Program.run(
                    "quicflow-server",
                    ["dev", "--data-dir", data, "--http", "127.0.0.1:0", "--agents", "127.0.0.1:0", "--no-samples"],
                    home: world.directory
                )
                #expect(code > 0, "an exit code, not a signal")
                #expect(words.contains("data"), "\(words)")
                #expect(!words.contains("Fatal error"), "\(words)")
                let other = ["--data-dir", world.directory + "/other", "--no-samples"]
                for ports in [
                    ["--http", "127.0.0.1:\(world.httpPort)", "--agents", "127.0.0.1:0"],
                    ["--http", "127.0.0.1:0", "--agents", "127.0.0.1:\(world.agentsPort)"],
                ] {
                    let (code, words) = try await Program.run(
                        "quicflow-server",
                        ["dev"] + other + ports,
                        home: world.directory
                    )
                    #expect(code > 0, "an exit code, not a signal")
                    let port = ports[1].hasSuffix(":0") ? world.agentsPort : world.httpPort
                    #expect(words.contains("\(port)"), "\(words)")
                    #expect(!words.contains("Fatal error"), "\(words)")
                }
            }
        }
    }
}
