// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Workflows over REST")
struct WorkflowTests {
    private static let definition = """
        {"name": "release", "group_ids": [1], "parameters": [{"name": "n", "type": "int", "default": 1}],
         "nodes": [{"key": "ok", "kind": "approval", "message": "go?"},
          {"key": "own", "kind": "script", "script": "true", "parameters": {"n": "{{params.n}}"}}],
         "edges": [{"from": "ok", "to": "own"}]}
        """

    private static func make(_ caller: Caller, _ text: String = Self.definition) async throws -> Int64 {
        let made = try await caller.call(.post, "/workflows", body: text)
        #expect(made.status == 201, "\(made.text)")
        return try #require(made.data["id"]?.int)
    }

    private static func start(_ caller: Caller, _ id: Int64) async throws -> String {
        try #require(try await caller.post("/workflows/\(id)/run").data["run_id"]?.text)
    }

    @Test("What is wrong is said with its place, and nothing is stored")
    func faults() async throws {
        try await TestServer.with { server, caller in
            let text = Self.definition.replacing(#""to": "own""#, with: #""to": "won""#)
            let answer = try await caller.call(.post, "/workflows", body: text)
            #expect(answer.status == 422 && answer.faults == ["edges[0].to"], "\(answer.text)")
            let script = Self.definition.replacing(#""script": "true""#, with: #""script": " ""#)
            #expect(try await caller.call(.post, "/workflows", body: script).faults == ["nodes[1].script"])
            let job = Self.definition.replacing(
                #""kind": "script", "script": "true""#,
                with: #""kind": "job", "task_id": 99"#
            )
            #expect(try await caller.call(.post, "/workflows", body: job).faults == ["nodes[1].task_id"])
            #expect(try await caller.get("/workflows").data["total"]?.int == 0)
        }
    }

    @Test("A definition is read back as it was written, and replaced only by who has seen it")
    func roundTrip() async throws {
        try await TestServer.with { server, caller in
            let id = try await Self.make(caller)
            let read = try await caller.get("/workflows/\(id)")
            #expect(read.data["nodes"]?.items.count == 2)
            #expect(read.headers[.eTag] == "\"1\"")
            let stale = try await caller.with("If-Match", "\"7\"").call(.put, "/workflows/\(id)", body: Self.definition)
            #expect(stale.status == 412)
            let changed = try await caller.with("If-Match", "\"1\"").call(
                .put,
                "/workflows/\(id)",
                body: Self.definition
            )
            #expect(changed.data["version"]?.int == 2, "\(changed.text)")
            #expect(try await caller.post("/workflows/\(id)/disable").data["enabled"] == .bool(false))
            #expect(try await caller.call(.post, "/workflows", body: Self.definition).error == "name_taken")
        }
    }

    @Test("What it said before is listed and shown, the newest first, to whoever may see it (W15)")
    func versions() async throws {
        try await TestServer.with { server, caller in
            let id = try await Self.make(caller)
            let other = Self.definition.replacing("\"script\": \"true\"", with: "\"script\": \"exit 7\"")
            #expect(other != Self.definition)
            #expect(try await caller.call(.put, "/workflows/\(id)", body: other).status == 200)
            let list = try await caller.get("/workflows/\(id)/versions").data
            #expect(list["items"]?.items.map { $0["version"] } == [.integer(2), .integer(1)])
            #expect(list["items"]?.items.allSatisfy { $0["created_by"]?.text?.isEmpty == false } == true)
            #expect(list["items"]?.items.allSatisfy { $0["created_at"]?.text != nil } == true)
            let old = try await caller.get("/workflows/\(id)/versions/1").data
            let new = try await caller.get("/workflows/\(id)/versions/2").data
            #expect(old["definition"]?["nodes"] != new["definition"]?["nodes"])
            #expect(JSONWriter.text(new["definition"] ?? .null).contains("exit 7"))
            #expect(!JSONWriter.text(old["definition"] ?? .null).contains("exit 7"))
            #expect(try await caller.get("/workflows/\(id)/versions/3").status == 404)
            #expect(try await caller.get("/workflows/4711/versions").status == 404)
            for _ in 0..<60 { _ = try await caller.call(.put, "/workflows/\(id)", body: Self.definition) }
            let kept = try await caller.get("/workflows/\(id)/versions").data
            #expect(kept["total"] == .integer(50) && kept["items"]?.items.first?["version"] == .integer(62))
        }
    }

    @Test("Its own scripts are tasks in no list, which are changed with it only")
    func ownTasks() async throws {
        try await TestServer.with { server, caller in
            let id = try await Self.make(caller)
            #expect(try await caller.get("/tasks").data["total"]?.int == 0)
            let job = try #require(try await server.store.job(named: "release/own"))
            #expect(try await caller.get("/tasks/\(job.id)").status == 200)
            #expect(try await caller.put("/tasks/\(job.id)", taskBody()).status == 409)
            #expect(try await caller.post("/tasks/\(job.id)/disable").status == 409)
            #expect(try await caller.delete("/tasks/\(job.id)").status == 409)
            #expect(try await caller.delete("/workflows/\(id)").status == 200)
            #expect(try await server.store.job(named: "release/own") == nil)
        }
    }

    @Test("Parameters are declared and typed")
    func parameters() async throws {
        try await TestServer.with { server, caller in
            let id = try await Self.make(caller)
            let path = "/workflows/\(id)/run"
            for body in [#"{"parameters": {"m": 1}}"#, #"{"parameters": {"n": "1"}}"#, #"{"parameters": 3}"#] {
                #expect(try await caller.call(.post, path, body: body).status == 422, "\(body)")
            }
            let keyed = try caller.with("Idempotency-Key", "one")
            let first = try await keyed.call(.post, path, body: #"{"parameters": {"n": 2}}"#)
            #expect(first.status == 201 && first.data["parameters"]?["n"]?.int == 2, "\(first.text)")
            let second = try await keyed.call(.post, path, body: #"{"parameters": {"n": 2}}"#)
            #expect(second.status == 200 && second.data["run_id"] == first.data["run_id"])
            #expect(
                try await keyed.call(.post, path, body: #"{"parameters": {"n": 3}}"#).error == "idempotency_key_reused"
            )
        }
    }

    @Test("A question is answered by who may, once; the run can be held, stopped and repeated")
    func runs() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("a")
            let id = try await Self.make(caller)
            let run = try await Self.start(caller, id)
            let path = "/workflow-runs/\(run)"
            #expect(try await caller.get(path).data["nodes"]?.items.first?["state"]?.text == "started")
            #expect(try await caller.post("\(path)/pause").data["phase"]?.text == "paused")
            let answer = try await caller.post("\(path)/nodes/ok/answer", ["decision": .string("approve")])
            #expect(answer.data["nodes"]?.items.first?["answer"]?["decision"]?.text == "approve", "\(answer.text)")
            #expect(try await caller.post("\(path)/nodes/ok/answer", ["decision": .string("reject")]).status == 409)
            #expect(try await caller.post("\(path)/nodes/nope/answer", ["decision": .string("reject")]).status == 404)
            let resumed = try await caller.post("\(path)/resume")
            #expect(resumed.data["nodes"]?.items.last?["state"]?.text == "started", "\(resumed.text)")
            #expect(try await caller.post("\(path)/rerun").status == 409)
            #expect(try await caller.post("\(path)/cancel").data["phase"]?.text == "stopping")
            #expect(try await caller.post("\(path)/abandon").data["outcome"]?.text == "cancelled")
            let again = try await caller.post("\(path)/rerun", ["from": .string("failed")])
            #expect(again.status == 201 && again.data["rerun_of"]?.text == run, "\(again.text)")
            #expect(again.data["nodes"]?.items.first?["kept_from"]?.text == run)
            let listed = try await caller.get("/workflow-runs?workflow_id=\(id)&outcome=cancelled").data
            #expect(listed["total"]?.int == 1)
        }
    }

    @Test("A question can be for some people only, and not for who started the run")
    func approvers() async throws {
        try await TestServer.with { server, caller in
            for (name, extra) in [("others", #""users": ["zoe"]"#), ("notme", #""not_starter": true"#)] {
                let text =
                    #"{"name": "\#(name)", "group_ids": [1], "nodes": [{"key": "ok", "kind": "approval", \#(extra)}]}"#
                let run = try await Self.start(caller, try await Self.make(caller, text))
                let answer = try await caller.post(
                    "/workflow-runs/\(run)/nodes/ok/answer",
                    ["decision": .string("approve")]
                )
                #expect(answer.status == 403, "\(answer.text)")
            }
        }
    }
}
