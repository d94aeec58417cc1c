// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Where tasks run, over REST")
struct TaskPlacementTests {
    private static func waves(_ members: [JSON.Member]) -> JSON.Member { .init("waves", JSON.object(members)) }

    private static func placement(_ members: [JSON.Member]) -> [String: JSON] { ["placement": .object(members)] }

    @Test("It is stored and shown; a change without a word on it keeps it, and 'each' takes it away")
    func stores() async throws {
        try await TestServer.with { _, caller in
            let sent = Self.placement([.init("kind", "one_of"), .init("strategy", "first"), .init("where", "a=b")])
            let made = try await caller.post("/tasks", taskBody(sent)).data
            #expect(made["class"]?.text == "coordinated")
            #expect(made["placement"]?["strategy"]?.text == "first" && made["placement"]?["where"]?.text == "a=b")
            #expect(made["placement"]?["lease_seconds"] == .integer(30))
            let id = try #require(made["id"]?.int)
            let kept = try await caller.put("/tasks/\(id)", taskBody()).data
            #expect(kept["placement"] == made["placement"])
            let gone = try await caller.put("/tasks/\(id)", taskBody(Self.placement([.init("kind", "each")]))).data
            #expect(gone["class"]?.text == "autonomous" && gone["placement"]?["kind"]?.text == "each")
        }
    }

    @Test("What cannot be is refused, and says where")
    func refuses() async throws {
        try await TestServer.with { _, caller in
            let cases: [([JSON.Member], [String: JSON], String)] = [
                ([.init("kind", "n_of")], [:], "placement.count"),
                ([.init("kind", "sharded")], [:], "placement.count"),
                ([.init("kind", "sharded"), .init("count", 0)], [:], "placement.count"),
                ([.init("kind", "one_of"), .init("count", 2)], [:], "placement.count"),
                ([.init("kind", "broadcast"), .init("count", 2)], [:], "placement.count"),
                (
                    [
                        .init("kind", "broadcast"), .init("strategy", "failover"),
                        .init("order", ["a"].map(JSON.string)),
                    ], [:], "placement.order"
                ),
                ([.init("kind", "one_of"), .init("where", "a,,b")], [:], "placement.where"),
                ([.init("kind", "one_of"), .init("strategy", "failover")], [:], "placement.order"),
                ([.init("kind", "one_of"), .init("hash_key", "k")], [:], "placement.hash_key"),
                ([.init("kind", "one_of"), .init("lease_seconds", 1)], [:], "placement.lease_seconds"),
                ([.init("kind", "each"), .init("where", "a")], [:], "placement.kind"),
                ([.init("kind", "one_of"), Self.waves([.init("size", 1)])], [:], "placement.waves"),
                ([.init("kind", "each"), Self.waves([.init("size", "101%")])], [:], "placement.waves.size"),
                (
                    [.init("kind", "one_of")], ["schedule_type": .string("delay"), "delay_seconds": .integer(60)],
                    "schedule_type"
                ),
            ]
            for (members, more, path) in cases {
                var body = taskBody(Self.placement(members).merging(more) { $1 })
                if !more.isEmpty { body["cron_expr"] = nil }
                let answer = try await caller.post("/tasks", body)
                #expect(answer.status == 422 && answer.faults == [path], "\(path): \(answer.text)")
            }
            // What can't be read is no matter of its meaning.
            let unreadable: [([JSON.Member], String)] = [
                ([], "placement.waves.size"), ([.init("size", "x")], "placement.waves.size"),
                ([.init("size", 1), .init("max_failure_ratio", 2)], "placement.waves.max_failure_ratio"),
            ]
            for (members, path) in unreadable {
                let body = taskBody(Self.placement([.init("kind", "each"), Self.waves(members)]))
                let answer = try await caller.post("/tasks", body)
                #expect(answer.status == 400 && answer.text.contains(path), "\(path): \(answer.text)")
            }
        }
    }

