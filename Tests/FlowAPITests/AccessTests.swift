// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Why somebody may do something, and all rights for a while (people.md 8 and 1.4)")
struct AccessTests {
    private static func user(_ server: TestServer, _ name: String, _ grants: [Grant]) async throws {
        _ = try await server.store.createUser(
            username: name,
            passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
            grants: grants,
            mustChangePassword: false,
            by: .system(at: TestServer.start)
        )
    }

    private static func holding(_ token: String, _ caller: Caller) -> Caller {
        var holder = caller
        holder.token = token
        return holder
    }

    @Test("Oneself and, for who sees accounts, others; what one may not see is answered like what is not there")
    func explain() async throws {
        try await TestServer.with { server, admin in
            for team in ["red", "blue-canary"] { _ = try await admin.post("/groups", ["name": .string(team)]) }
            let body = taskBody(["group_ids": .array([.integer(2), .integer(3)])])
            let task = try #require(try await admin.post("/tasks", body).data["id"]?.int)
            let blue = taskBody(["name": .string("blue"), "group_ids": .array([.integer(3)])])
            let other = try #require(try await admin.post("/tasks", blue).data["id"]?.int)
            try await Self.user(server, "dora", [Grant(role: .developer, scope: .groups([2]))])
            let dora = try await admin.signedIn("dora")

            let own = try await dora.get("/access/explain?permission=jobs:run&object=task:\(task)")
            #expect(own.status == 200, "\(own.text)")
            #expect(own.data["allowed"] == .bool(false) && own.data["obstacle"]?.text == "elsewhere")
            #expect(own.data["others_missing"] == .integer(1) && own.data["missing_groups"]?.items.isEmpty == true)
            #expect(own.data["object"]?["hidden_groups"] == .integer(1) && !own.text.contains("canary"))
            // It is what the route itself says.
            #expect(try await dora.post("/tasks/\(task)/trigger").status == 403)
            #expect(
                try await dora.get("/access/explain?permission=jobs:read&object=task:\(task)").data["allowed"]
                    == .bool(true)
            )
            for path in [
                "object=task:\(other)", "object=task:999", "object=run:x", "object=client:none", "object=group:3",
            ] {
                #expect(try await dora.get("/access/explain?permission=jobs:run&\(path)").status == 404, "\(path)")
            }
            let refused = try await dora.get("/access/explain?permission=jobs:run&user=admin")
            #expect(refused.status == 403 && refused.text.contains("users:read"), "\(refused.text)")

            let hers = try await admin.get("/access/explain?permission=jobs:run&user=DORA&object=task:\(task)").data
            #expect(hers["user"]?.text == "dora" && hers["allowed"] == .bool(false))
            #expect(hers["missing_groups"] == .array([.integer(3)]) && hers["others_missing"] == .integer(0))
            #expect(hers["text"]?["zh"]?.text?.contains("jobs:run") == true)
            #expect(try await admin.get("/access/explain?permission=jobs:run&user=nobody").status == 404)
            for query in ["", "?permission=fly", "?permission=jobs:run&object=moon:1", "?permission=jobs:run&object=7"]
            {
                #expect(try await admin.get("/access/explain\(query)").faults.count == 1, "\(query)")
            }
        }
    }

    @Test("All rights for a while: with the password, in the audit of each change, told once, and over by itself")
    func breakGlass() async throws {
        try await TestServer.with { server, admin in
            _ = try await server.agent("web-1")
            let role: [String: JSON] = [
                "name": .string("on-call"), "permissions": ["breakglass:use", "jobs:read"].json,
            ]
            #expect(try await admin.post("/roles", role).status == 201)
            let made = try await admin.post("/tasks", taskBody(["two_person": ["edit", "run"].json]))
            let task = try #require(made.data["id"]?.int, "\(made.text)")
            try await Self.user(server, "nina", [Grant(role: .developer, scope: .all)])
            let nina = try await admin.signedIn("nina")
            let ask: [String: JSON] = [
                "password": .string(TestServer.password), "reason": .string("it burns"), "minutes": .integer(10),
            ]
            let lacks = try await nina.post("/auth/break-glass", ask)
            #expect(lacks.status == 403 && lacks.text.contains("breakglass:use"), "\(lacks.text)")
            let id = try #require(try await server.store.user(named: "nina")?.id)
            let grant: [String: JSON] = ["role": .string("on-call")]
            #expect(try await admin.post("/users/\(id)/grants", grant).status == 201)
            #expect(try await nina.post("/tasks/\(task)/trigger").status == 202, "another person has to agree")
            for (field, value, path) in [
                ("password", JSON.string("no"), "password"), ("reason", .string(""), "reason"),
                ("minutes", .integer(4), "minutes"), ("minutes", .integer(61), "minutes"),
            ] {
                let refused = try await nina.post("/auth/break-glass", ask.merging([field: value]) { $1 })
                #expect(refused.status == 400 || refused.status == 422, "\(field): \(refused.text)")
                #expect(refused.faults == [path], "\(refused.text)")
            }
            let taken = try await nina.post("/auth/break-glass", ask)
            #expect(taken.status == 200, "\(taken.text)")
            let token = try #require(taken.data["token"]?.text)
            // The session before is dead at once.
            #expect(try await nina.get("/auth/me").status == 401)
            let strong = Self.holding(token, nina)
            let me = try await strong.get("/auth/me").data
            #expect(me["break_glass"]?["reason"]?.text == "it burns" && me["scopes"]?["users:write"]?.text == "all")
            #expect(try await strong.post("/tasks/\(task)/trigger").status == 201, "nobody else has to agree")
            // A task that others wait for goes too, though one of them takes two persons to change.
            let parent = try #require(
                try await admin.post("/tasks", taskBody(["name": .string("parent")])).data["id"]?.int
            )
            let child = try #require(
                try await admin.post(
                    "/tasks",
                    taskBody([
                        "name": .string("child"), "task_dependencies": .array([.integer(parent)]),
                        "dependency_mode": .string("start"),
                        "two_person": ["edit"].json,
                    ])
                ).data["id"]?.int
            )
            let slow = try await admin.delete("/tasks/\(parent)?detach=true")
            #expect(slow.status == 403, "\(slow.text)")
            let detached = try await strong.delete("/tasks/\(parent)?detach=true")
            #expect(detached.status == 200, "\(detached.text)")
            let loose = try await admin.get("/tasks/\(child)").data
            #expect(loose["dependencies"]?.items.isEmpty == true && loose["version"] == .integer(2))
            #expect(try await strong.get("/audit/export").status == 200)
            let audit = try await admin.get("/audit?action=job.run").data["items"]?.items.first
            #expect(
                audit?["reason"]?.text == "break glass: it burns" && audit?["flags"] == ["break_glass"].json,
                "\(audit ?? .null)"
            )
            #expect(try await admin.get("/audit?action=session.break_glass&outcome=ok").data["total"] == .integer(1))
            let told = try await server.store.events(after: 0, limit: 500).compactMap { row -> PersonEvent? in
                if case .person(let event)? = row.event, event.kind == .glassBroken { event } else { nil }
            }
            #expect(told.map(\.username) == ["nina"] && told.first?.text.contains("it burns") == true)
            // Over by itself; the session goes on with the rights that she has.
            server.clock.set(server.clock.now.advanced(byMilliseconds: 600_000))
            #expect(try await strong.get("/auth/me").data["break_glass"] == .null)
            #expect(try await strong.get("/audit/export").status == 403)
            #expect(try await strong.post("/tasks/\(task)/trigger").status == 202)
        }
    }

    @Test("It is given back before its time, and no token takes it")
    func givenBack() async throws {
        try await TestServer.with { _, admin in
            let made = try await admin.post("/tokens", ["name": .string("t"), "permissions": ["jobs:read"].json])
            let program = Self.holding(try #require(made.data["token"]?.text, "\(made.text)"), admin)
            let ask: [String: JSON] = ["password": .string(TestServer.password), "reason": .string("drill")]
            #expect(try await program.post("/auth/break-glass", ask).error == "session_required")
            let token = try #require(try await admin.post("/auth/break-glass", ask).data["token"]?.text)
            let strong = Self.holding(token, admin)
            #expect(
                try await strong.get("/auth/me").data["break_glass"]?["until"]?.text?.hasPrefix("2026-11-21T11:")
                    == true
            )
            #expect(try await strong.delete("/auth/break-glass").status == 200)
            #expect(try await strong.get("/auth/me").data["break_glass"] == .null)
            #expect(try await strong.delete("/auth/break-glass").status == 200)
            #expect(try await strong.get("/audit?action=session.mend_glass").data["total"] == .integer(1))
        }
    }
}
