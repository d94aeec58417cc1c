// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Testing

extension ProductTests {
    /// Disks that fail or take no changes, where the files are: no false success, an alarm within 5 s, and recovery.
    @Suite("Faulty disks", .enabled(if: FaultyDisk.isPossible))
    struct FaultyDisks {
        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        private static func isReady(_ client: ServerClient) async -> Bool {
            (try? await client.call("GET", "/readyz")) != nil
        }

        /// Each start has its record, and each success its start.
        private static func expectAccounts(_ client: ServerClient, of job: Int, in file: String) async throws {
            try await client.call("POST", "/tasks/\(job)/disable")
            let rows = try await eventually("every record to be terminal", within: .seconds(60)) {
                let rows = try await client.executions(of: job)
                let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                return open.isEmpty && rows.count >= Self.lines(file).count ? rows : nil
            }
            let ran = rows.filter { $0["status_name"] == "SUCCESS" }.compactMap { $0["id"]?.string }
            #expect(ran.sorted() == Self.lines(file).sorted())
        }

        @Test(
            "A server whose database can't be written says so within 5 s, and again when it can; nothing is lost",
            arguments: [EIO, EROFS]
        )
        func server(error: Int32) async throws {
            try await ProductWorld.with(database: false) { world in
                let disk = try FaultyDisk(in: world.directory)
                let server = try world.startDev(wrapper: disk.wrapper)
                let client = try await world.client(of: server)
                _ = try await client.hostsOnline(1)
                let groups = [try await client.everyone()]
                let file = world.directory + "/ticks"
                let ticks = try await client.createJob(
                    "ticks",
                    command: "echo $QF_EXECUTION_ID >> \(file)",
                    groups: groups,
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first ticks") { Self.lines(file).count >= 2 ? true : nil }
                let live = try LiveSocket(port: world.httpPort, token: client.token)
                try await live.open()
                try live.say(["op": "sub", "id": 1, "topics": .list([.text("storage")])])

                try disk.fail(with: error, below: world.serverDirectory + "/quartzflow.db")
                let begin = ContinuousClock.now
                try await eventually("the server not to be ready") { await Self.isReady(client) ? nil : true }
                #expect(ContinuousClock.now - begin < .seconds(5))
                let failing = try await client.call("GET", "/stats")["storage_failing"]
                #expect(failing?["text"]?["en"]?.string?.hasPrefix("The d") == true, "\(String(describing: failing))")
                try await eventually("the console to be told", within: .seconds(5)) {
                    while let frame = try live.next() {
                        if frame["t"] == "storage", frame["data"]?["failing"]?["since"]?.string != nil { return true }
                    }
                    return nil
                }
                await #expect(throws: ServerClient.Refusal.self, "no false success") {
                    _ = try await client.createJob("never", command: "true", groups: groups)
                }
                let before = Self.lines(file).count
                try await eventually("the host to go on") { Self.lines(file).count >= before + 3 ? true : nil }
                let said = server.output.components(separatedBy: "nothing can be stored").count - 1
                #expect(said == 1, "once, not each time")

                disk.mend()
                let mended = ContinuousClock.now
                try await eventually("the server to be ready") { await Self.isReady(client) ? true : nil }
                #expect(ContinuousClock.now - mended < .seconds(5))
                #expect(try await client.call("GET", "/stats")["storage_failing"] == .null)
                let names = try await client.call("GET", "/tasks")["items"]?.items.compactMap { $0["name"]?.string }
                #expect(names?.contains("never") == false)
                try await Self.expectAccounts(client, of: ticks, in: file)
                let copy = world.directory + "/copy"
                for words in [["backup", copy, "--data-dir", world.serverDirectory], ["verify", copy]] {
                    let (code, output) = try await Program.run("quicflow-server", words, home: world.directory)
                    #expect(code == 0, "the database is whole: \(output)")
                }
            }
        }

        @Test(
            "A host whose ledger can't be written says so within 5 s, starts nothing meanwhile, and goes on after it",
            arguments: [EIO, EROFS]
        )
        func ledger(error: Int32) async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let disk = try FaultyDisk(in: world.directory)
                _ = try world.startAgent("host", token: try await world.token(), wrapper: disk.wrapper)
                _ = try await client.hostsOnline(1)
                let file = world.directory + "/ticks"
                let ticks = try await client.createJob(
                    "ticks",
                    command: "echo $QF_EXECUTION_ID >> \(file)",
                    groups: [try await client.everyone()],
                    with: ["cron_expr": "* * * * * *"]
                )
                try await eventually("the first ticks") { Self.lines(file).count >= 2 ? true : nil }

                try disk.fail(with: error, below: world.directory + "/host")
                let begin = ContinuousClock.now
                let words = try await eventually("the host to say so") {
                    try await client.clients().first?["trouble"]?.string
                }
                #expect(ContinuousClock.now - begin < .seconds(5), "\(words)")
                let before = Self.lines(file).count
                try await eventually("two more seconds") { ContinuousClock.now - begin > .seconds(3) ? true : nil }
                #expect(Self.lines(file).count <= before + 1, "nothing is started that can't be recorded")

                disk.mend()
                try await eventually("the host to be well", within: .seconds(20)) {
                    try await client.clients().first?["trouble"]?.string == nil ? true : nil
                }
                let resumed = Self.lines(file).count
                try await eventually("ticks again") { Self.lines(file).count >= resumed + 2 ? true : nil }
                try await Self.expectAccounts(client, of: ticks, in: file)
            }
        }

        @Test(
            "Output that can't be kept is cut, and its record says so; the attempt ends as it ended",
            arguments: [EIO, EROFS, ENOSPC]
        )
        func spool(error: Int32) async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let disk = try FaultyDisk(in: world.directory)
                _ = try world.startAgent("host", token: try await world.token(), wrapper: disk.wrapper)
                _ = try await client.hostsOnline(1)
                let job = try await client.createJob(
                    "long",
                    command: "seq 1 60000; exit 4",
                    groups: [try await client.everyone()]
                )
                try disk.fail(with: error, below: world.directory + "/host/spool")
                let cut = try await client.runOne(job)
                #expect(cut["exit_code"] == 4 && cut["status_name"] == "FAILURE", "\(cut)")
                #expect(cut["attempts"]?.items.last?["output_truncated"] == .bool(true), "\(cut)")
                #expect(try await client.clients().first?["trouble"]?.string == nil, "the ledger is well")
                disk.mend()
                let whole = try await client.runOne(job)
                #expect(whole["exit_code"] == 4, "\(whole)")
                let id = whole["id"]?.string ?? ""
                try await eventually("all of the output", within: .seconds(20)) {
                    try await client.execution(id)["output_bytes"]?.int == 348_894 ? true : nil
                }
            }
        }
    }
}
