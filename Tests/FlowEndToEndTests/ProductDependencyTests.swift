// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Tasks that wait for others")
    struct Dependencies {
        @Test("Two parents start their child once, over a kill -9 of the server between them (D1, D3)")
        func fanIn() async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/order"
                func job(_ name: String, after parents: [Int] = []) async throws -> Int {
                    try await client.createJob(
                        name,
                        command: "echo \(name) >> \(file)",
                        groups: [group],
                        with: parents.isEmpty
                            ? [:] : ["task_dependencies": .list(parents.map { .number(Double($0)) })]
                    )
                }
                let (load, clean) = (try await job("load"), try await job("clean"))
                let report = try await job("report", after: [load, clean])
                let last = try await job("last", after: [report])
                #expect(try await client.runOne(load)["status_name"] == "SUCCESS")
                try await eventually("the first parent to count") {
                    let state = try await client.call("GET", "/tasks/\(report)/dependencies")
                    return state["met"] == 1 ? true : nil
                }
                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                let again = try await world.client(of: try world.startServe())
                _ = try await again.hostsOnline(1)
                #expect(try await again.runOne(clean)["status_name"] == "SUCCESS")
                let execution = try await eventually("the end of what both started", within: .seconds(30)) {
                    let rows = try await again.executions(of: last)
                    return rows.first { $0["status_name"] == "SUCCESS" }
                }
                #expect(execution["kind"] == "dep")
                #expect(try await again.executions(of: report).count == 1)
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "load\nclean\nreport\nlast\n")
                let runs = try await again.call("GET", "/runs?type=dependency")
                #expect(runs["total"] == 2)
            }
        }
    }
}
