// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

extension ProductTests {
    @Suite("Back-up and restore")
    struct Backups {
        @Test(
            "A back-up taken under load and restored has what was acknowledged before; the agent goes on, nothing runs twice"
        )
        func underLoad() async throws {
            try await ProductWorld.with(database: false) { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/ticks"
                let note = "echo $QF_EXECUTION_ID >> \(file)"
                let ticks = try await client.createJob(
                    "ticks",
                    command: note,
                    groups: [group],
                    with: ["cron_expr": "* * * * * *"]
                )
                let byHand = try await client.createJob("by hand", command: note, groups: [group])
                try await eventually("the first seconds") { Self.lines(file).count >= 3 ? true : nil }
                // Triggers go on while the copy is made; those that were answered before it began have to be in it.
                let load = Task {
                    // As fast as a busy person's script; it ends with the server or the test.
                    while (try? await client.trigger(byHand)) != nil { try? await Task.sleep(for: .milliseconds(20)) }
                }
                try await eventually("load") { try await client.executions(of: byHand).count >= 10 ? true : nil }
                let acknowledged = try await client.executions(of: byHand) + client.executions(of: ticks)
                let copy = world.directory + "/copy.tar"
                let place = ["--data-dir", world.serverDirectory]
                let (made, words) = try await Program.run(
                    "quicflow-server",
                    ["backup", copy] + place,
                    home: world.directory
                )
                #expect(made == 0, "\(words)")
                try await eventually("more load") { Self.lines(file).count >= acknowledged.count + 5 ? true : nil }
                load.cancel()
                await load.value
                let (checked, report) = try await Program.run(
                    "quicflow-server",
                    ["verify", copy],
                    home: world.directory
                )
                #expect(checked == 0 && report.contains("jobs: 2, hosts: 1, users: 1"), "\(report)")

                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                let key = world.serverDirectory + "/secrets.key"
                try FileManager.default.moveItem(atPath: key, toPath: world.directory + "/key")
                try FileManager.default.removeItem(atPath: world.serverDirectory)
                let (restored, said) = try await Program.run(
                    "quicflow-server",
                    ["restore", copy] + place,
                    home: world.directory
                )
                #expect(restored == 0 && said.contains("secrets.key"), "\(said)")
                try FileManager.default.moveItem(atPath: world.directory + "/key", toPath: key)

                let again = try await world.client(of: try world.startServe())
                await #expect(throws: ServerClient.Refusal.self, "sessions of before have ended") {
                    _ = try await client.clients()
                }
                _ = try await again.hostsOnline(1)
                let reconnected = Self.lines(file).count
                try await eventually("seconds after that") { Self.lines(file).count >= reconnected + 3 ? true : nil }
                try await again.call("POST", "/tasks/\(ticks)/disable")
                // What ran after the copy comes back by the agent's reports, too.
                let rows = try await eventually("every process to have its record", within: .seconds(60)) {
                    let rows = try await again.executions(of: ticks) + again.executions(of: byHand)
                    let isOver = rows.allSatisfy { !["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return isOver && rows.count >= Self.lines(file).count ? rows : nil
                }
                let ids = Set(rows.compactMap { $0["id"]?.string })
                #expect(
                    ids.isSuperset(of: acknowledged.compactMap { $0["id"]?.string }),
                    "nothing acknowledged is lost"
                )
                let ran = Self.lines(file)
                #expect(Set(ran).count == ran.count, "nothing ran twice")
                #expect(ids.isSuperset(of: ran))
                let audit = try await again.call("GET", "/audit?action=installation.restore")
                #expect(audit["items"]?.items.first?["actor_kind"] == "host")
            }
        }

        private static func lines(_ file: String) -> [String] {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        }
    }
}
