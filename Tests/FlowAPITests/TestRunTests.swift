// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Tasks that are tried before they are saved")
struct TestRunTests {
    private static func body(
        _ task: [String: JSON] = [:],
        on host: String = "web-1",
        more: [String: JSON] = [:]
    ) -> [String: JSON] {
        let own: [String: JSON] = ["task": taskBody(task).json, "client_id": .string(host)]
        return own.merging(more) { $1 }
    }

    private static func host(_ server: TestServer, _ name: String = "web-1", in groups: [GroupID] = []) async throws {
        server.gateway.connect(try await server.agent(name, groups: groups), at: server.clock.now)
    }

    @Test("A draft runs once on the host, as a record of its own, and no task is there before or after")
    func runs() async throws {
        try await TestServer.with { server, caller in
            try await Self.host(server)
            try await Self.host(server, "web-2")
            let answer = try await caller.post(
                "/tasks/test-run",
                Self.body(["name": .string("draft"), "retry_count": .integer(3)])
            )
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer.data["execution_id"]?.text.flatMap { ExecutionID($0) })
            let execution = try #require(try await server.store.execution(id))
            #expect(execution.kind == .test && execution.jobName == "draft" && execution.agentID.rawValue == "web-1")
            let order = try #require(try await server.store.pendingOrders(of: execution.agentID).first)
            #expect(order.job.policies.retry.count == 0, "it is not tried again")
            #expect(order.deadline == TestServer.start.advanced(byMilliseconds: 60_000))
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
            #expect(try await caller.get("/tasks?keyword=draft").data["total"] == .integer(0))
            // The name is free for the task itself.
            #expect(try await caller.post("/tasks", taskBody(["name": .string("draft")])).status == 201)
            let audit = try await caller.get("/audit?action=job.test").data["items"]?.items.first
            #expect(audit?["object_name"]?.text == "draft" && audit?["actor"]?.text == "ada")
        }
    }

    @Test("What is said for a secret parameter is stored sealed, and never shown (people.md, 5)")
    func sealed() async throws {
        try await TestServer.with { server, caller in
            try await Self.host(server)
            let declared = [["name": JSON.string("pw"), "type": .string("secret"), "required": .bool(true)].json]
            let task: [String: JSON] = [
                "parameters": .array(declared), "cron_expr": .null, "schedule_type": .string("manual"),
            ]
            let said: [String: JSON] = ["params": ["pw": JSON.string("hunter2-hunter2")].json]
            let answer = try await caller.post("/tasks/test-run", Self.body(task, more: said))
            let id = try #require(answer.data["execution_id"]?.text.flatMap { ExecutionID($0) }, "\(answer.text)")
            let run = try #require(answer.data["run_id"]?.text.flatMap { RunID($0) })
            let stored = try #require(try await server.store.parameters(of: run)["pw"])
            #expect(SecretParameter.isSealed(stored))
            #expect(try await caller.get("/executions/\(id)").data["params"]?["pw"] == .string(SecretParameter.mask))
            #expect(try await !caller.get("/audit").text.contains("hunter2"))
        }
    }

    @Test("Neither sums nor lists have it; who asks for tests finds it, and its page is there")
    func countsNowhere() async throws {
        try await TestServer.with { server, caller in
            try await Self.host(server)
            let answer = try await caller.post("/tasks/test-run", Self.body())
            let id = try #require(answer.data["execution_id"]?.text.flatMap { ExecutionID($0) })
            let run = try #require(answer.data["run_id"]?.text)
            let execution = try #require(try await server.store.execution(id))
            try await server.report(execution, sequence: 1, status: .running)
            server.clock.advance(seconds: 2)
            #expect(try await caller.get("/stats").data["running"] == .integer(0))
            try await server.report(execution, sequence: 2, status: .failure)
            server.clock.advance(seconds: 2)
            #expect(try await caller.get("/stats").data["today_failure"] == .integer(0))
            #expect(try await server.store.execution(id)?.kind == .test, "a host's word for it is another one")
            for path in ["/executions", "/executions?status=4", "/executions?client_id=web-1", "/runs"] {
                let list = try await caller.get(path).data
                #expect(list["total"] == .integer(0) && list["items"]?.items.isEmpty == true, "\(path)")
            }
            for path in ["/executions?type=test", "/executions?run_id=\(run)", "/runs?type=test"] {
                #expect(try await caller.get(path).data["items"]?.items.count == 1, "\(path)")
            }
            #expect(try await caller.get("/executions/\(id)").data["kind"]?.text == "test")
            #expect(try await caller.post("/executions/\(id)/retry").status == 409)
        }
    }

    @Test("It is refused as saving would be, on a host that is away or not the task's, and where two persons start it")
    func refused() async throws {
        try await TestServer.with { server, caller in
            try await Self.host(server)
            _ = try await server.agent("web-2")
            let path = "/tasks/test-run"
            #expect(try await caller.post(path, Self.body(["name": .string("")])).status == 422)
            #expect(try await caller.post(path, Self.body(on: "web-2")).status == 409)
            let red = try #require(try await caller.post("/groups", ["name": .string("red")]).data["id"]?.int)
            let elsewhere = Self.body(["group_ids": .array([.integer(red)])])
            #expect(try await caller.post(path, elsewhere).faultCodes == ["value"])
            let marked: [String: JSON] = ["two_person": .array([.string("run")])]
            #expect(try await caller.post(path, Self.body(marked)).status == 409)
            let stored = try #require(try await caller.post("/tasks", taskBody(marked)).data["id"]?.int)
            #expect(try await caller.post(path, Self.body(more: ["id": .integer(stored)])).status == 409)
            #expect(try await caller.signedIn("vera").post(path, Self.body()).status == 403)
            #expect(try await server.store.executions(ExecutionQuery()).total == 0)
        }
    }

    @Test("The host gets the secrets that the draft names while it runs there, and no longer")
    func secrets() async throws {
        try await TestServer.with { server, caller in
            try await Self.host(server)
            _ = try await caller.put("/secrets/DB", ["value": .string("hunter2-hunter2")])
            let config: JSON = ["command": JSON.string("true"), "env": ["PW": JSON.string("secret:DB")].json].json
            let answer = try await caller.post("/tasks/test-run", Self.body(["executor_config": config]))
            #expect(answer.status == 201, "\(answer.text)")
            let id = try #require(answer.data["execution_id"]?.text.flatMap { ExecutionID($0) })
            let execution = try #require(try await server.store.execution(id))
            let request = SecretsRequest(execution: id, job: execution.jobUID, version: execution.jobVersion)
            let desk = SecretDesk(store: server.store, seal: TestServer.seal, clock: server.clock)
            try await server.report(execution, sequence: 1, status: .running)
            #expect(try await desk.secrets(for: request, of: execution.agentID) == ["DB": "hunter2-hunter2"])
            let other = try await server.agent("web-2")
            await #expect(throws: CoreError.self) { try await desk.secrets(for: request, of: other) }
            try await server.report(execution, sequence: 2, status: .success)
            await #expect(throws: CoreError.self) { try await desk.secrets(for: request, of: execution.agentID) }
        }
    }

    @Test("Whoever has a role on the group alone sees the test there")
    func scoped() async throws {
        try await TestServer.with { server, caller in
            let red = try #require(try await caller.post("/groups", ["name": .string("red")]).data["id"]?.int)
            try await Self.host(server, in: [red])
            let answer = try await caller.post("/tasks/test-run", Self.body(["group_ids": .array([.integer(red)])]))
            let run = try #require(answer.data["run_id"]?.text.flatMap { RunID($0) })
            for (groups, count) in [([red], 1), ([red + 1], 0)] {
                var query = ExecutionQuery(run: run)
                query.scope = .groups(Set(groups))
                #expect(try await server.store.executions(query).items.count == count)
            }
        }
    }
}
