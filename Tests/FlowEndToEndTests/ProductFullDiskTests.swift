// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import FlowTesting
import Foundation
import Testing

private enum SmallFileSystem {
    /// Whether this process may mount: in a container it often may not.
    static let canMount: Bool = {
        guard getuid() == 0 else { return false }
        let trial = ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]
        return (try? ChildProcess.run("/usr/bin/unshare", trial))?.end == .exited(0)
    }()
}

extension ProductTests {
    /// Real disks without room: a small file system of memory in a mount namespace of its own.
    @Suite("Full disks", .enabled(if: SmallFileSystem.canMount))
    struct FullDisks {
        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }

        /// Fills a file system to the last byte.
        private static func fill(_ file: String) {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            defer { close(descriptor) }
            for size in [1 << 16, 1 << 12, 1] {
                let zeros = [UInt8](repeating: 0, count: size)
                while write(descriptor, zeros, size) > 0 {}
            }
        }

        @Test(
            "A host without room says so within 5 s, starts nothing that it can't record, and goes on when there is room"
        )
        func fullHost() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let data = world.directory + "/host"
                try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
                let mount = "mount -t tmpfs -o size=8m,mode=700 none \(data) && exec \"$@\""
                let agent = try world.startAgent(
                    "host",
                    token: try await world.token(),
                    wrapper: ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount, "sh"]
                )
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/ticks"
                let ticks = try await client.createJob(
                    "ticks",
                    command: "echo $QF_EXECUTION_ID >> \(file)",
                    groups: [group],
                    with: ["cron_expr": "* * * * * *"]
                )
                let long = try await client.createJob(
                    "long",
                    command: "while [ ! -e \(world.directory)/go ]; do sleep 0.05; done; seq 1 60000; exit 4",
                    groups: [group]
                )
                let id = try await client.startOne(long)
                try await eventually("the first ticks") { Self.lines(file).count >= 3 ? true : nil }

                // The agent's own view of its directory.
                let filler = "/proc/\(agent.pid)/root\(data)/filler"
                Self.fill(filler)
                let begin = ContinuousClock.now
                let words = try await eventually("the host to say so") {
                    try await client.clients().first?["trouble"]?.string
                }
                #expect(ContinuousClock.now - begin < .seconds(5), "\(words)")
                let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970) * 1000)
                let why = try await client.call("GET", "/tasks/\(ticks)/explain?at=\(now)")
                #expect(why["text"]?["en"]?.string?.contains("the host \(words)") == true, "\(why)")
                #expect(why["text"]?["zh"]?.string?.contains("主机无法写台账") == true, "\(why)")
                let before = Self.lines(file).count
                // A job that ends now has its end told later, and its output is what is lost.
                _ = FileManager.default.createFile(atPath: world.directory + "/go", contents: nil)
                try await eventually("its end") { ProcessTable.ids(ofExecution: id).isEmpty ? true : nil }
                try await eventually("three more seconds") {
                    ContinuousClock.now - begin > .seconds(6) ? true : nil
                }
                #expect(Self.lines(file).count <= before + 1, "nothing is started that can't be recorded")
                #expect(try await client.execution(id)["status_name"] == "RUNNING")

                unlink(filler)
                try await eventually("the host to be well", within: .seconds(20)) {
                    try await client.clients().first?["trouble"]?.string == nil ? true : nil
                }
                let end = try await client.ended(id, within: .seconds(30))
                #expect(end["exit_code"] == 4 && end["attempt"] == 1, "\(end)")
                let resumed = Self.lines(file).count
                try await eventually("ticks again") { Self.lines(file).count >= resumed + 3 ? true : nil }
                try await client.call("POST", "/tasks/\(ticks)/disable")
                let rows = try await eventually("every record to be terminal", within: .seconds(30)) {
                    let rows = try await client.executions(of: ticks)
                    let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return open.isEmpty ? rows : nil
                }
                let ran = rows.filter { $0["status_name"] == "SUCCESS" }.compactMap { $0["id"]?.string }
                #expect(
                    ran.sorted() == Self.lines(file).sorted(),
                    "each start has its record, and each success its start"
                )
            }
        }

        /// What a request is refused with; nil when it is not.
        private static func refusal(_ body: () async throws -> Void) async throws -> ServerClient.Refusal? {
            do {
                try await body()
                return nil
            } catch let refusal as ServerClient.Refusal {
                return refusal
            }
        }

        @Test("A server without room says so, hosts go on without it, and nothing is lost when there is room again")
        func fullServer() async throws {
            try await ProductWorld.with(database: false) { world in
                let data = world.serverDirectory
                try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
                let mount = "mount -t tmpfs -o size=24m,mode=700 none \(data) && exec \"$@\""
                let server = try world.startDev(
                    wrapper: ["/usr/bin/unshare", "-m", "/bin/sh", "-c", mount, "sh"]
                )
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
                try await eventually("the first ticks") { Self.lines(file).count >= 3 ? true : nil }
                #expect(try await Self.refusal { try await client.call("GET", "/readyz") } == nil)

                // The server's own view of its directory.
                let filler = "/proc/\(server.pid)/root\(data)/filler"
                Self.fill(filler)
                // What the log of the database holds already has room; a change too many has none.
                var count = 0
                let refused = try await eventually("a refusal", within: .seconds(60), every: .zero) {
                    count += 1
                    let refusal = try await Self.refusal {
                        _ = try await client.createJob("late \(count)", command: "true", groups: groups)
                    }
                    // Not one for being asked too often.
                    return refusal?.status == 503 ? refusal : nil
                }
                #expect(refused.text.contains("full"), "\(refused)")
                let unready = try await eventually("the server not to be ready", within: .seconds(20)) {
                    try await Self.refusal { try await client.call("GET", "/readyz") }
                }
                #expect(unready.status == 503 && unready.text.contains("nothing can be stored"), "\(unready)")
                try await client.call("GET", "/health")
                #expect(try await client.executions(of: ticks).isEmpty == false, "what is stored can be read")
                let before = Self.lines(file).count
                try await eventually("the host to go on") { Self.lines(file).count >= before + 5 ? true : nil }
                #expect(server.output.contains("is full"), "the log says so")

                unlink(filler)
                try await eventually("the server to be ready", within: .seconds(20)) {
                    try await Self.refusal { try await client.call("GET", "/readyz") } == nil ? true : nil
                }
                _ = try await client.createJob("late", command: "true", groups: groups)
                try await client.call("POST", "/tasks/\(ticks)/disable")
                let rows = try await eventually("every record to be terminal", within: .seconds(60)) {
                    let rows = try await client.executions(of: ticks)
                    let open = rows.filter { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return open.isEmpty && rows.count >= Self.lines(file).count ? rows : nil
                }
                let ran = rows.filter { $0["status_name"] == "SUCCESS" }.compactMap { $0["id"]?.string }
                #expect(
                    ran.sorted() == Self.lines(file).sorted(),
                    "each start has its record, and each success its start"
                )
            }
        }
    }
}
