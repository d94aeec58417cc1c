// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Parameters that are secret (people.md, 5)")
struct SecretParameterTests {
    private static let value = "tr0ub4dor-and-four"

    private struct World {
        let server: TestServer
        let caller: Caller
        let agent: AgentID
        let task: Int64

        func start(_ values: [String: String], key: String? = nil) async throws -> Caller.Answer {
            let sender = try key.map { try self.caller.with("Idempotency-Key", $0) } ?? self.caller
            return try await sender.post("/tasks/\(self.task)/trigger", ["params": SecretParameterTests.object(values)])
        }

        /// What the host of an order asks for before it starts it.
        func asked(_ order: Order, by agent: AgentID? = nil) async throws -> [String: String] {
            let desk = SecretDesk(store: self.server.store, seal: TestServer.seal, clock: self.server.clock)
            let request = SecretsRequest(
                execution: order.executionID,
                job: order.job.uid,
                version: order.job.version
            )
            return try await desk.secrets(for: request, of: agent ?? self.agent)
        }

        func ordered() throws -> Order { try #require(self.server.gateway.record.delivered[self.agent]?.last) }

        func isNowhere(_ value: String, _ paths: [String]) async throws {
            for path in paths + ["/audit", "/audit/export", "/runs", "/executions"] {
                let text = try await self.caller.get(path).text
                #expect(!text.contains(value) && !text.contains("qfs1."), "\(path): \(text)")
            }
            for file in try FileManager.default.contentsOfDirectory(atPath: self.server.directory) {
                let content = FileManager.default.contents(atPath: self.server.directory + "/" + file) ?? Data()
                #expect(content.firstRange(of: Data(value.utf8)) == nil, "\(file)")
            }
        }
    }

