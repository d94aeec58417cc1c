// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

/// Rules W4, W6, W13, W14 and W18 over REST.
@Suite("Lists, nesting, messages and dry runs over REST")
struct WorkflowFurtherTests {
    private static func make(_ caller: Caller, _ text: String) async throws -> Int64 {
        let made = try await caller.call(.post, "/workflows", body: text)
        #expect(made.status == 201, "\(made.text)")
        return try #require(made.data["id"]?.int)
    }

    @Test("W18: a dry run says what would run where with what, and starts nothing")
    func dryRun() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("a")
            let id = try await Self.make(
                caller,
                """
                {"name": "w", "group_ids": [1], "parameters": [{"name": "n", "type": "int"}],
                 "nodes": [{"key": "first", "kind": "script", "script": "true", "parameters": {"n": "{{params.n}}"}},
                  {"key": "second", "kind": "script", "script": "true",
                   "parameters": {"rows": "{{steps.first.outputs.rows}}", "n": "{{params.n + 1}}"}},
                  {"key": "choose", "kind": "decision", "cases": [{"when": "params.n > 3", "to": ["big"]}], "else": ["small"]},
                  {"key": "big", "kind": "noop"}, {"key": "small", "kind": "noop"},
                  {"key": "all", "kind": "map", "over": ["x", "y"], "do": {"kind": "script", "script": "true"}},
                  {"key": "tidy", "kind": "script", "script": "true", "finally": true}],
                 "edges": [{"from": "first", "to": "second"}, {"from": "second", "to": "choose"}]}
                """
            )
            #expect(try await caller.post("/workflows/\(id)/dry-run").status == 422, "a parameter is missing")
            let answer = try await caller.call(
                .post,
                "/workflows/\(id)/dry-run",
                body: #"{"parameters": {"n": 4}}"#
            )
            #expect(answer.status == 200, "\(answer.text)")
            let steps = try #require(answer.data["steps"]?.items)
            func step(_ key: String) -> JSON? { steps.first { $0["key"]?.text == key } }
            #expect(step("first")?["parameters"]?["n"]?.text == "4")
            #expect(step("second")?["parameters"]?["n"]?.text == "5")
            #expect(step("second")?["open_parameters"]?.items.map(\.text) == ["rows"])
            #expect(step("choose")?["chosen"]?.items.map(\.text) == ["big"])
            #expect(step("all")?["items"]?.int == 2)
            #expect(step("first")?["hosts"]?.items.compactMap { $0["id"]?.text } == ["a"])
            #expect(steps.last?["key"]?.text == "tidy")
            #expect(steps.allSatisfy { $0["obstacle"] == .null })
            #expect(try await caller.get("/workflow-runs").data["total"]?.int == 0)
            #expect(server.gateway.record.delivered.isEmpty)
        }
    }

    @Test("W18: a dry run says what stands in the way, in both languages")
    func obstacles() async throws {
        try await TestServer.with { server, caller in
            let task = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let id = try await Self.make(
                caller,
                #"{"name": "w", "group_ids": [1], "nodes": [{"key": "a", "kind": "job", "task_id": \#(task)}]}"#
            )
            let empty = try await caller.post("/workflows/\(id)/dry-run").data["steps"]?.items.first?["obstacle"]
            #expect(empty?["en"]?.text == "The task has no host." && empty?["zh"]?.text == "任务没有主机。")
            _ = try await caller.post("/tasks/\(task)/disable")
            let off = try await caller.post("/workflows/\(id)/dry-run").data["steps"]?.items.first?["obstacle"]
            #expect(off?["en"]?.text == "The task is disabled.")
        }
    }

    @Test("W4: a message lets a run go on; what no step waits for is refused")
    func messages() async throws {
        try await TestServer.with { _, caller in
            let id = try await Self.make(
                caller,
                #"{"name": "w", "group_ids": [1], "nodes": [{"key": "a", "kind": "wait", "message": "go"}], "#
                    + #""results": {"n": "{{steps.a.outputs.n}}"}}"#
            )
            let run = try #require(try await caller.post("/workflows/\(id)/run").data["run_id"]?.text)
            let path = "/workflow-runs/\(run)/messages"
            #expect(try await caller.call(.post, path, body: #"{"topic": "stop"}"#).status == 409)
            #expect(try await caller.call(.post, path, body: #"{"topic": "go", "data": {"1": "x"}}"#).status == 422)
            let told = try await caller.call(.post, path, body: #"{"topic": "go", "data": {"n": "7"}}"#)
            #expect(told.data["outcome"]?.text == "succeeded", "\(told.text)")
            #expect(told.data["results"]?["n"]?.text == "7")
        }
    }

    @Test("W14: a workflow that runs another is checked, and its run leads to the other's")
    func nested() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("a")
            let inner = try await Self.make(
                caller,
                #"{"name": "inner", "group_ids": [1], "nodes": [{"key": "x", "kind": "script", "script": "true"}]}"#
            )
            let missing =
                #"{"name": "o", "group_ids": [1], "nodes": [{"key": "i", "kind": "workflow", "workflow_id": 99}]}"#
            #expect(
                try await caller.call(.post, "/workflows", body: missing).faults == ["nodes[0].workflow_id"]
            )
            let outer = try await Self.make(
                caller,
                #"{"name": "outer", "group_ids": [1], "nodes": [{"key": "i", "kind": "workflow", "workflow_id": \#(inner)}]}"#
            )
            let cycle = try await caller.call(
                .put,
                "/workflows/\(inner)",
                body:
                    #"{"name": "inner", "group_ids": [1], "nodes": [{"key": "x", "kind": "workflow", "workflow_id": \#(outer)}]}"#
            )
            #expect(cycle.status == 422 && cycle.text.contains("inner → outer → inner"), "\(cycle.text)")
            let run = try await caller.post("/workflows/\(outer)/run").data
            let step = try #require(run["nodes"]?.items.first)
            #expect(step["kind"]?.text == "workflow" && step["workflow_id"]?.int == inner && step["task_id"] == .null)
            let child = try #require(step["child_run_id"]?.text)
            let within = try await caller.get("/workflow-runs/\(child)").data
            #expect(within["owner_run_id"] == run["run_id"] && within["owner_key"]?.text == "i")
        }
    }
}
