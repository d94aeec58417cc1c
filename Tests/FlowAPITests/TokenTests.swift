// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("API tokens over HTTP")
struct TokenTests {
    private static func token(_ caller: Caller, _ body: [String: JSON]) async throws -> (id: Int64, caller: Caller) {
        let made = try await caller.post("/tokens", body)
        #expect(made.status == 201, "\(made.text)")
        var program = caller
        program.token = try #require(made.data["token"]?.text)
        return (try #require(made.data["id"]?.int), program)
    }

    private static func body(_ permissions: [String], name: String = "ci") -> [String: JSON] {
        ["name": .string(name), "permissions": .array(permissions.map { .string($0) })]
    }

    @Test("A token does what it says and no more, is shown once, and says when it was last used")
    func use() async throws {
        try await TestServer.with { server, admin in
            let (id, program) = try await Self.token(admin, Self.body(["jobs:read", "jobs:write", "jobs:run"]))
            #expect(try await program.get("/tasks").status == 200)
            let made = try await program.post("/tasks", taskBody())
            #expect(made.status == 201)
            let row = try await admin.get("/audit?action=job.create").data["items"]?.items.first
            #expect(row?["actor"]?.text == "ada" && row?["token_id"] == .integer(id))
            #expect(try await program.get("/groups").status == 403)
            #expect(try await program.get("/auth/me").data["permissions"]?.items.count == 3)
            let listed = try await admin.get("/tokens")
            let item = try #require(listed.data["items"]?.items.first)
            #expect(item["last_used_at"]?.text == TestServer.start.rfc3339() && item["name"]?.text == "ci")
            let text = try #require(program.token)
            #expect(!listed.text.contains(text))
            #expect(try await !admin.get("/audit").text.contains(text))
            #expect(try await admin.delete("/tokens/\(id)").status == 200)
            #expect(try await program.get("/tasks").status == 401)
            #expect(try await admin.get("/audit?action=token.delete").data["total"] == .integer(1))
        }
    }

    @Test("No token opens what makes other credentials, whoever owns it")
    func forPeople() async throws {
        try await TestServer.with { _, admin in
            let refused = try await admin.post("/tokens", Self.body(["users:write"]))
            #expect(refused.status == 422 && refused.faults == ["permissions"])
            let (_, program) = try await Self.token(admin, ["name": .string("all"), "role": .string("admin")])
            for path in ["/users", "/tokens", "/auth/sessions", "/users/1", "/users/1/sessions"] {
                #expect(try await program.get(path).error == "session_required", "\(path)")
            }
            #expect(try await program.post("/tokens", Self.body(["jobs:read"])).status == 403)
            #expect(try await program.post("/auth/password").status == 403)
            // A browser never has one.
            var browser = program
            browser.cookie = "qf_session=\(program.token ?? "")"
            browser.token = nil
            #expect(try await browser.get("/tasks").status == 401)
        }
    }

    @Test("A token is worth what its owner may at the moment, and ends with them")
    func owner() async throws {
        try await TestServer.with { server, admin in
            let olga = try await admin.signedIn("olga")
            #expect(try await olga.post("/tokens", Self.body(["audit:export"])).faults == ["permissions"])
            let (_, program) = try await Self.token(olga, Self.body(["groups:write", "groups:read"]))
            #expect(try await program.post("/groups", ["name": .string("red")]).status == 201)
            let users = try await admin.get("/users").data["items"]?.items ?? []
            let user = try #require(users.first { $0["username"]?.text == "olga" })
            let id = try #require(user["id"]?.int)
            let grant = try #require(user["grants"]?.items.first?["id"]?.int)
            #expect(try await admin.delete("/users/\(id)/grants/\(grant)").status == 200)
            #expect(try await program.post("/groups", ["name": .string("blue")]).status == 403)
            #expect(try await admin.post("/users/\(id)/disable").status == 200)
            #expect(try await program.get("/groups").status == 401)
            #expect(try await admin.post("/users/\(id)/enable").status == 200)
            #expect(try await admin.get("/tokens?all=true").data["total"] == .integer(1))
            #expect(try await admin.delete("/users/\(id)").status == 200)
            #expect(try await admin.get("/tokens?all=true").data["total"] == .integer(0))
        }
    }

    @Test("A token on some groups sees those only, and ends when it says")
    func scopeAndEnd() async throws {
        try await TestServer.with { server, admin in
            let red = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            var body: [String: JSON] = [
                "name": .string("red"), "role": .string("viewer"), "group_ids": .array([.integer(red)]),
                "expires_at": .string(TestServer.start.advanced(byMilliseconds: 3_600_000).rfc3339()),
            ]
            let (_, program) = try await Self.token(admin, body)
            let names = try await program.get("/groups").data.items.compactMap { $0["name"]?.text }
            #expect(names == ["red"])
            server.clock.advance(seconds: 3600)
            #expect(try await program.get("/groups").status == 401)
            body["expires_at"] = .string(TestServer.start.advanced(byMilliseconds: 400 * 86_400_000).rfc3339())
            body["name"] = .string("other")
            #expect(try await admin.post("/tokens", body).faults == ["expires_at"])
            // What holds everywhere or not at all cannot be had on one group.
            body["expires_at"] = nil
            body["role"] = nil
            body["permissions"] = .array([.string("metrics:read")])
            #expect(try await admin.post("/tokens", body).faults == ["permissions"])
            #expect(try await admin.post("/tokens", Self.body(["jobs:read"], name: "red")).error == "name_taken")
        }
    }

    @Test("Somebody else's token is as good as none")
    func others() async throws {
        try await TestServer.with { _, admin in
            let (id, _) = try await Self.token(admin, Self.body(["jobs:read"]))
            let vera = try await admin.signedIn("vera")
            #expect(try await vera.delete("/tokens/\(id)").status == 404)
            #expect(try await vera.get("/tokens").data["total"] == .integer(0))
            #expect(try await vera.get("/tokens?all=true").status == 403)
        }
    }
}
