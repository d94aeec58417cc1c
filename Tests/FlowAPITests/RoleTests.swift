// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Roles of one's own")
struct RoleTests {
    private static func permissions(_ words: String...) -> JSON { .array(words.map { .string($0) }) }

    /// A user with a grant, signed in with a password of their own.
    private static func user(
        _ name: String,
        role: String,
        groups: [Int64]? = nil,
        _ admin: Caller
    ) async throws -> Caller {
        var body: [String: JSON] = ["username": .string(name), "role": .string(role)]
        if let groups { body["group_ids"] = .array(groups.map { .integer($0) }) }
        let made = try await admin.post("/users", body)
        let password = try #require(made.data["password"]?.text, "\(made.text)")
        return try await admin.signedIn(name, password: password).changing(password, to: "a long new word")
    }

    @Test("A role of one's own allows what it lists, where it was given, and a change of it counts at once")
    func allows() async throws {
        try await TestServer.with { _, admin in
            let red = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            let made = try await admin.post(
                "/roles",
                ["name": .string("runner"), "permissions": Self.permissions("jobs:read", "jobs:run")]
            )
            #expect(made.status == 201 && made.data["built_in"] == .bool(false), "\(made.text)")
            let bo = try await Self.user("bo", role: "runner", groups: [red], admin)
            let inside = try await admin.post("/tasks", taskBody(["group_ids": .array([.integer(red)])]))
            let outside = try await admin.post("/tasks", taskBody(["name": .string("other")]))
            let id = try #require(inside.data["id"]?.int)
            #expect(try await bo.get("/tasks").data["total"] == .integer(1))
            #expect(try await bo.post("/tasks/\(id)/disable").status == 200)
            #expect(try await bo.delete("/tasks/\(id)").status == 403)
            #expect(try await bo.get("/tasks/\(outside.data["id"]?.int ?? 0)").status == 404)
            #expect(try await bo.get("/executions").status == 403)
            let me = try await bo.get("/auth/me").data
            #expect(me["role"] == .null && me["grants"]?.items.first?["role"]?.text == "runner")
            let changed = try await admin.put("/roles/runner", ["permissions": Self.permissions("executions:read")])
            #expect(changed.status == 200 && changed.data["users"] == .integer(1))
            #expect(try await bo.get("/tasks").status == 403)
            #expect(try await bo.get("/executions").status == 200)
            let row = try await admin.get("/audit?action=role.update").data["items"]?.items.first
            #expect(row?["object_name"]?.text == "runner" && row?["actor"]?.text == "ada")
        }
    }

    @Test("A role that somebody has stays; one that nobody has goes; the four are not touched")
    func deletes() async throws {
        try await TestServer.with { _, admin in
            let body: [String: JSON] = ["name": .string("runner"), "permissions": Self.permissions("jobs:read")]
            #expect(try await admin.post("/roles", body).status == 201)
            #expect(try await admin.post("/roles", body).error == "name_taken")
            _ = try await Self.user("bo", role: "runner", admin)
            let refused = try await admin.delete("/roles/runner")
            #expect(refused.error == "in_use" && refused.text.contains("bo"))
            let users = try await admin.get("/users").data["items"]?.items ?? []
            let bo = try #require(users.first { $0["username"]?.text == "bo" })
            let grant = try #require(bo["grants"]?.items.first?["id"]?.int)
            #expect(try await admin.delete("/users/\(bo["id"]?.int ?? 0)/grants/\(grant)").status == 200)
            #expect(try await admin.delete("/roles/runner").status == 200)
            #expect(try await admin.get("/roles").data["total"] == .integer(4))
            #expect(try await admin.delete("/roles/viewer").status == 404)
            let builtIn = body.merging(["name": .string("Admin")]) { $1 }
            #expect(try await admin.post("/roles", builtIn).faults == ["name"])
            #expect(
                try await admin.post("/users", ["username": .string("x"), "role": .string("boss")]).faults == ["role"]
            )
            let nothing: [String: JSON] = ["name": .string("n"), "permissions": .array([])]
            #expect(try await admin.post("/roles", nothing).faults == ["permissions"])
        }
    }

    @Test("Nobody makes a role of what they lack, and the last administrator stays one")
    func bounds() async throws {
        try await TestServer.with { _, admin in
            _ = try await admin.post(
                "/roles",
                ["name": .string("clerk"), "permissions": Self.permissions("users:read", "users:write", "jobs:read")]
            )
            let clerk = try await Self.user("cleo", role: "clerk", admin)
            let more: [String: JSON] = [
                "permissions": Self.permissions("users:read", "users:write", "jobs:read", "jobs:run")
            ]
            #expect(try await clerk.put("/roles/clerk", more).status == 403)
            #expect(try await clerk.put("/roles/clerk", ["permissions": Self.permissions("jobs:read")]).status == 200)
            let users = try await admin.get("/users").data["items"]?.items ?? []
            let ada = try #require(users.first { $0["username"]?.text == "ada" })
            let id = try #require(ada["id"]?.int)
            let grant = try #require(ada["grants"]?.items.first?["id"]?.int)
            let all = Permission.allCases.map { JSON.string($0.rawValue) }
            _ = try await admin.post("/roles", ["name": .string("everything"), "permissions": .array(all)])
            _ = try await admin.post("/users/\(id)/grants", ["role": .string("everything")])
            #expect(try await admin.delete("/users/\(id)/grants/\(grant)").error == "conflict")
        }
    }

    @Test("A token gets what a role of one's own has, as far as a token can")
    func token() async throws {
        try await TestServer.with { _, admin in
            _ = try await admin.post(
                "/roles",
                ["name": .string("clerk"), "permissions": Self.permissions("users:read", "jobs:read")]
            )
            let made = try await admin.post("/tokens", ["name": .string("ci"), "role": .string("clerk")])
            #expect(made.data["permissions"] == Self.permissions("jobs:read"), "\(made.text)")
        }
    }
}
