// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Crontabs")
    struct Import {
        @Test("The lines of this host's crontabs and of a file become jobs, and one of them runs (S1-F5)")
        func importsAndRuns() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let mark = world.directory + "/imported"
                let fixture = world.directory + "/crontab"
                let text = """
                    # m h dom mon dow command
                    SHELL=/bin/sh
                    17 * * * * echo "$QF_TASK_NAME" > \(mark)
                    */5 1-3 * * MON-FRI date +\\%F
                    """
                try Data(text.utf8).write(to: URL(fileURLWithPath: fixture))
                let manager = FileManager.default
                let drops = try? manager.contentsOfDirectory(atPath: "/etc/cron.d")
                let host = (["/etc/crontab"] + (drops ?? []).sorted().map { "/etc/cron.d/" + $0 }).filter {
                    !$0.hasSuffix(".placeholder") && manager.isReadableFile(atPath: $0)
                }
                func run(_ files: [String], _ more: [String] = []) async throws -> (code: Int32, output: String) {
                    try await Program.run(
                        "quicflow",
                        ["task", "import"] + files + more,
                        home: world.directory,
                        environment: [
                            "QUARTZFLOW_SERVER": client.base, "QUARTZFLOW_TOKEN": client.token,
                        ]
                    )
                }
                let shown = try await run(host + [fixture])
                #expect(shown.code == 0, "\(shown.output)")
                #expect(shown.output.contains("17 * * * *"), "\(shown.output)")
                #expect(try await client.call("GET", "/tasks")["total"] == 0, "nothing is made without --apply")

                let applied = try await run(host + [fixture], ["--group", "all", "--apply"])
                #expect(applied.code == 0, "\(applied.output)")
                let tasks = try await client.call("GET", "/tasks?page_size=100")["items"]?.items ?? []
                #expect(tasks.count >= 2)
                // The sign that means a new line in a crontab unless it is escaped (crontab(5)).
                #expect(tasks.contains { $0["executor_config"]?["command"] == "date +%F" }, "\(tasks)")
                let job = tasks.first { $0["executor_config"]?["command"]?.string?.contains(mark) == true }
                let execution = try await client.runOne(try #require(job?["id"]?.int))
                #expect(execution["status_name"] == "SUCCESS")
                let name = try #require(job?["name"]?.string)
                #expect(try String(contentsOfFile: mark, encoding: .utf8) == name + "\n")
            }
        }
    }
}
