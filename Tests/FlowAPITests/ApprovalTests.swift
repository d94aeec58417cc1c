// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Two persons over REST (people.md 1.4)")
struct ApprovalRouteTests {
    /// `ada` asks, `olga` decides; the task is marked.
    private struct Office {
        let server: TestServer
        let ada: Caller
        let olga: Caller
        let task: Int64
        let agent: AgentID

        /// The request that an answer speaks of.
        func waiting(_ answer: Caller.Answer, _ what: String = "") throws -> String {
            #expect(answer.status == 202, "\(what): \(answer.status) \(answer.text)")
            return try #require(answer.data["approval_id"]?.text, "\(what)")
        }

        func approve(_ id: String, by caller: Caller? = nil) async throws -> Caller.Answer {
            let caller = caller ?? self.olga
            let digest = try await self.ada.get("/approvals/\(id)").data["digest"]?.text ?? ""
            return try await caller.post("/approvals/\(id)/approve", ["digest": .string(digest)])
        }

        func body(_ changes: [String: JSON] = [:]) -> [String: JSON] {
            taskBody(["two_person": ["edit", "run"].json]).merging(changes) { $1 }
        }

        func stored() async throws -> JSON { try await self.ada.get("/tasks/\(self.task)").data }
    }

    private func withOffice(
        _ marks: [String] = ["edit", "run"],
        settings: Settings = Settings(),
        _ body: @Sendable (Office) async throws -> Void
    ) async throws {
        try await TestServer.with(settings: settings) { server, ada in
            let agent = try await server.agent("web-1")
            server.gateway.connect(agent, at: server.clock.now.advanced(byMilliseconds: -60_000))
            let made = try await ada.post("/tasks", taskBody(["two_person": marks.json]))
            let task = try #require(made.data["id"]?.int, "\(made.text)")
            #expect(made.data["two_person"] == marks.json)
            let olga = try await ada.signedIn("olga")
            try await body(Office(server: server, ada: ada, olga: olga, task: task, agent: agent))
        }
    }

    @Test("An edit waits, is seen as before and after, and is done by the second person")
    func edit() async throws {
        try await self.withOffice { office in
            let reasoned = try office.ada.with("X-QF-Reason", "%E5%8F%91%E5%B8%83")
            for bad in [String(repeating: "x", count: 1025), "%FF", "%0A"] {
                let refused = try await office.ada.with("X-QF-Reason", bad).post("/tasks/\(office.task)/disable")
                #expect(refused.status == 422, "\(bad.prefix(9)): \(refused.text)")
            }
            let asked = try await reasoned.put("/tasks/\(office.task)", office.body(["description": .string("new")]))
            let id = try office.waiting(asked)
            #expect(try await office.stored()["version"] == .integer(1))
            let seen = try await office.olga.get("/approvals/\(id)").data
            #expect(seen["requester"] == .string("ada") && seen["reason"] == .string("发布"))
            #expect(seen["changed"] == ["description"].json && seen["can_decide"] == .bool(true))
            #expect(seen["before"]?["description"] == .string("") && seen["after"]?["description"] == .string("new"))
            let list = try await office.olga.get("/approvals?view=decide&state=pending").data
            #expect(list["total"] == .integer(1))
            #expect(try await office.ada.get("/approvals?view=mine").data["total"] == .integer(1))
            #expect(try await office.ada.get("/approvals?view=decide").data["total"] == .integer(0))

            #expect(try await office.approve(id, by: office.ada).status == 403)
            let wrong = try await office.olga.post("/approvals/\(id)/approve", ["digest": .string("0")])
            #expect(wrong.status == 409)
            let done = try await office.approve(id)
            #expect(done.status == 200 && done.data["state"] == .string("applied"), "\(done.text)")
            let stored = try await office.stored()
            #expect(stored["version"] == .integer(2) && stored["description"] == .string("new"))
            #expect(try await office.approve(id).status == 409)
            let rows = try await office.ada.get("/audit?action=job.update").data["items"]?.items ?? []
            #expect(rows.first?["actor"] == .string("olga"))
            #expect(JSONWriter.text(rows.first ?? .null).contains("asked for by ada"))
        }
    }

