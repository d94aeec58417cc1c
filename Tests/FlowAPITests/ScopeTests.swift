// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("Rights with a scope over HTTP")
struct ScopeTests {
    /// A server with the groups red (2) and blue (3), and `dora`, developer on red.
    private static func withTeams(
        _ body: @Sendable (TestServer, _ admin: Caller, _ dora: Caller) async throws -> Void
    ) async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            _ = try await server.agent("r", groups: [2])
            _ = try await server.agent("b", groups: [3])
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            try await body(server, admin, try await admin.signedIn("dora"))
        }
    }

    private static func task(_ name: String, _ groups: Int64...) -> [String: JSON] {
        taskBody(["name": .string(name), "group_ids": .array(groups.map { .integer($0) })])
    }

    @Test("What is outside the scope answers like what does not exist; what is shared can be read, not changed")
    func tasks() async throws {
        try await Self.withTeams { _, admin, dora in
            let blue = try #require(try await admin.post("/tasks", Self.task("blue", 3)).data["id"]?.int)
            let shared = try #require(try await admin.post("/tasks", Self.task("shared", 2, 3)).data["id"]?.int)
            let absent = try await dora.get("/tasks/999")
            let hidden = try await dora.get("/tasks/\(blue)")
            #expect(hidden.status == 404 && absent.status == 404)
            #expect(hidden.text.contains("There is no job \(blue).") && absent.text.contains("There is no job 999."))
            for path in ["trigger", "enable", "disable"] {
                #expect(try await dora.post("/tasks/\(blue)/\(path)").status == 404)
                #expect(try await dora.post("/tasks/\(shared)/\(path)").status == 403)
            }
            #expect(try await dora.delete("/tasks/\(blue)").status == 404)
            #expect(try await dora.delete("/tasks/\(shared)").status == 403)
            // Unbinding the other team is an edit of theirs too.
            #expect(try await dora.put("/tasks/\(shared)", Self.task("shared", 2)).status == 403)
            let seen = try await dora.get("/tasks/\(shared)").data
            #expect(seen["group_ids"] == .array([.integer(2)]) && seen["hidden_groups"] == .bool(true))
            let list = try await dora.get("/tasks").data
            #expect(list["total"] == .integer(1))
        }
    }

    @Test("D12: who may see a task may wait for it in a workflow, and does not come to run it by an edit")
    func workflows() async throws {
        try await Self.withTeams { _, admin, dora in
            let shared = try #require(try await admin.post("/tasks", Self.task("shared", 2, 3)).data["id"]?.int)
            func body(_ node: String) -> String { #"{"name": "w", "group_ids": [2], "nodes": [\#(node)]}"# }
            let runs = #"{"key": "a", "kind": "job", "task_id": \#(shared)}"#
            #expect(try await dora.call(.post, "/workflows", body: body(runs)).status == 422)
            let waits = #"{"key": "a", "kind": "wait", "task_id": \#(shared)}"#
            let made = try await dora.call(.post, "/workflows", body: body(waits))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            let edited = try await dora.call(.put, "/workflows/\(id)", body: body(runs))
            #expect(edited.status == 422 && edited.text.contains("you may not run task \(shared)"), "\(edited.text)")
            // What it ran already somebody else may leave there.
            _ = try await admin.call(.put, "/workflows/\(id)", body: body(runs))
            #expect(try await dora.call(.put, "/workflows/\(id)", body: body(runs)).status == 200)
        }
    }

    @Test("A developer works freely on the own group and nowhere else")
    func own() async throws {
        try await Self.withTeams { _, admin, dora in
            let made = try await dora.post("/tasks", Self.task("mine", 2))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            #expect(try await dora.post("/tasks/\(id)/trigger").status == 201)
            #expect(try await dora.post("/tasks/\(id)/disable").status == 200)
            // A group that cannot be seen is as good as absent; the group of all hosts is everybody's.
            #expect(try await dora.post("/tasks", Self.task("theirs", 3)).status == 422)
            #expect(try await dora.put("/tasks/\(id)", Self.task("mine", 2, 3)).status == 422)
            #expect(try await dora.post("/tasks", Self.task("all", 1)).status == 422)
            _ = try await admin.post("/tasks", Self.task("taken", 3))
            let taken = try await dora.post("/tasks", Self.task("taken", 2))
            #expect(taken.error == "name_taken" && !taken.text.contains("task "))
            #expect(try await dora.get("/groups").data.items.count == 1)
            #expect(try await dora.get("/clients").data["total"] == .integer(1))
            #expect(try await dora.delete("/clients/b").status == 403, "the permission is held nowhere")
            #expect(try await dora.get("/metrics").status == 403, "only what is granted on everything opens it")
        }
    }

    @Test("Executions, runs, numbers and output of others are not there")
    func history() async throws {
        try await Self.withTeams { _, admin, dora in
            let shared = try #require(try await admin.post("/tasks", Self.task("shared", 2, 3)).data["id"]?.int)
            let started = try await admin.post("/tasks/\(shared)/trigger").data
            let executions = started["executions"]?.items ?? []
            let foreign = try #require(executions.first { $0["client_id"]?.text == "b" }?["id"]?.text)
            let own = try #require(executions.first { $0["client_id"]?.text == "r" }?["id"]?.text)
            for path in ["", "/logs"] {
                #expect(try await dora.get("/executions/\(foreign)\(path)").status == 404)
                #expect(try await dora.get("/executions/\(own)\(path)").status == 200)
            }
            #expect(try await dora.post("/executions/\(foreign)/cancel").status == 404)
            #expect(try await dora.post("/executions/\(own)/cancel", ["force": .bool(true)]).status == 403)
            #expect(try await dora.post("/executions/\(own)/cancel").status == 200)
            #expect(try await dora.get("/executions").data["total"] == .integer(1))
            let run = try await dora.get("/runs/\(started["run_id"]?.text ?? "")").data
            #expect(run["executions"]?.items.count == 1)
            let numbers = try await dora.get("/stats").data
            #expect(numbers["hosts_total"] == .integer(1) && numbers["pending"] == .integer(1))
            #expect(try await admin.get("/stats").data["pending"] == .integer(2))
        }
    }

    @Test("Whoever asks is told where each permission holds")
    func me() async throws {
        try await Self.withTeams { _, _, dora in
            let me = try await dora.get("/auth/me").data
            #expect(me["role"]?.text == "developer")
            #expect(me["scopes"]?["jobs:write"] == .array([.integer(2)]))
            #expect(me["permissions"]?.items.contains(.string("metrics:read")) == false)
        }
    }
}
