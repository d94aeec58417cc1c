// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("What workflows use, over REST")
struct WorkflowUseTests {
    private static func workflow(_ name: String, group: Int64, _ node: String) -> String {
        """
        {"name": "\(name)", "group_ids": [\(group)], "nodes": [\(node)]}
        """
    }

    private static func task(_ id: Int64) -> String { #"{"key": "a", "kind": "job", "task_id": \#(id)}"# }

    private static func inner(_ id: Int64) -> String { #"{"key": "a", "kind": "workflow", "workflow_id": \#(id)}"# }

    private static func made(_ caller: Caller, _ body: String) async throws -> Int64 {
        let answer = try await caller.call(.post, "/workflows", body: body)
        #expect(answer.status == 201, "\(answer.text)")
        return try #require(answer.data["id"]?.int)
    }

    @Test("A task or workflow that a workflow runs is not deleted: 409 with the workflows' names, also in bulk")
    func refused() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web")
            let task = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let inner = try await Self.made(caller, Self.workflow("inner", group: 1, Self.task(task)))
            let outer = try await Self.made(caller, Self.workflow("outer", group: 1, Self.inner(inner)))
            for path in ["/tasks/\(task)", "/tasks/\(task)?detach=true"] {
                let answer = try await caller.delete(path)
                #expect(answer.status == 409 && answer.error == "in_use", "\(answer.text)")
                #expect(answer.text.contains("'inner' (workflow \(inner))"), "\(answer.text)")
            }
            let answer = try await caller.delete("/workflows/\(inner)")
            #expect(answer.status == 409 && answer.text.contains("'outer' (workflow \(outer))"), "\(answer.text)")
            #expect(try await caller.get("/tasks/\(task)").status == 200)
            #expect(try await caller.delete("/workflows/\(outer)").status == 200)
            #expect(try await caller.delete("/workflows/\(inner)").status == 200)
            #expect(try await caller.delete("/tasks/\(task)").status == 200)
        }
    }

    @Test("Workflows out of sight are counted and not named")
    func hidden() async throws {
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
            let dora = try await admin.signedIn("dora")
            let body = taskBody(["group_ids": .array([.integer(2)])])
            let task = try #require(try await dora.post("/tasks", body).data["id"]?.int)
            _ = try await Self.made(admin, Self.workflow("secret plan", group: 3, Self.task(task)))
            let answer = try await dora.delete("/tasks/\(task)")
            #expect(answer.status == 409 && answer.text.contains("1 other workflow"), "\(answer.text)")
            #expect(!answer.text.contains("secret plan"))
        }
    }

    @Test("A workflow that was changed since somebody saw it is not deleted")
    func stale() async throws {
        try await TestServer.with { _, caller in
            let body = Self.workflow("w", group: 1, #"{"key": "a", "kind": "noop"}"#)
            let id = try await Self.made(caller, body)
            #expect(try await caller.call(.put, "/workflows/\(id)", body: body).status == 200)
            #expect(try await caller.with("If-Match", "\"1\"").delete("/workflows/\(id)").status == 412)
            #expect(try await caller.with("If-Match", "\"2\"").delete("/workflows/\(id)").status == 200)
        }
    }
}
