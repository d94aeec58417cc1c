// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI
@testable import FlowStore

@Suite("Tasks that only a newer server can read, over REST (decision 441)")
struct TaskUnreadableTests {
    @Test("It is marked in lists and on its page, changed and started by nobody with the reason, and deleted")
    func marked() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web")
            func task(_ name: String) async throws -> Int64 {
                try #require(try await caller.post("/tasks", taskBody(["name": .string(name)])).data["id"]?.int)
            }
            let (newer, plain) = (try await task("newer"), try await task("plain"))
            let step = #"{"key": "a", "kind": "job", "task_id": \#(newer)}"#
            let workflow = #"{"name": "w", "group_ids": [1], "nodes": [\#(step)]}"#
            let flow = try #require(try await caller.call(.post, "/workflows", body: workflow).data["id"]?.int)
            try await server.store.write("newer") { db in
                for (table, column, key) in [
                    ("job", "definition", "id"), ("job_version", "definition", "job_id"),
                    ("job_version", "snapshot", "job_id"),
                ] {
                    let aged = "replace(\(column), '\"shell\"', '\"teleport\"')"
                    try db.run("UPDATE \(table) SET \(column) = \(aged) WHERE \(key) = ?", [.integer(newer)])
                }
            }
            let list = try await caller.get("/tasks")
            #expect(list.status == 200 && list.data["total"]?.int == 2)
            let items = list.data["items"]?.items ?? []
            #expect(items.first { $0["id"]?.int == newer }?["unreadable"] == .bool(true), "\(list.text)")
            #expect(items.first { $0["id"]?.int == plain }?["unreadable"] == nil)
            let shown = try await caller.get("/tasks/\(newer)")
            #expect(shown.status == 200 && shown.data["name"]?.text == "newer", "\(shown.text)")
            // The others' pages and reports go on.
            let paths = [
                "/tasks/\(newer)/versions", "/tasks/\(newer)/dependencies", "/tasks/\(newer)/placement",
                "/tasks/\(newer)/upcoming", "/upcoming", "/stats", "/runs", "/executions", "/tasks?label=team%3Ddb",
                "/tasks?executor_type=1",
            ]
            for path in paths {
                let answer = try await caller.get(path)
                #expect(answer.status == 200, "\(path): \(answer.status) \(answer.text)")
            }
            let refused: [Caller.Answer] = [
                try await caller.put("/tasks/\(newer)", taskBody(["name": .string("newer")])),
                try await caller.post("/tasks/\(newer)/trigger"), try await caller.post("/tasks/\(newer)/disable"),
                try await caller.post("/tasks/\(newer)/enable"),
            ]
            for answer in refused {
                #expect(answer.status == 409 && answer.text.contains("a newer one wrote it"), "\(answer.text)")
            }
            #expect(try await caller.post("/tasks/\(plain)/trigger").data["run_id"]?.text != nil)
            // A step of a workflow ends with the reason.
            let run = try #require(try await caller.post("/workflows/\(flow)/run").data["run_id"]?.text)
            let ended = try await caller.get("/workflow-runs/\(run)").data
            let node = ended["nodes"]?.items.first
            #expect(node?["reason"]?.text == "DENIED", "\(ended)")
            #expect(node?["detail"]?.text?.contains("can't read what the task") == true, "\(ended)")
            #expect(try await caller.delete("/workflows/\(flow)").status == 200)
            #expect(try await caller.delete("/tasks/\(newer)").status == 200)
            #expect(try await caller.get("/tasks").data["total"]?.int == 1)
        }
    }
}
