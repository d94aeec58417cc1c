// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI
@testable import FlowStore

@Suite("Messages and hosts that join start tasks (T4)")
struct HookEventTests {
    private static func service(_ world: HookTests.World) -> HookService {
        let server = world.server
        return HookService(
            store: server.store,
            starter: RunStarter(store: server.store, gateway: server.gateway, bus: server.bus, clock: server.clock),
            seal: nil,
            clock: server.clock
        )
    }

    private static func listener(_ name: String, _ topic: String) -> [String: JSON] {
        [
            "name": .string(name), "format": .string("message"), "topic": .string(topic),
            "params": .array([["name": JSON.string("FILE"), "pointer": .string("/data/file")].json]),
            "when": .array([["pointer": JSON.string("/data/kind"), "is": .array([.string("order")])].json]),
        ]
    }

    @Test("A message starts the tasks that wait for its topic, each once for a key, with what it says (T4)")
    func messages() async throws {
        try await HookTests.with(Self.listener("orders", "orders/arrived")) { world in
            #expect(world.secret.isEmpty, "nobody calls it")
            let shown = try await world.caller.get("/tasks/\(world.task)/hooks").data["items"]?.items.first
            #expect(shown?["path"] == .null && shown?["topic"] == .string("orders/arrived"))
            // An address it has not, whatever is sent there.
            let called = try await Caller(client: world.caller.client).call(.post, "!/hooks/\(world.id)", body: "{}")
            #expect(called.status == 404)
            func send(_ file: JSON, key: String? = nil, topic: String = "orders/arrived") async throws -> Caller.Answer
            {
                var body: [String: JSON] = [
                    "topic": .string(topic), "data": ["file": file, "kind": .string("order")].json,
                ]
                if let key { body["key"] = .string(key) }
                return try await world.caller.post("/messages", body)
            }
            let first = try await send(.string("a.csv"), key: "one")
            #expect(first.status == 202 && first.data["total"] == .integer(1), "\(first.text)")
            #expect(first.data["items"]?.items.first?["outcome"] == .string("started"))
            let again = try await send(.string("b.csv"), key: "one").data["items"]?.items.first
            #expect(again?["outcome"] == .string("repeated"))
            #expect(again?["run_id"] == first.data["items"]?.items.first?["run_id"])
            #expect(try await send(.string("c.csv"), topic: "orders/gone").data["total"] == .integer(0))
            let other = try await world.caller.post(
                "/messages",
                ["topic": .string("orders/arrived"), "data": ["kind": JSON.string("bill")].json]
            )
            #expect(other.data["items"]?.items.first?["outcome"] == .string("filtered"))
            let lacking = try await world.caller.post(
                "/messages",
                ["topic": .string("orders/arrived"), "data": ["kind": JSON.string("order")].json]
            )
            #expect(lacking.data["items"]?.items.first?["outcome"] == .string("invalid"), "\(lacking.text)")
            let runs = try await world.runs()
            #expect(runs.count == 1 && runs.first?["source"] == .string("hook:orders/message"))
            let id = try #require(runs.first?["id"]?.text.flatMap { RunID($0) })
            #expect(try await world.server.store.parameters(of: id) == ["FILE": "a.csv"])
            _ = try await world.caller.post("/tasks/\(world.task)/disable")
            let disabled = try await send(.string("d.csv"), key: "two").data["items"]?.items.first
            #expect(disabled?["outcome"] == .string("disabled") && disabled?["detail"]?.text?.isEmpty == false)
            #expect(try await world.calls() == ["disabled", "invalid", "filtered", "repeated", "started"])
        }
    }

