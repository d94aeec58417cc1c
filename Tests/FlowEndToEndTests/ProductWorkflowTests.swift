// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Workflows")
    struct Workflows {
        private static func step(_ key: String, _ kind: String, _ fields: [String: Value] = [:]) -> Value {
            .members(fields.merging(["key": .text(key), "kind": .text(kind)]) { $1 })
        }

        private static func edge(_ from: String, _ to: String) -> Value {
            .members(["from": .text(from), "to": .text(to)])
        }

        private static func state(_ key: String, of run: Value) -> String? {
            run["nodes"]?.items.first { $0["key"]?.string == key }?["state"]?.string
        }

        @Test(
            "A diamond with a decision and a question runs each step once, over a kill -9 of the server in its middle"
        )
        func diamond() async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let file = world.directory + "/order"
                let gate = world.directory + "/go"
                let task = try await client.createJob("first", command: "echo first >> \(file)", groups: [group])
                let wait = "while [ ! -e \(gate) ]; do sleep 0.05; done; "
                func script(_ key: String, _ before: String = "", exit: Int = 0) -> Value {
                    Self.step(
                        key,
                        "script",
                        [
                            "script": .text("\(before)echo $QF_PARAM_NAME >> \(file); exit \(exit)"),
                            "parameters": .members(["name": .text(key)]),
                        ]
                    )
                }
                let workflow = try await client.call(
                    "POST",
                    "/workflows",
                    [
                        "name": "diamond", "group_ids": .list([.number(Double(group))]),
                        "nodes": .list([
                            Self.step("first", "job", ["task_id": .number(Double(task))]),
                            script("left", wait), script("right", wait),
                            Self.step(
                                "choose",
                                "decision",
                                [
                                    "cases": .list([
                                        .members([
                                            "when": .text(
                                                "steps.left.exit_code == 0 && steps.right.state == 'succeeded'"
                                            ),
                                            "to": .list([.text("ok")]),
                                        ])
                                    ]), "else": .list([.text("never")]),
                                ]
                            ),
                            Self.step("ok", "approval", ["message": .text("Go on?")]), script("never"), script("last"),
                        ]),
                        "edges": .list([
                            Self.edge("first", "left"), Self.edge("first", "right"), Self.edge("left", "choose"),
                            Self.edge("right", "choose"), Self.edge("ok", "last"), Self.edge("never", "last"),
                        ]),
                    ]
                )
                let id = try #require(workflow["id"]?.int)
                _ = try await client.call(
                    "POST",
                    "/notify/rules",
                    [
                        "name": "flows", "triggers": .list(["workflow_asks", "workflow_succeeded", "workflow_failed"]),
                        "channels": .list([
                            .members(["type": "email", "recipients": .list(["ops@example.com"])])
                        ]), "match": .members(["workflow_ids": .list([.number(Double(id))])]),
                    ]
                )
                let started = try await client.call("POST", "/workflows/\(id)/run")
                let run = try #require(started["run_id"]?.string)
                try await eventually("both sides to run", within: .seconds(30)) {
                    let now = try await client.call("GET", "/workflow-runs/\(run)")
                    return Self.state("left", of: now) == "started" && Self.state("right", of: now) == "started"
                        ? true : nil
                }
                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                // They end while there is no server.
                _ = FileManager.default.createFile(atPath: gate, contents: nil)
                let again = try await world.client(of: try world.startServe())
                _ = try await again.hostsOnline(1)
                try await eventually("the question", within: .seconds(60)) {
                    Self.state("ok", of: try await again.call("GET", "/workflow-runs/\(run)")) == "started" ? true : nil
                }
                _ = try await again.call("POST", "/workflow-runs/\(run)/nodes/ok/answer", ["decision": "approve"])
                let ended = try await eventually("the end", within: .seconds(60)) {
                    let now = try await again.call("GET", "/workflow-runs/\(run)")
                    return now["phase"] == "ended" ? now : nil
                }
                #expect(ended["outcome"] == "succeeded", "\(ended)")
                #expect(Self.state("never", of: ended) == "skipped")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
                #expect(lines.first == "first" && lines.last == "last")
                #expect(lines.sorted() == ["first", "last", "left", "right"])
                #expect(try await again.call("GET", "/runs?type=workflow")["total"] == 4)
                // The question and the end are told of, each once, also by the server that came after the kill.
                let told = try await eventually("both to be told of", within: .seconds(30)) {
                    let incidents = try await again.call("GET", "/notify/incidents")["items"]?.items ?? []
                    return incidents.count >= 2 ? incidents : nil
                }
                #expect(told.compactMap { $0["trigger"]?.string }.sorted() == ["workflow_asks", "workflow_succeeded"])
                let runs = told.compactMap { $0["members"]?.items.first?["workflow_run_id"]?.string }
                #expect(runs == [run, run], "\(told)")
            }
        }

        @Test("W13, W16, W20: over a kill -9 inside a list each item runs once; a repeat runs what failed")
        func listOverKill() async throws {
            try await ProductWorld.with { world in
                let server = try world.startServe()
                let client = try await world.client(of: server)
                _ = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let group = try await client.everyone()
                let (file, gate) = (world.directory + "/items", world.directory + "/go")
                // The fourth waits for the gate, and fails as long as there is no second one.
                let script = """
                    echo "$QF_ITEM" >> \(file); [ "$QF_ITEM" = i3 ] || exit 0; \
                    while [ ! -e \(gate) ]; do sleep 0.05; done; [ -e \(gate)2 ]
                    """
                let items = (0..<12).map { "i\($0)" }
                let workflow = try await client.call(
                    "POST",
                    "/workflows",
                    [
                        "name": "list", "group_ids": .list([.number(Double(group))]),
                        "nodes": .list([
                            Self.step(
                                "each",
                                "map",
                                [
                                    "over": .list(items.map { .text($0) }), "max_parallel": 3,
                                    "do": .members(["kind": "script", "script": .text(script)]),
                                ]
                            )
                        ]),
                    ]
                )
                let id = try #require(workflow["id"]?.int)
                let run = try #require(try await client.call("POST", "/workflows/\(id)/run")["run_id"]?.string)
                func lines() -> [String] {
                    ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
                }
                try await eventually("the middle of the list", within: .seconds(60)) {
                    lines().count >= 5 && lines().contains("i3") ? true : nil
                }
                server.signal(SIGKILL)
                #expect(try await server.end() == -1)
                _ = FileManager.default.createFile(atPath: gate, contents: nil)
                let again = try await world.client(of: try world.startServe())
                _ = try await again.hostsOnline(1)
                func end(of run: String) async throws -> Value {
                    try await eventually("the end", within: .seconds(90)) {
                        let now = try await again.call("GET", "/workflow-runs/\(run)")
                        return now["phase"] == "ended" ? now : nil
                    }
                }
                let ended = try await end(of: run)
                #expect(ended["outcome"] == "failed", "\(ended)")
                #expect(lines().sorted() == items.sorted(), "each item once: \(lines())")
                _ = FileManager.default.createFile(atPath: gate + "2", contents: nil)
                let repeated = try await again.call("POST", "/workflow-runs/\(run)/rerun", ["from": "failed"])
                let whole = try await end(of: try #require(repeated["run_id"]?.string))
                #expect(whole["outcome"] == "succeeded", "\(whole)")
                #expect(whole["nodes"]?.items.first?["kept_items"]?.int == 11)
                #expect(lines().sorted() == (items + ["i3"]).sorted(), "only what failed ran again: \(lines())")
            }
        }

        @Test("P10: 'workflow new --map' lists, runs each item once, and collects, also when items or the list fail")
        func listMapCollect() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                let environment = ["QUARTZFLOW_SERVER": client.base, "QUARTZFLOW_TOKEN": client.token]
                func quicflow(_ words: [String]) async throws -> String {
                    let (code, output) = try await Program.run(
                        "quicflow",
                        words,
                        home: world.directory,
                        environment: environment
                    )
                    #expect(code == 0, "\(words): \(output)")
                    return output
                }
                let (asked, collected) = (world.directory + "/asked", world.directory + "/collected")
                // As it is printed, but for what is listed, one item that fails, and where the end is written.
                func create(_ name: String, listing: String) async throws -> String {
                    let printed = try await quicflow(["workflow", "new", name, "--map"])
                    let text =
                        printed
                        .replacingOccurrences(of: "printf '%s\\n' alpha beta gamma", with: listing)
                        .replacingOccurrences(
                            of: "echo \"working on $QF_ITEM\"",
                            with: "echo \"$QF_ITEM\" >> \(asked); [ \"$QF_ITEM\" != beta ] || exit 1"
                        )
                        .replacingOccurrences(
                            of: "echo \"$QF_PARAM_STATE: $QF_PARAM_RESULTS\"",
                            with: "echo \"$QF_PARAM_STATE: $QF_PARAM_RESULTS\" >> \(collected)"
                        )
                    let file = "\(world.directory)/\(name).yaml"
                    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                    _ = try await quicflow(["workflow", "create", "-f", file])
                    let started = try await client.call("GET", "/workflows?keyword=\(name)")
                    let id = try #require(started["items"]?.items.first?["id"]?.int)
                    #expect(started["items"]?.items.first?["next_exec_time"]?.string != nil, "it has a schedule")
                    return try #require(try await client.call("POST", "/workflows/\(id)/run")["run_id"]?.string)
                }
                func end(of run: String) async throws -> Value {
                    try await eventually("the end", within: .seconds(90)) {
                        let now = try await client.call("GET", "/workflow-runs/\(run)")
                        return now["phase"] == "ended" ? now : nil
                    }
                }
                func lines(_ file: String) -> [String] {
                    ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
                }
                let good = try await end(of: try await create("good", listing: "printf '%s\\n' alpha gamma"))
                #expect(good["outcome"] == "succeeded", "\(good)")
                #expect(lines(asked).sorted() == ["alpha", "gamma"])
                #expect(lines(collected) == [#"succeeded: ["done: alpha","done: gamma"]"#])

                let partly = try await end(of: try await create("partly", listing: "printf '%s\\n' alpha beta gamma"))
                #expect(partly["outcome"] == "failed", "\(partly)")
                #expect(Self.state("each", of: partly) == "failed" && Self.state("collect", of: partly) == "succeeded")
                #expect(lines(asked).sorted() == ["alpha", "alpha", "beta", "gamma", "gamma"], "each item once")
                #expect(lines(collected).last == #"failed: ["done: alpha",null,"done: gamma"]"#)

                let broken = try await end(of: try await create("broken", listing: "exit 3"))
                #expect(broken["outcome"] == "failed" && Self.state("each", of: broken) == "skipped", "\(broken)")
                #expect(lines(collected).last == "skipped: []", "\(broken)")
            }
        }
    }
}
