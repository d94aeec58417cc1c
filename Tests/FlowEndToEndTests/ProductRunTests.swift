// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Running jobs by hand")
    struct Runs {
        @Test("The same Idempotency-Key twice starts one run (S3-4.2)")
        func startsOnce() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let file = world.directory + "/starts"
                let group = try await client.everyone()
                let job = try await client.createJob("once", command: "echo x >> \(file)", groups: [group])
                let first = try await client.trigger(job, key: "the-same-key")
                let second = try await client.trigger(job, key: "the-same-key")
                #expect(first["run_id"] == second["run_id"])
                let id = try #require(first["execution_id"]?.string)
                #expect(try await client.ended(id)["status_name"] == "SUCCESS")
                // A third with another key comes after whatever the second might have started.
                let third = try await client.runOne(job)
                #expect(third["status_name"] == "SUCCESS")
                #expect(try await client.executions(of: job).count == 2)
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "x\nx\n")
            }
        }

        @Test("A host tells what its jobs did, and it is what the server recorded (S1-FR-5.3)")
        func tellsStatistics() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let token = try await world.token()
                let agent = try world.startAgent("host", token: token)
                let host = try #require(try await client.hostsOnline(1).first?["client_id"]?.string)
                let job = try await client.createJob("counted", command: "true", groups: [try await client.everyone()])
                _ = try await client.runOne(job)
                // It tells within seconds of a connection, and only every five minutes after that.
                agent.signal(SIGTERM)
                _ = try await agent.end()
                _ = try world.startAgent("host", token: token)
                let task = try await eventually("the host's own word", within: .seconds(40)) {
                    let day = try await client.call("GET", "/clients/\(host)/stats")
                    return day["tasks"]?.items.first {
                        $0["task_name"]?.string == "counted" && $0["agent"]?["total"] != nil
                    }
                }
                #expect(task["agent"]?["success"]?.int == 1 && task["server"]?["success"]?.int == 1, "\(task)")
                let times = ["agent", "server"].map { task[$0]?["total_duration_ms"]?.int }
                #expect(times[0] == times[1] && task["difference"]?["total"]?.int == 0, "\(task)")
            }
        }

        @Test("Parameters arrive as QF_PARAM_* and are never run (S3-4.5)")
        func doesNotRunParameters() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let bait = world.directory + "/pwned"
                let group = try await client.everyone()
                let job = try await client.createJob(
                    "parameters",
                    command: #"echo "a=$QF_PARAM_A"; echo b=$QF_PARAM_B; echo "c=$QF_PARAM_C"; echo "d=$QF_PARAM_D""#,
                    groups: [group]
                )
                let payloads = ["; touch \(bait)", "$(touch \(bait))", "`touch \(bait)`", "'\"\n touch \(bait) #"]
                let execution = try await client.runOne(
                    job,
                    parameters: [
                        "a": .text(payloads[0]), "b": .text(payloads[1]), "c": .text(payloads[2]),
                        "d": .text(payloads[3]),
                    ]
                )
                #expect(execution["status_name"] == "SUCCESS")
                let id = try #require(execution["id"]?.string)
                let log = try await Runs.completeLog(id, client)
                let expected = zip("abcd", payloads).map { "\($0)=\($1)" }.joined(separator: "\n") + "\n"
                #expect(log == expected)
                #expect(!FileManager.default.fileExists(atPath: bait))
            }
        }

        @Test("Output of 100 kB is complete in the log (S1-FR-4.3)")
        func keepsAllOutput() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let job = try await client.createJob(
                    "loud",
                    command: "i=0; while [ $i -lt 10000 ]; do printf '%09d\\n' $i; i=$((i+1)); done",
                    groups: [group]
                )
                let execution = try await client.runOne(job)
                #expect(execution["status_name"] == "SUCCESS")
                let log = try await Runs.completeLog(try #require(execution["id"]?.string), client)
                let lines = log.split(separator: "\n")
                #expect(log.utf8.count == 100_000)
                #expect(lines.count == 10_000)
                #expect(lines.enumerated().allSatisfy { Int($1) == $0 })
            }
        }

        @Test("What a job prints is seen live before it ends (S1-FR-4.4)")
        func showsOutputLive() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let gate = world.directory + "/go"
                let group = try await client.everyone()
                let job = try await client.createJob(
                    "live",
                    command: "echo first; while [ ! -e \(gate) ]; do sleep 0.05; done; echo second",
                    groups: [group]
                )
                let id = try await client.startOne(job)
                let live = try LiveSocket(port: world.httpPort, token: client.token)
                try await live.open()
                try live.say(["op": "sub", "id": 1, "topics": .list([.text("log:\(id)")])])
                var text = ""
                try await eventually("the first line") {
                    while let message = try live.next() { text += message["data"]?["text"]?.string ?? "" }
                    return text.contains("first\n") ? true : nil
                }
                // The job waits for this file: what has arrived has arrived before its end.
                #expect(try await client.execution(id)["status_name"] == "RUNNING")
                #expect(FileManager.default.createFile(atPath: gate, contents: nil))
                var hasEnded = false
                try await eventually("the end of the log") {
                    while let message = try live.next() {
                        text += message["data"]?["text"]?.string ?? ""
                        if message["data"]?["end"] == true { hasEnded = true }
                    }
                    return hasEnded ? true : nil
                }
                #expect(text == "first\nsecond\n")
                #expect(try await client.ended(id)["status_name"] == "SUCCESS")
            }
        }

        /// The whole standard output of an execution, once all of it has arrived.
        static func completeLog(_ id: String, _ client: ServerClient) async throws -> String {
            try await eventually("the whole log of \(id)") {
                let page = try await client.call("GET", "/executions/\(id)/logs")
                return page["complete"] == true ? page["output"]?.string : nil
            }
        }
    }
}
