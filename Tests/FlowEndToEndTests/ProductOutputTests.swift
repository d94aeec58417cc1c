// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Outputs of steps")
    struct Outputs {
        @Test(
            "What a step writes to QF_OUTPUT decides on and is handed to later steps; a file with a fault is reported (W12)"
        )
        func handsOn() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/seen"
                func script(_ key: String, _ script: String, _ parameters: [String: Value] = [:]) -> Value {
                    .members([
                        "key": .text(key), "kind": "script", "script": .text(script),
                        "parameters": .members(parameters),
                    ])
                }
                func edge(_ from: String, _ to: String) -> Value {
                    .members(["from": .text(from), "to": .text(to)])
                }
                // What looks like a command has to stay a text.
                let value = "$(touch \(world.directory)/canary)"
                let workflow = try await client.call(
                    "POST",
                    "/workflows",
                    [
                        "name": "etl", "group_ids": .list([.number(Double(group))]),
                        "nodes": .list([
                            script("extract", "echo rows=12 >> \"$QF_OUTPUT\"; echo 'name=\(value)' >> \"$QF_OUTPUT\""),
                            .members([
                                "key": "any", "kind": "decision",
                                "cases": .list([
                                    .members([
                                        "when": "int(steps.extract.outputs.rows) > 10", "to": .list(["load"]),
                                    ])
                                ]), "else": .list(["nothing"]),
                            ]),
                            script(
                                "load",
                                "printf '%s %s' \"$QF_PARAM_ROWS\" \"$QF_PARAM_NAME\" > \(file)",
                                [
                                    "rows": "{{steps.extract.outputs.rows}}", "name": "{{steps.extract.outputs.name}}",
                                ]
                            ),
                            script("nothing", "exit 1"),
                        ]),
                        "edges": .list([edge("extract", "any")]),
                    ]
                )
                let id = try #require(workflow["id"]?.int)
                let run = try #require(try await client.call("POST", "/workflows/\(id)/run")["run_id"]?.string)
                let ended = try await eventually("the end of the run", within: .seconds(60)) {
                    let now = try await client.call("GET", "/workflow-runs/\(run)")
                    return now["phase"] == "ended" ? now : nil
                }
                #expect(ended["outcome"] == "succeeded", "\(ended)")
                let seen = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
                #expect(seen == "12 \(value)")
                #expect(!FileManager.default.fileExists(atPath: world.directory + "/canary"))

                let job = try await client.createJob(
                    "faulty",
                    command: "echo nonsense > \"$QF_OUTPUT\"",
                    groups: [group]
                )
                try await client.call("POST", "/tasks/\(job)/trigger")
                let row = try await eventually("its end") {
                    try await client.executions(of: job).first { $0["status_name"] == "SUCCESS" }
                }
                let detail = try await client.call("GET", "/executions/\(try #require(row["id"]?.string))")
                #expect(detail["outputs"] == .members([:]))
                let words = detail["error"]?.string ?? ""
                #expect(words.contains("line 1: 'nonsense' is not 'key=value'"), "\(words)")
            }
        }
    }
}
