// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

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

    /// A session of a host.
    private static func hello(_ name: String, _ world: HookTests.World) async throws {
        let hello = Hello(
            agent: try #require(AgentID(name)),
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: name,
            operatingSystem: "Linux",
            sentAt: 0,
            acknowledgedSequence: nil,
            outboxBase: nil
        )
        _ = try await world.server.store.openSession(hello, address: "192.0.2.1", at: world.server.clock.now)
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
            github["topic"] = .string("a")
            #expect(try await world.caller.post(path, github).faults == ["topic"])
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
            try await Self.hello("web-2", world)
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