    @Test("Run and audit name who sent a message, and who sends too many keeps nobody else from it (T4)")
    func senders() async throws {
        try await HookTests.with(Self.listener("one", "orders")) { world in
            let second = try await world.caller.post("/tasks/\(world.task)/hooks", Self.listener("two", "orders"))
            #expect(second.status == 201, "\(second.text)")
            let olga = try await world.caller.signedIn("olga")
            let order: [String: JSON] = [
                "topic": .string("orders"), "data": ["file": JSON.string("a.csv"), "kind": .string("order")].json,
            ]
            let started = try await olga.post("/messages", order)
            #expect(started.data["items"]?.items.map { $0["outcome"]?.text } == ["started", "started"])
            #expect(try await world.runs().map { $0["caller"]?.text } == ["olga", "olga"])
            let audit = try await world.caller.get("/audit?action=job.run").data["items"]?.items ?? []
            #expect(audit.map { $0["actor"]?.text } == ["olga", "olga"])
            #expect(audit.map { $0["actor_kind"]?.text } == ["user", "user"])
            // Nobody waits for these, but they count.
            let other: [String: JSON] = ["topic": .string("orders")]
            for _ in 0..<9 { #expect(try await olga.post("/messages", other).status == 202) }
            #expect(try await olga.post("/messages", other).status == 429)
            #expect(try await world.calls().count == 10, "what has to wait is told to nobody")
            #expect(try await world.caller.post("/messages", other).status == 202)
            #expect(try await world.calls().count == 11)
        }
    }

    @Test("A task that can't be read keeps no other from a message or a host that joins (T4)")
    func unreadable() async throws {
        try await HookTests.with(["name": .string("m"), "format": .string("message"), "topic": .string("a")]) { world in
            let store = world.server.store
            let other = try #require(
                try await world.caller.post(
                    "/tasks",
                    taskBody(["name": .string("other"), "schedule_type": .string("manual"), "cron_expr": .null])
                ).data["id"]?.int
            )
            let message: [String: JSON] = [
                "name": .string("m"), "format": .string("message"), "topic": .string("a"),
            ]
            #expect(try await world.caller.post("/tasks/\(other)/hooks", message).status == 201)
            let joined: [String: JSON] = ["name": .string("j"), "format": .string("host_joined")]
            #expect(try await world.caller.post("/tasks/\(other)/hooks", joined).status == 201)
            let good = try await world.caller.post("/tasks/\(world.task)/hooks", joined)
            let id = try #require(good.data["id"]?.text.flatMap { HookID($0) }, "\(good.text)")
            world.server.clock.advance(seconds: 1)
            _ = try await world.server.agent("web-2")
            world.server.clock.advance(seconds: 6)
            let service = Self.service(world)
            let ada = Principal(userID: 1, username: "ada", role: .admin)
            let hooks = try await service.listeners(to: "a", as: ada)
            #expect(hooks.count == 2)
            _ = try await store.write("spoil") { db in
                try db.run("UPDATE job SET definition = '{' WHERE id = ?", [.integer(other)])
            }
            let heard = try await service.tell(
                HookMessage(topic: "a", data: .object([])),
                to: hooks,
                from: HookService.Caller(address: nil, request: nil)
            )
            #expect(heard.count == 2)
            for one in heard {
                switch one.answer {
                case .started: #expect(one.hook.job == world.task)
                case .disabled(let why): #expect(one.hook.job == other && why.contains("can't read"))
                default: Issue.record("\(one.answer)")
                }
            }
            #expect(try await service.welcome() == 2)
            #expect(try await store.hostJoins(before: world.server.clock.now, limit: 10).isEmpty)
            let calls = try await store.deliveries(of: id, page: PageRequest())
            #expect(calls.items.map(\.outcome) == [.started])
        }
    }

    @Test("No secret is good for another day of a webhook that nobody calls any more (T4)")
    func olderSecret() async throws {
        try await HookTests.with { world in
            let path = "/tasks/\(world.task)/hooks/\(world.id)"
            let message = try await world.caller.put(path, Self.listener("push", "a"))
            #expect(message.status == 200, "\(message.text)")
            #expect(message.data["older_secret_until"] == JSON.null)
            let again = try await world.caller.put(path, HookTests.github)
            #expect(again.status == 200, "\(again.text)")
            #expect(again.data["older_secret_until"] == JSON.null)
        }
    }