    @Test("P10, decision 440: a list is no placement of a task; the refusal names the way out, in both languages")
    func refusesMap() async throws {
        try await TestServer.with { _, caller in
            let body = taskBody(Self.placement([.init("kind", "map")]))
            for (language, words) in [("en", "'quicflow workflow new --map'"), ("zh-CN", "列出、逐项执行、汇总")] {
                let answer = try await caller.with("accept-language", language).post("/tasks", body)
                #expect(answer.status == 400 && answer.faults == ["placement.kind"], "\(answer.text)")
                #expect(answer.text.contains(words) && answer.text.contains("workflow new --map"), "\(answer.text)")
            }
            // A step of a workflow is told of the kind of step instead.
            let node = #"{"key": "a", "kind": "script", "script": "true", "placement": {"kind": "map"}}"#
            let flow = #"{"name": "w", "group_ids": [1], "nodes": [\#(node)]}"#
            let answer = try await caller.call(.post, "/workflows", body: flow)
            #expect(answer.status == 422 && answer.faults == ["nodes[0].placement.kind"], "\(answer.text)")
            #expect(answer.text.contains("give the step the kind 'map'"), "\(answer.text)")
        }
    }

    @Test("Without a host a run waits, says why, and can be stopped; a preview says the same")
    func waits() async throws {
        try await TestServer.with { _, caller in
            let body = taskBody(Self.placement([.init("kind", "n_of"), .init("count", 2)]))
            let id = try #require(try await caller.post("/tasks", body).data["id"]?.int)
            let preview = try await caller.get("/tasks/\(id)/placement").data
            #expect(preview["slots"]?.items.count == 2)
            let words = preview["slots"]?.items.first?["text"]?["en"]?.text
            #expect(words?.hasPrefix("no host can take it") == true, "\(words ?? "")")
        }
    }

    @Test("A run says which shard each of its executions is; one of a task on each host says nothing of the kind")
    func marksShards() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("a")
            func run(_ extra: [String: JSON]) async throws -> JSON {
                let id = try #require(try await caller.post("/tasks", taskBody(extra)).data["id"]?.int)
                let run = try #require(try await caller.post("/tasks/\(id)/trigger").data["run_id"]?.text)
                return try await caller.get("/runs/\(run)").data
            }
            let sharded = try await run(
                Self.placement([.init("kind", "sharded"), .init("items", ["eu", "us"].map(JSON.string))])
            )
            let slots = try #require(sharded["slots"]?.items)
            #expect(Set(slots.compactMap { $0["item"]?.text }) == ["eu", "us"])
            #expect(Set(slots.compactMap { $0["slot"]?.int }) == [0, 1] && slots.allSatisfy { $0["slots"]?.int == 2 })
            let ids = try #require(sharded["executions"]?.items.map { $0["id"] })
            #expect(slots.map { $0["execution_id"] } == ids)
            #expect(try await run(["name": .string("each")])["slots"]?.items.isEmpty == true)
        }
    }

    @Test("Waves are kept as they were said; a run shows them, and can be held, continued and stopped (P8)")
    func waves() async throws {
        try await TestServer.with { server, caller in
            for name in ["a", "b", "c"] { _ = try await server.agent(name) }
            let waves: [JSON.Member] = [
                .init("size", "50%"), .init("canary", 1), .init("pause_seconds", 60),
                .init("max_failure_ratio", JSON.number(0.25)),
            ]
            let sent = Self.placement([.init("kind", "each"), .init("order", ["c"]), Self.waves(waves)])
            let made = try await caller.post("/tasks", taskBody(sent)).data
            #expect(made["class"]?.text == "coordinated" && made["placement"] == sent["placement"])
            let id = try #require(made["id"]?.int)
            let run = try #require(try await caller.post("/tasks/\(id)/trigger").data["run_id"]?.text)
            let shown = try await caller.get("/runs/\(run)").data
            #expect(shown["waves"]?["phase"]?.text == "waiting" && shown["waves"]?["waves"]?.int == 2)
            #expect(shown["waves"]?["list"]?.items.compactMap { $0["hosts"]?.int } == [1, 2])
            #expect(shown["executions"]?.items.allSatisfy { $0["reason"]?["code"]?.text == "WAITING_WAVE" } == true)
            #expect(try await caller.post("/runs/\(run)/waves/continue").status == 409)
            #expect(try await caller.post("/runs/\(run)/waves/hold").data["held_by"] != .null)
            #expect(try await caller.post("/runs/\(run)/waves/continue").data["phase"]?.text == "waiting")
            let stopped = try await caller.post("/runs/\(run)/waves/stop").data
            #expect(stopped["phase"]?.text == "stopped")
            #expect(stopped["list"]?.items.compactMap { $0["units"]?["cancelled"]?.int } == [1, 2])
            #expect(try await caller.post("/runs/\(run)/waves/hold").status == 409)
        }
    }
}