    @Test("No way round: each of them waits for the second person, and changes nothing")
    func waysRound() async throws {
        try await self.withOffice { office in
            let path = "/tasks/\(office.task)"
            let uid = try #require(try await office.stored()["uid"]?.text)
            let past: [String: JSON] = [
                "from": .string("2026-11-18T00:00:00Z"), "to": .string("2026-11-20T12:00:00Z"),
            ]
            let ada = office.ada
            let ways: [(String, () async throws -> Caller.Answer)] = [
                ("unmarking", { try await ada.put(path, office.body(["two_person": [String]().json])) }),
                ("without a word on the mark", { try await ada.put(path, taskBody(["description": .string("x")])) }),
                ("disabling", { try await ada.post(path + "/disable") }),
                ("pausing", { try await ada.post(path + "/disable", ["until": .string("2026-12-01T00:00:00Z")]) }),
                ("run now", { try await ada.post(path + "/trigger") }),
                ("backfill", { try await ada.post(path + "/backfill", past) }),
                ("deleting", { try await ada.delete(path) }),
                ("S0 edit", { try await ada.post("!/api/tasks/\(uid)/pause") }),
                ("S0 run", { try await ada.post("!/api/tasks/\(uid)/trigger") }),
                ("S0 delete", { try await ada.delete("!/api/tasks/\(uid)") }),
            ]
            for (name, way) in ways { _ = try office.waiting(try await way(), name) }
            let stored = try await office.stored()
            #expect(stored["version"] == .integer(1) && stored["status"] == .integer(1))
            #expect(stored["two_person"] == ["edit", "run"].json)
            #expect(office.server.gateway.record.delivered.isEmpty)
            // What has no place for a second person says so at once, or where it would have started.
            let parent = try #require(
                try await ada.post("/tasks", taskBody(["name": .string("parent")])).data["id"]?.int
            )
            let edge = ["task_id": JSON.integer(parent)].json
            let dependent = try await ada.put(
                path,
                office.body(["dependencies": .array([edge]), "dependency_mode": .string("start")])
            )
            #expect(dependent.status == 422 && dependent.faults.contains("two_person"), "\(dependent.text)")
            let hook: [String: JSON] = ["name": .string("hook"), "format": .string("token")]
            #expect(try await ada.post(path + "/hooks", hook).status == 409)
            let flow = try await ada.post(
                "/workflows",
                [
                    "name": .string("flow"), "group_ids": .array([.integer(1)]),
                    "nodes": .array([
                        ["key": JSON.string("one"), "kind": .string("job"), "task_id": .integer(office.task)].json
                    ]),
                ]
            )
            #expect(flow.status == 422 && flow.text.contains("two persons"), "\(flow.text)")
        }
    }

    @Test("An approved start begins one run, whose caller is who asked; the same key begins no other")
    func run() async throws {
        try await self.withOffice(["run"]) { office in
            let keyed = try office.ada.with("Idempotency-Key", "night-1")
            let id = try office.waiting(try await keyed.post("/tasks/\(office.task)/trigger"))
            let done = try await office.approve(id).data
            #expect(done["state"] == .string("applied"))
            let run = try #require(done["result"]?.text)
            let shown = try await office.ada.get("/runs/\(run)").data
            #expect(JSONWriter.text(shown).contains("ada"))
            #expect(office.server.gateway.record.delivered[office.agent]?.count == 1)
            #expect(try await keyed.post("/tasks/\(office.task)/trigger").data["run_id"] == .string(run))
            // Words may be changed by one; what starts it may not.
            let words = taskBody(["two_person": ["run"].json, "description": .string("words")])
            #expect(try await office.ada.put("/tasks/\(office.task)", words).status == 200)
            let sooner = words.merging(["cron_expr": .string("* * * * *")]) { $1 }
            _ = try office.waiting(try await office.ada.put("/tasks/\(office.task)", sooner), "schedule")
        }
    }

    @Test("Stale, failed, rejected, withdrawn and expired requests change nothing")
    func ends() async throws {
        try await self.withOffice(["edit"]) { office in
            func ask(_ changes: [String: JSON]) async throws -> String {
                let body = taskBody(["two_person": ["edit"].json]).merging(changes) { $1 }
                return try office.waiting(try await office.ada.put("/tasks/\(office.task)", body))
            }
            let first = try await ask(["description": .string("1")])
            let second = try await ask(["description": .string("2")])
            #expect(try await office.approve(first).data["state"] == .string("applied"))
            let stale = try await office.approve(second).data
            #expect(stale["state"] == .string("stale") && stale["result"]?.text?.contains("version 1") == true)

            let renamed = try await ask(["name": .string("taken")])
            #expect(try await office.ada.post("/tasks", taskBody(["name": .string("taken")])).status == 201)
            let failed = try await office.approve(renamed).data
            #expect(failed["state"] == .string("failed") && failed["decider"] == .string("olga"))

            let no = try await ask(["description": .string("3")])
            #expect(try await office.ada.post("/approvals/\(no)/reject").status == 403)
            let answer = try await office.olga.post("/approvals/\(no)/reject", ["comment": .string("not now")]).data
            #expect(answer["state"] == .string("rejected") && answer["comment"] == .string("not now"))

            let back = try await ask(["description": .string("4")])
            #expect(try await office.olga.post("/approvals/\(back)/withdraw").status == 403)
            #expect(try await office.ada.post("/approvals/\(back)/withdraw").data["state"] == .string("withdrawn"))

            let late = try await ask(["description": .string("5")])
            office.server.clock.advance(seconds: 72 * 3600)
            let olga = try await office.ada.signedIn("olga")
            let ada = try await office.ada.signedIn("ada")
            #expect(try await ada.get("/approvals/\(late)").data["state"] == .string("expired"))
            let digest = try await ada.get("/approvals/\(late)").data["digest"] ?? .null
            #expect(try await olga.post("/approvals/\(late)/approve", ["digest": digest]).status == 409)
            #expect(try await ada.get("/tasks/\(office.task)").data["version"] == .integer(2))
        }
    }

    @Test("Nobody else sees a request; a token decides on none")
    func whoSees() async throws {
        try await self.withOffice { office in
            let id = try office.waiting(try await office.ada.delete("/tasks/\(office.task)"))
            let vera = try await office.ada.signedIn("vera")
            #expect(try await vera.get("/approvals/\(id)").status == 404)
            #expect(try await vera.get("/approvals").data["total"] == .integer(0))
            #expect(try await vera.get("/approvals?view=decide").status == 403)
            #expect(try await vera.post("/approvals/\(id)/reject").status == 403)
            let made = try await office.olga.post("/tokens", ["name": .string("ci"), "role": .string("operator")])
            var token = office.olga
            token.token = try #require(made.data["token"]?.text, "\(made.text)")
            #expect(try await token.get("/approvals/\(id)").data["can_decide"] == .bool(false))
            #expect(try await office.approve(id, by: token).error == "session_required")
            #expect(try await office.approve(id).data["state"] == .string("applied"))
            #expect(try await office.ada.get("/tasks/\(office.task)").status == 404)
        }
    }

    @Test("A stop by force of a marked task waits; a graceful one does not")
    func stops() async throws {
        try await self.withOffice(["edit"]) { office in
            let started = try await office.ada.post("/tasks/\(office.task)/trigger").data
            let execution = try #require(started["execution_id"]?.text)
            let force: [String: JSON] = ["force": .bool(true)]
            let one = try office.waiting(try await office.ada.post("/executions/\(execution)/cancel", force))
            let run = started["run_id"]?.text ?? ""
            let whole = try office.waiting(try await office.ada.post("/runs/\(run)/stop", force))
            #expect(office.server.gateway.record.cancelled.isEmpty)
            #expect(try await office.approve(whole).data["state"] == .string("applied"))
            #expect(!office.server.gateway.record.cancelled.isEmpty)
            #expect(try await office.approve(one).data["state"] == .string("applied"))
            #expect(try await office.ada.post("/executions/\(execution)/cancel").status == 200)
        }
    }

    @Test("Rights and the settings themselves take two where it is set so")
    func rights() async throws {
        try await self.withOffice { office in
            func set(_ key: String, _ value: String) async throws -> Caller.Answer {
                let body = ["values": [key: JSON.string(value)].json].json
                return try await office.ada.call(.patch, "/settings", body: JSONWriter.text(body))
            }
            #expect(try await set("two-person.grants", "on").status == 200, "one may ask for more")
            let off = try office.waiting(try await set("two-person.grants", "off"))
            _ = try office.waiting(try await set("two-person.force-stop", "off"))
            let vera = try await office.ada.get("/users").data["items"]?.items.first {
                $0["username"] == .string("vera")
            }
            let id = try #require(vera?["id"]?.int)
            let grant = try office.waiting(try await office.ada.post("/users/\(id)/grants", ["role": .string("admin")]))
            let made = try await office.ada.post(
                "/users",
                ["username": .string("eve"), "role": .string("admin")]
            )
            #expect(made.status == 403)
            // An operator may do neither, so one can't approve it either.
            #expect(try await office.approve(grant).status == 403)
            #expect(try await office.approve(off).status == 403)
            let hash = try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password)
            _ = try await office.server.store.createUser(
                username: "boss",
                passwordHash: hash,
                role: .admin,
                at: TestServer.start
            )
            let boss = try await office.ada.signedIn("boss")
            #expect(try await office.approve(grant, by: boss).data["state"] == .string("applied"))
            let granted = try await office.ada.get("/users/\(id)").data
            #expect(granted["role"] == .string("admin"))
            let changed = try await office.approve(off, by: boss)
            #expect(changed.data["state"] == .string("applied"), "\(changed.text)")
        }
    }

    @Test("Two who approve at once: one run")
    func atOnce() async throws {
        try await self.withOffice(["run"]) { office in
            let hash = try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password)
            _ = try await office.server.store.createUser(
                username: "otto",
                passwordHash: hash,
                role: .operator,
                at: TestServer.start
            )
            let otto = try await office.ada.signedIn("otto")
            let id = try office.waiting(try await office.ada.post("/tasks/\(office.task)/trigger"))
            async let one = office.approve(id)
            async let other = office.approve(id, by: otto)
            let statuses = try await [one.status, other.status].sorted()
            #expect(statuses == [200, 409])
            #expect(try await office.ada.get("/runs").data["total"] == .integer(1))
        }
    }
}