    private static func object(_ values: [String: String]) -> JSON {
        .object(values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) })
    }

    private static func parameter(_ members: [String: JSON]) -> [String: JSON] {
        ["parameters": .array([members.merging(["name": .string("pw"), "type": .string("secret")]) { $1 }.json])]
    }

    private static func with(
        _ parameter: [String: JSON] = [:],
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("web-1")
            _ = try await caller.put("/secrets/DB", ["value": .string("stored-in-the-server")])
            let fields: [String: JSON] = ["schedule_type": .string("manual"), "cron_expr": .null]
            let made = try await caller.post("/tasks", taskBody(fields.merging(Self.parameter(parameter)) { $1 }))
            let task = try #require(made.data["id"]?.int, "\(made.text)")
            try await body(World(server: server, caller: caller, agent: agent, task: task))
        }
    }

    @Test("A value is in no answer, order, audit or file; the run's host alone is given it, and a retry has it again")
    func neverRead() async throws {
        try await Self.with { world in
            let started = try await world.start(["pw": Self.value], key: "one")
            #expect(started.status < 300, "\(started.text)")
            #expect(!started.text.contains(Self.value))
            let order = try world.ordered()
            #expect(order.parameters == ["pw": SecretParameter.mask] && order.needsSecrets)
            #expect(try await world.asked(order) == ["parameter:pw": Self.value])
            let paths = ["/runs/\(order.runID)", "/executions/\(order.executionID)", "/runs/\(order.runID)/export"]
            for path in paths.prefix(2) {
                #expect(try await world.caller.get(path).data["params"]?["pw"]?.text == SecretParameter.mask, "\(path)")
            }
            try await world.isNowhere(Self.value, paths)
            // Another host of the job asks for this one's execution: it has nothing of the run.
            let other = try await world.server.agent("web-2")
            #expect(try await world.asked(order, by: other).isEmpty)

            // The same request again is the same, though each sealing is another text; another value is another request.
            #expect(try await world.start(["pw": Self.value], key: "one").status < 300)
            #expect(try await world.start(["pw": Self.value + "!"], key: "one").status == 422)

            let execution = try #require(try await world.server.store.execution(order.executionID))
            try await world.server.report(execution, sequence: 1, status: .failure)
            let retried = try await world.caller.post("/executions/\(order.executionID)/retry")
            #expect(retried.status < 300, "\(retried.text)")
            let again = try world.ordered()
            #expect(again.executionID != order.executionID && again.parameters == ["pw": SecretParameter.mask])
            #expect(try await world.asked(again) == ["parameter:pw": Self.value])
            try await world.isNowhere(Self.value, ["/runs/\(again.runID)"])
        }
    }

    @Test(
        "A request for another person with a secret value is the same when it is repeated; another value is another one"
    )
    func askedTwice() async throws {
        try await Self.with { world in
            let task = try await world.caller.get("/tasks/\(world.task)").data
            let version = try #require(task["version"]?.int)
            let marked = try await world.caller.with("If-Match", "\"\(version)\"")
                .put(
                    "/tasks/\(world.task)",
                    taskBody(
                        [
                            "schedule_type": .string("manual"), "cron_expr": .null,
                            "two_person": .array([.string("run")]),
                        ].merging(Self.parameter([:])) { $1 }
                    )
                )
            #expect(marked.status == 200, "\(marked.text)")
            var ids: [String?] = []
            for (value, key) in [
                (Self.value, "one"), (Self.value, "one"), (Self.value + "!", "one"), (Self.value, "two"),
            ] {
                let answer = try await world.start(["pw": value], key: key)
                #expect(answer.status == 202, "\(answer.text)")
                ids.append(answer.data["approval_id"]?.text)
            }
            #expect(ids[0] != nil && ids[0] == ids[1] && Set(ids).count == 3, "\(ids)")
            try await world.isNowhere(Self.value, ["/approvals", "/approvals/\(ids[0] ?? "")"])
        }
    }

    @Test("A stored secret may be named instead, by who may use it; a default names one, for runs without a value")
    func names() async throws {
        try await Self.with(["default": .string("secret:DB")]) { world in
            #expect(try await world.start(["pw": "secret:NONE"]).faults == ["params.pw"])
            #expect(try await world.start(["pw": "secret:DB"]).status < 300)
            let order = try world.ordered()
            #expect(order.parameters == ["pw": SecretParameter.mask])
            #expect(try await world.asked(order)["parameter:pw"] == "stored-in-the-server")
            #expect(try await world.start([:]).status < 300)
            let plain = try world.ordered()
            #expect(plain.parameters.isEmpty && plain.secretParameters == ["pw"])
            #expect(try await world.asked(plain)["parameter:pw"] == "stored-in-the-server")
            #expect(try await world.caller.delete("/secrets/DB").error == "in_use")
        }
    }

    @Test("What could be read, or could not be masked, is refused, and no refusal has a value in it")
    func refuses() async throws {
        try await Self.with { world in
            let short = try await world.start(["pw": "zqxjk"])
            #expect(short.faults == ["params.pw"] && !short.text.contains("zqxjk"), "\(short.text)")
            #expect(try await world.start(["pw": "qfs1.12758069.AAAA.AAAA"]).faults == ["params.pw"])
            let parameters: [(fields: [String: JSON], fault: String)] = [
                (["default": .string("in clear")], "parameters[0].default"),
                (["choices": .array([.string("either"), .string("or else")])], "parameters[0].choices"),
                (["default": .string("secret:NONE")], "parameters[0].default"),
            ]
            for (fields, fault) in parameters {
                let manual: [String: JSON] = ["schedule_type": .string("manual"), "cron_expr": .null]
                let body = taskBody(manual.merging(Self.parameter(fields)) { $1 })
                let answer = try await world.caller.post("/tasks", body)
                #expect(answer.faults == [fault], "\(answer.text)")
            }
            var address = Self.parameter([:])
            address["executor_type"] = .integer(2)
            address["executor_config"] = .object([.init("url", "https://example.org/?pw={{pw}}")])
            address["schedule_type"] = .string("manual")
            address["cron_expr"] = .null
            #expect(try await world.caller.post("/tasks", taskBody(address)).faults == ["executor_config.url"])
        }
    }

    @Test("A run's value goes to no task that does not keep it secret any more")
    func undeclared() async throws {
        try await Self.with { world in
            #expect(try await world.start(["pw": Self.value]).status < 300)
            let order = try world.ordered()
            let execution = try #require(try await world.server.store.execution(order.executionID))
            try await world.server.report(execution, sequence: 1, status: .failure)
            let open = taskBody(["schedule_type": .string("manual"), "cron_expr": .null, "parameters": .array([])])
            #expect(try await world.caller.put("/tasks/\(world.task)", open).status == 200)
            #expect(try await world.caller.post("/executions/\(order.executionID)/retry").status == 409)
            #expect(try await world.caller.post("/runs/\(order.runID)/retry").status == 409)
        }
    }

    @Test("What a webhook is sent is a value, whatever it says, and is as little shown")
    func webhook() async throws {
        try await Self.with { world in
            let hook: [String: JSON] = [
                "name": .string("pw"), "format": .string("token"),
                "params": .array([["name": JSON.string("pw"), "pointer": .string("/pw")].json]),
            ]
            let made = try await world.caller.post("/tasks/\(world.task)/hooks", hook)
            let id = try #require(made.data["id"]?.text, "\(made.text)")
            let secret = try #require(made.data["secret"]?.text)
            let stranger = Caller(client: world.caller.client)
            let called = try await stranger.call(.post, "!/hooks/\(id)/\(secret)", body: #"{"pw":"secret:DB"}"#)
            #expect(called.status == 202, "\(called.text)")
            let order = try world.ordered()
            #expect(order.parameters == ["pw": SecretParameter.mask])
            #expect(try await world.asked(order) == ["parameter:pw": "secret:DB"])
            try await world.isNowhere("secret:DB", ["/runs/\(order.runID)", "/hooks/\(id)/deliveries"])
        }
    }
}