    @Test("What a webhook of an event may say, and what is refused (T4)")
    func eventFaults() async throws {
        try await HookTests.with { world in
            let path = "/tasks/\(world.task)/hooks"
            var message = Self.listener("m", "a b")
            #expect(try await world.caller.post(path, message).faults == ["topic"])
            message["topic"] = nil
            #expect(try await world.caller.post(path, message).faults == ["topic"])
            message["topic"] = .string("a")
            message["addresses"] = .array([.string("192.0.2.1")])
            #expect(try await world.caller.post(path, message).faults == ["addresses"])
            message["addresses"] = nil
            message["secret"] = .string("a secret of sixteen bytes".replacing(" ", with: "-"))
            #expect(try await world.caller.post(path, message).faults == ["secret"])
            var github = HookTests.github
            github["name"] = .string("other")
            for topic in ["a", ""] {
                github["topic"] = .string(topic)
                #expect(try await world.caller.post(path, github).faults == ["topic"])
            }
            #expect(try await world.caller.post("/messages", ["topic": .string("a b")]).faults == ["topic"])
            #expect(
                try await world.caller.post("/messages", ["topic": .string("a"), "key": .string("")]).faults == ["key"]
            )
            let placed = try await world.caller.post(
                "/tasks",
                taskBody([
                    "name": .string("placed"), "schedule_type": .string("manual"), "cron_expr": .null,
                    "placement": ["kind": JSON.string("one_of")].json,
                ])
            )
            let id = try #require(placed.data["id"]?.int, "\(placed.text)")
            let joined: [String: JSON] = ["name": .string("j"), "format": .string("host_joined")]
            #expect(try await world.caller.post("/tasks/\(id)/hooks", joined).faults == ["format"])
        }
    }

    @Test("A host that joins starts nothing of other groups, and what a crash repeats is known (T4)")
    func joinedElsewhere() async throws {
        try await HookTests.with(["name": .string("setup"), "format": .string("host_joined")]) { world in
            let store = world.server.store
            let group = try #require(
                try await world.caller.post("/groups", ["name": .string("others")]).data["id"]?.int
            )
            let other = try #require(
                try await world.caller.post(
                    "/tasks",
                    taskBody([
                        "name": .string("other"), "schedule_type": .string("manual"), "cron_expr": .null,
                        "group_ids": .array([.integer(group)]),
                    ])
                ).data["id"]?.int
            )
            let joined: [String: JSON] = ["name": .string("j"), "format": .string("host_joined")]
            #expect(try await world.caller.post("/tasks/\(other)/hooks", joined).status == 201)
            let service = Self.service(world)
            world.server.clock.advance(seconds: 1)
            _ = try await world.server.agent("web-2")
            world.server.clock.advance(seconds: 6)
            let joins = try await store.hostJoins(before: world.server.clock.now, limit: 10)
            #expect(joins.map(\.agent.rawValue) == ["web-1", "web-2"])
            #expect(try await service.welcome() == 2, "what joined before there was a webhook starts nothing")
            let runs = try await world.runs()
            #expect(runs.map { $0["source"] } == [.string("hook:setup/host_joined")])
            // As after a crash before the row went: the same key.
            let hook = try #require(try await store.hooks(for: .hostJoined, topic: nil).first { $0.job == world.task })
            let again = try await store.receive(
                HookCall(
                    hook: hook.id,
                    key: try #require(joins.last).key,
                    parameters: [:],
                    at: world.server.clock.now,
                    address: nil,
                    bytes: 0,
                    host: try #require(joins.last).agent
                )
            )
            guard case .repeated(let run) = again else {
                Issue.record("\(again)")
                return
            }
            #expect(run.description == runs.first?["id"]?.text)
            #expect(try await store.hostJoins(before: world.server.clock.now, limit: 10).isEmpty)
        }
    }

    @Test("A host that joins starts the tasks of its groups, on that host alone and once (T4)")
    func hostJoined() async throws {
        try await HookTests.with(["name": .string("setup"), "format": .string("host_joined")]) { world in
            let service = Self.service(world)
            world.server.clock.advance(seconds: 1)
            let joined = try await world.server.agent("web-2")
            #expect(try await service.welcome() == 0, "it has a moment to come into its groups")
            world.server.clock.advance(seconds: 6)
            #expect(try await service.welcome() == 2)
            let run = try #require(try await world.runs().first)
            #expect(run["source"] == .string("hook:setup/host_joined"))
            let executions = try await world.caller.get("/executions?run_id=\(run["id"]?.text ?? "")").data["items"]
            #expect(executions?.items.map { $0["client_id"]?.text } == [joined.rawValue])
            // Another session is no joining.
            try await world.server.session(of: try #require(AgentID("web-2")))
            world.server.clock.advance(seconds: 6)
            #expect(try await service.welcome() == 0)
            // What the server chooses hosts for starts nowhere else, also when that was said later.
            let change = taskBody([
                "schedule_type": .string("manual"), "cron_expr": .null,
                "placement": ["kind": JSON.string("one_of")].json,
            ])
            let changed = try await world.caller.put("/tasks/\(world.task)", change)
            #expect(changed.status == 200, "\(changed.text)")
            _ = try await world.server.agent("web-3")
            world.server.clock.advance(seconds: 6)
            #expect(try await service.welcome() == 1)
            #expect(try await world.runs().count == 1)
            let call = try await world.caller.get("/hooks/\(world.id)/deliveries").data["items"]?.items.first
            #expect(call?["outcome"] == .string("disabled"))
            #expect(call?["detail_text"]?["zh"] == .string("任务在哪里运行由服务器选择。"))
        }
    }
}
