// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Versions of a task are listed, shown and restored")
struct VersionTests {
    private static func changed(_ caller: Caller) async throws -> Int64 {
        let made = try await caller.post("/tasks", taskBody(["labels": ["team": JSON.string("db")].json]))
        let id = try #require(made.data["id"]?.int)
        let command = ["command": JSON.string("false")].json
        let edit = taskBody(["executor_config": command, "timeout": .integer(60)])
        #expect(try await caller.put("/tasks/\(id)", edit).status == 200)
        #expect(try await caller.post("/tasks/\(id)/disable").status == 200)
        return id
    }

    @Test("Each version says whose it is, when it was made and which fields it changed")
    func list() async throws {
        try await TestServer.with { _, caller in
            let id = try await Self.changed(caller)
            let page = try await caller.get("/tasks/\(id)/versions").data
            #expect(page["total"] == .integer(3))
            let items = page["items"]?.items ?? []
            #expect(items.map { $0["version"] } == [.integer(3), .integer(2), .integer(1)])
            let fields = items.map { $0["changed"]?.items.compactMap(\.text) ?? [] }
            #expect(fields == [["status"], ["executor_config", "timeout", "labels"], []])
            #expect(items.allSatisfy { $0["created_by"]?.text == "ada" && $0["restorable"] == .bool(true) })
            // A page's last version is compared with the one on the next page.
            let second = try await caller.get("/tasks/\(id)/versions?page=2&page_size=1").data["items"]?.items
            #expect(second?.first?["changed"]?.items.count == 3)
        }
    }

    @Test("A version is shown as a task is written, and restoring it makes a new one that says the same")
    func restore() async throws {
        try await TestServer.with { _, caller in
            let id = try await Self.changed(caller)
            let first = try await caller.get("/tasks/\(id)/versions/1").data
            #expect(first["definition"]?["executor_config"]?["command"]?.text == "true")
            let stale = try caller.with("If-Match", "\"2\"")
            #expect(try await stale.post("/tasks/\(id)/versions/1/restore").status == 412)
            let restored = try await caller.post("/tasks/\(id)/versions/1/restore")
            #expect(restored.status == 200 && restored.data["version"] == .integer(4))
            #expect(restored.data["executor_config"]?["command"]?.text == "true")
            #expect(restored.data["labels"]?["team"]?.text == "db" && restored.data["timeout"] == .integer(300))
            #expect(restored.data["status"] == .integer(0), "whether it is enabled stays as it is")
            let again = try await caller.post("/tasks/\(id)/versions/4/restore")
            #expect(again.status == 200 && again.data["version"] == .integer(4), "it says so already")
            for path in ["versions/9", "versions/0"] {
                #expect(try await caller.get("/tasks/\(id)/\(path)").status == 404)
                #expect(try await caller.post("/tasks/\(id)/\(path)/restore").status == 404)
            }
        }
    }

    @Test("Where a task ran comes back with its version, and goes with one that did not say it (C-08, P1)")
    func placement() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let placed = JSON.object([.init("kind", "one_of"), .init("strategy", "first")])
            #expect(try await caller.put("/tasks/\(id)", taskBody(["placement": placed])).status == 200)
            let first = try await caller.post("/tasks/\(id)/versions/1/restore").data
            #expect(first["version"] == .integer(3) && first["placement"]?["kind"]?.text == "each")
            let second = try await caller.post("/tasks/\(id)/versions/2/restore").data
            #expect(second["version"] == .integer(4) && second["placement"]?["strategy"]?.text == "first")
        }
    }

    @Test("What a version said that a task can no longer say is refused, and nothing changes")
    func refused() async throws {
        try await TestServer.with { _, caller in
            let group = try #require(try await caller.post("/groups", ["name": .string("gone")]).data["id"]?.int)
            let body = taskBody(["group_ids": .array([.integer(group)])])
            let id = try #require(try await caller.post("/tasks", body).data["id"]?.int)
            _ = try await caller.put("/tasks/\(id)", taskBody())
            #expect(try await caller.delete("/groups/\(group)").status == 200)
            let answer = try await caller.post("/tasks/\(id)/versions/1/restore")
            #expect(answer.status == 422 && answer.faults.first?.hasPrefix("group_ids") == true, "\(answer.text)")
            #expect(try await caller.get("/tasks/\(id)").data["version"] == .integer(2))
        }
    }

    @Test("What a task said when it was others' alone is theirs")
    func others() async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            let id = try #require(
                try await admin.post("/tasks", taskBody(["group_ids": .array([.integer(3)])])).data["id"]?.int
            )
            _ = try await admin.put("/tasks/\(id)", taskBody(["group_ids": .array([.integer(2)])]))
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            let list = try await dora.get("/tasks/\(id)/versions").data
            #expect(list["total"] == .integer(1))
            #expect(list["items"]?.items.map { $0["version"] } == [.integer(2)])
            #expect(list["items"]?.items.first?["changed"]?.items.isEmpty == true, "what was before is others'")
            #expect(try await admin.get("/tasks/\(id)/versions").data["total"] == .integer(2))
            #expect(try await dora.get("/tasks/\(id)/versions/2").status == 200)
            #expect(try await dora.get("/tasks/\(id)/versions/1").status == 404)
            #expect(try await dora.post("/tasks/\(id)/versions/1/restore").status == 404)
        }
    }
}
