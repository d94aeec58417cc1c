// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Silences over REST (people.md 7)")
struct SilenceTests {
    private static func match(_ name: String, _ value: JSON) -> JSON { [name: JSON.array([value])].json }

    private func body(_ match: JSON, seconds: Int64 = 3600, reason: String = "new disk") -> [String: JSON] {
        ["match": match, "seconds": .integer(seconds), "reason": .string(reason)]
    }

    @Test("One is made, listed, ended early and audited; its faults are told with their paths")
    func lifecycle() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web1")
            let made = try await caller.post("/notify/silences", self.body(Self.match("client_ids", .string("web1"))))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            #expect(made.data["state"] == .string("active") && made.data["created_by"] == .string("ada"))
            #expect(try await caller.get("/notify/silences?state=active").data["total"] == .integer(1))
            #expect(try await caller.get("/notify/silences?state=ended").data["total"] == .integer(0))
            let ended = try await caller.post("/notify/silences/\(id)/end")
            #expect(ended.data["state"] == .string("ended") && ended.data["ended_by"] == .string("ada"))
            let again = try await caller.post("/notify/silences/\(id)/end")
            #expect(again.status == 200 && again.data["ended_at"] == ended.data["ended_at"])
            #expect(try await caller.get("/notify/silences?state=active").data["total"] == .integer(0))
            let audit = try await caller.get("/audit").text
            #expect(audit.contains("silence.create") && audit.contains("silence.end") && audit.contains("new disk"))
            let faults: [([String: JSON], String)] = [
                (self.body([String: JSON]().json), "match"),
                (self.body(Self.match("client_ids", .string("nobody"))), "match.client_ids[0]"),
                (self.body(Self.match("task_ids", .integer(99))), "match.task_ids[0]"),
                (self.body(Self.match("group_ids", .integer(99))), "match.group_ids[0]"),
                (self.body(Self.match("client_ids", .string("web1")), seconds: 59), "until"),
                (self.body(Self.match("client_ids", .string("web1")), seconds: 2_592_001), "until"),
                (self.body(Self.match("client_ids", .string("web1")), reason: ""), "reason"),
            ]
            for (body, path) in faults {
                let answer = try await caller.post("/notify/silences", body)
                #expect(answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await caller.get("/notify/silences").data["total"] == .integer(1))
            // One that nobody ends ends by itself.
            _ = try await caller.post("/notify/silences", self.body(Self.match("client_ids", .string("web1"))))
            server.clock.advance(seconds: 3600)
            #expect(try await caller.get("/notify/silences?state=active").data["total"] == .integer(0))
        }
    }

    @Test("Made from an incident it is about its rule and task; what falls in is counted, and told when it ends")
    func fromIncident() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web1")
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            let target = ["type": JSON.string("email"), "recipients": .array([.string("a@example.com")])].json
            let rule = [
                "name": JSON.string("fails"), "triggers": .array([.string("technical_failure")]),
                "channels": .array([target]),
            ].json
            let task = try #require(
                try await caller.post("/tasks", taskBody(["task_notify": .array([rule])])).data["id"]?.int
            )
            try await evaluator.catchUp()
            var sequence: Int64 = 0
            func fail() async throws {
                let started = try await caller.post("/tasks/\(task)/trigger").data["execution_id"]?.text
                let id = try #require(started.flatMap { ExecutionID($0) })
                let execution = try #require(try await server.store.execution(id))
                sequence += 1
                try await server.report(execution, sequence: sequence, status: .failure)
                try await evaluator.catchUp()
                server.clock.advance(seconds: 61)
                try await evaluator.catchUp()
            }
            func deliveries() async throws -> [JSON] {
                try await caller.get("/notify/deliveries").data["items"]?.items ?? []
            }
            try await fail()
            #expect(try await deliveries().count == 1)
            let incident = try #require(try await deliveries()[0]["incident_id"]?.text)
            let made = try await caller.post(
                "/notify/silences",
                ["incident_id": .string(incident), "seconds": .integer(7200), "reason": .string("known")]
            )
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["match"]?["rule"] == .string("fails"))
            #expect(made.data["match"]?["task_ids"] == .array([.integer(task)]))
            try await fail()
            try await fail()
            #expect(try await deliveries().count == 1)
            let open = try await caller.get("/notify/incidents").data["items"]?.items.first
            #expect(open?["silenced"] == .integer(2) && open?["silences"] == .array([made.data["id"] ?? .null]))
            let id = made.data["id"]?.int ?? 0
            #expect(try await caller.post("/notify/silences/\(id)/end").data["caught"] == .integer(2))
            try await evaluator.catchUp()
            let told = try await deliveries()
            #expect(told.count == 2 && told[0]["purpose"] == .string("update"))
            #expect(told[0]["text"]?.text?.contains("Of these during a silence: 2") == true, "\(told)")
            try await evaluator.catchUp()
            #expect(try await deliveries().count == 2)
            #expect(try await caller.get("/notify/incidents").data["items"]?.items.first?["silenced"] == .integer(0))
        }
    }

    @Test("Who has some groups makes and sees silences about these alone")
    func scope() async throws {
        try await TestServer.with { server, caller in
            for name in ["red", "blue"] { _ = try await caller.post("/groups", ["name": .string(name)]) }
            _ = try await server.agent("r", groups: [2])
            _ = try await server.agent("b", groups: [3])
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await caller.signedIn("dora")
            #expect(
                try await dora.post("/notify/silences", self.body(Self.match("client_ids", .string("r")))).status == 201
            )
            #expect(
                try await dora.post("/notify/silences", self.body(Self.match("group_ids", .integer(2)))).status == 201
            )
            // A host of others answers like one that is not there; a rule's name alone is about everything.
            let foreign = try await dora.post("/notify/silences", self.body(Self.match("client_ids", .string("b"))))
            let absent = try await dora.post("/notify/silences", self.body(Self.match("client_ids", .string("x"))))
            #expect(foreign.faults == absent.faults && foreign.status == absent.status)
            let rule = self.body(["rule": JSON.string("fails")].json)
            #expect(try await dora.post("/notify/silences", rule).status == 403)
            #expect(try await caller.post("/notify/silences", rule).status == 201)
            #expect(try await dora.get("/notify/silences").data["total"] == .integer(2))
            #expect(try await caller.get("/notify/silences").data["total"] == .integer(3))
            #expect(try await dora.post("/notify/silences/3/end").status == 404)
        }
    }
}
