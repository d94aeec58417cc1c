// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

extension ProductTests {
    @Suite("Files that start tasks")
    struct Files {
        @Test("A file starts its task where it appears, also one that came while the server was away (T4)")
        func appears() async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("web1", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let place = world.directory + "/in"
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                try "old".write(toFile: place + "/old.csv", atomically: false, encoding: .utf8)
                let job = try await client.createJob(
                    "load",
                    command: #"cat "$QF_PARAM_FILE""#,
                    groups: [try await client.everyone()]
                )
                try await client.call(
                    "POST",
                    "/tasks/\(job)/hooks",
                    [
                        "name": "files", "format": "file",
                        "file": ["path": .text(place + "/*.csv"), "settle_seconds": 1],
                        "params": [["name": "FILE", "pointer": "/path"]],
                    ]
                )
                // Only what comes after the host has looked for the first time is new.
                let seen = world.directory + "/web1/file-watches.json"
                _ = try await eventually("a first look") {
                    let text = (try? String(contentsOfFile: seen, encoding: .utf8)) ?? ""
                    return text.contains("\"hasBegun\":true") ? text : nil
                }
                try "one".write(toFile: place + "/one.csv", atomically: false, encoding: .utf8)
                let first = try await eventually("a run of the first file") {
                    try await client.executions(of: job).first { $0["status_name"] == "SUCCESS" }
                }
                let id = try #require(first["id"]?.string)
                _ = try await eventually("the file's content in the log") {
                    let page = try await client.call("GET", "/executions/\(id)/logs")
                    return page["output"]?.string == "one" ? page : nil
                }
                server.signal(SIGTERM)
                _ = try await server.end()
                try "two".write(toFile: place + "/two.csv", atomically: false, encoding: .utf8)
                _ = try await eventually("the second file in the host's memory") {
                    let text = (try? String(contentsOfFile: seen, encoding: .utf8)) ?? ""
                    return text.contains("two.csv") ? text : nil
                }
                let back = try await world.client(of: try world.startServe())
                _ = try await eventually("a run of the second file", within: .seconds(40)) {
                    let rows = try await back.executions(of: job).filter { $0["status_name"] == "SUCCESS" }
                    return rows.count == 2 ? rows : nil
                }
            }
        }
    }
}
