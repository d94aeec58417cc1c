// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Accounts over HTTP")
struct UserTests {
    private static func create(
        _ name: String,
        _ admin: Caller,
        role: String = "viewer"
    ) async throws -> (id: Int64, password: String) {
        let made = try await admin.post("/users", ["username": .string(name), "role": .string(role)])
        #expect(made.status == 201, "\(made.text)")
        return (try #require(made.data["id"]?.int), try #require(made.data["password"]?.text))
    }

    private static func lastAction(_ admin: Caller) async throws -> String? {
        try await admin.get("/audit?page_size=1").data["items"]?.items.first?["action"]?.text
    }

    @Test("A new user gets a password that is told once and has to be changed before anything else")
    func firstSignIn() async throws {
        try await TestServer.with { _, admin in
            let made = try await Self.create("bo", admin)
            #expect(try await Self.lastAction(admin) == "user.create")
            #expect(try await !admin.get("/users").text.contains(made.password))
            let bo = try await admin.signedIn("bo", password: made.password)
            let other = try await admin.signedIn("bo", password: made.password)
            #expect(try await bo.get("/tasks").error == "password_change_required")
            #expect(try await bo.get("/auth/me").data["must_change_password"] == .bool(true))
            let wrong = try await bo.post(
                "/auth/password",
                ["old_password": .string("no"), "new_password": .string("a long new word")]
            )
            #expect(wrong.status == 403)
            let weak = try await bo.post(
                "/auth/password",
                ["old_password": .string(made.password), "new_password": .string("aaaaaaaaaaaaaa")]
            )
            #expect(weak.status == 422)
            let changed = try await bo.post(
                "/auth/password",
                ["old_password": .string(made.password), "new_password": .string("a long new word")]
            )
            #expect(changed.status == 200)
            #expect(try await bo.get("/tasks").status == 401, "the token of before is worth nothing")
            #expect(try await other.get("/auth/me").status == 401, "other sessions end")
            var again = bo
            again.token = try #require(changed.data["token"]?.text)
            #expect(try await again.get("/tasks").status == 200)
            #expect(changed.headers[.setCookie]?.contains("Max-Age=43200") == true)
            let row = try await admin.get("/audit?action=user.password").data["items"]?.items.first
            #expect(row?["actor"]?.text == "bo" && row?["object_name"]?.text == "bo")
            #expect(try await !admin.get("/audit").text.contains("scrypt"))
        }
    }

    @Test("Disabling, resetting and deleting end the sessions at once and stand in the audit")
    func lifecycle() async throws {
        try await TestServer.with { _, admin in
            let made = try await Self.create("bo", admin)
            var bo = try await admin.signedIn("bo", password: made.password)
            #expect(try await admin.post("/users/\(made.id)/disable").status == 200)
            #expect(try await Self.lastAction(admin) == "user.disable")
            #expect(try await bo.get("/auth/me").status == 401)
            let refused = try await admin.post(
                "/auth/login",
                ["username": .string("bo"), "password": .string(made.password)]
            )
            #expect(refused.status == 401)
            #expect(try await admin.post("/users/\(made.id)/enable").status == 200)
            #expect(try await Self.lastAction(admin) == "user.enable")
            let reset = try await admin.post("/users/\(made.id)/reset-password")
            #expect(try await Self.lastAction(admin) == "user.password")
            bo = try await admin.signedIn("bo", password: try #require(reset.data["password"]?.text))
            #expect(try await admin.delete("/users/\(made.id)").status == 200)
            #expect(try await Self.lastAction(admin) == "user.delete")
            #expect(try await bo.get("/auth/me").status == 401)
            #expect(try await admin.delete("/users/\(made.id)").status == 404)
            // The name is free, the number is not.
            #expect(try await Self.create("bo", admin).id != made.id)
        }
    }

    @Test("Users are renamed; a name is one whatever the case of its letters")
    func rename() async throws {
        try await TestServer.with { _, admin in
            let made = try await Self.create("bo", admin)
            let renamed = try await admin.put("/users/\(made.id)", ["username": .string("Bob")])
            #expect(renamed.status == 200 && renamed.data["username"]?.text == "Bob")
            #expect(try await Self.lastAction(admin) == "user.rename")
            #expect(try await admin.get("/users/\(made.id)").data["username"]?.text == "Bob")
            #expect(try await admin.put("/users/\(made.id)", ["username": .string("bob")]).status == 200)
            #expect(try await admin.put("/users/\(made.id)", ["username": .string("ADA")]).error == "name_taken")
            #expect(try await admin.post("/users", ["username": .string("BOB")]).error == "name_taken")
            #expect(try await admin.put("/users/\(made.id)", ["username": .string("a/b")]).status == 422)
            _ = try await admin.signedIn("BOB", password: made.password)
            #expect(try await admin.get("/users/999").status == 404)
        }
    }

    @Test("Sessions are listed with where they come from, and ended one by one or all")
    func sessions() async throws {
        try await TestServer.with { server, admin in
            let made = try await Self.create("bo", admin)
            let one = try await admin.signedIn("bo", password: made.password)
                .changing(made.password, to: "a long new word")
            let two = try await admin.signedIn("bo", password: "a long new word")
            let three = try await admin.signedIn("bo", password: "a long new word")
            let own = try await one.get("/auth/sessions").data
            #expect(own["total"] == .integer(3))
            let current = own["items"]?.items.filter { $0["current"] == .bool(true) } ?? []
            #expect(current.count == 1)
            let listed = try await admin.get("/users/\(made.id)/sessions").data["items"]?.items ?? []
            #expect(listed.count == 3 && listed.allSatisfy { $0["current"] == .bool(false) })
            let mine = try #require(current.first?["id"]?.text)
            let other = try #require(listed.compactMap { $0["id"]?.text }.first { $0 != mine })
            #expect(try await one.delete("/auth/sessions/\(other)").status == 200)
            #expect(try await one.delete("/auth/sessions/\(other)").status == 404)
            #expect(try await Self.lastAction(admin) == "session.end")
            #expect(try await one.delete("/auth/sessions").status == 200)
            #expect(try await one.get("/auth/me").status == 200)
            for ended in [two, three] { #expect(try await ended.get("/auth/me").status == 401) }
            #expect(try await admin.delete("/users/\(made.id)/sessions/\(mine)").status == 200)
            #expect(try await one.get("/auth/me").status == 401)
            #expect(try await admin.get("/users/\(made.id)/sessions").data["total"] == .integer(0))
        }
    }

    @Test("A session that nobody uses ends, and what a page asks for on its own is no use")
    func idle() async throws {
        try await TestServer.with { server, admin in
            let lazy = try await admin.signedIn("vera")
            let busy = try await admin.signedIn("vera")
            for _ in 0..<3 {
                server.clock.advance(seconds: 3000)
                #expect(try await busy.get("/auth/me").status == 200)
                _ = try await lazy.with("X-QF-Background", "1").get("/auth/me")
            }
            #expect(try await lazy.get("/auth/me").status == 401)
            #expect(try await busy.get("/auth/me").status == 200)
        }
    }

    @Test("Nobody has more than twenty sessions: the one that was not used for longest goes")
    func manySessions() async throws {
        try await TestServer.with { server, admin in
            let first = try await admin.signedIn("vera")
            for _ in 0..<20 {
                server.clock.advance(seconds: 1)
                _ = try await admin.signedIn("vera")
            }
            #expect(try await first.get("/auth/me").status == 401)
        }
    }

    @Test("Grants are given and taken; the last administrator stays")
    func grants() async throws {
        try await TestServer.with { _, admin in
            let made = try await Self.create("bo", admin)
            let group = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            let path = "/users/\(made.id)/grants"
            let grant = try await admin.post(
                path,
                ["role": .string("developer"), "group_ids": .array([.integer(group)])]
            )
            #expect(grant.status == 201 && grant.data["scope"] == .array([.integer(group)]))
            #expect(try await Self.lastAction(admin) == "grant.add")
            #expect(try await admin.delete("\(path)/\(grant.data["id"]?.int ?? 0)").status == 200)
            #expect(try await Self.lastAction(admin) == "grant.remove")
            #expect(
                try await admin.post(path, ["role": .string("viewer"), "group_ids": .array([.integer(1)])]).status
                    == 422
            )
            let me = try await admin.get("/auth/me").data
            let ada = try #require(me["id"]?.int)
            let own = try #require(me["grants"]?.items.first?["id"]?.int)
            #expect(try await admin.delete("/users/\(ada)/grants/\(own)").status == 409)
            #expect(try await admin.post("/users/\(ada)/disable").status == 409)
            #expect(try await admin.delete("/users/\(ada)").status == 409)
        }
    }
}
