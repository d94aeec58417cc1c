// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import Logging
import Testing

@testable import FlowAPI

@Suite("Backfills over REST (issue 8)")
struct BackfillTests {
    /// It is 10:00 on 21 November; the task runs at each hour.
    private struct World {
        let server: TestServer
        let caller: Caller
        let task: Int64
        let agent: AgentID

        func backfill(_ from: String, _ to: String, _ more: [String: JSON] = [:]) async throws -> Caller.Answer {
            let times: [String: JSON] = [
                "from": .string("2026-11-21T\(from):00Z"), "to": .string("2026-11-21T\(to):00Z"),
            ]
            return try await self.caller.post("/tasks/\(self.task)/backfill", times.merging(more) { $1 })
        }

        func total() async throws -> JSON? {
            try await self.caller.get("/tasks/\(self.task)/backfills").data["total"]
        }
    }

    private func withWorld(_ body: @Sendable (World) async throws -> Void) async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("web-1")
            server.gateway.connect(agent, at: server.clock.now.advanced(byMilliseconds: -60_000))
            let made = try await caller.post("/tasks", taskBody(["cron_expr": .string("0 * * * *")]))
            let task = try #require(made.data["id"]?.int)
            try await body(World(server: server, caller: caller, task: task, agent: agent))
        }
    }

    @Test("A preview says what there is and changes nothing; then its times run one after the other, to the end")
    func runs() async throws {
        try await self.withWorld { world in
            let preview = try await world.backfill("06:30", "09:00", ["dry_run": .bool(true)])
            #expect(preview.status == 200 && preview.data["backfill"] == .null, "\(preview.text)")
            #expect(preview.data["total"] == .integer(2) && preview.data["already_ran"] == .integer(0))
            #expect(preview.data["first_time"]?.text == "2026-11-21T07:00:00.000Z")
            #expect(preview.data["last_time"]?.text == "2026-11-21T08:00:00.000Z")
            #expect(try await world.total() == .integer(0))

            let made = try await world.backfill("06:30", "09:00", ["params": ["region": JSON.string("eu")].json])
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["backfill"]?["id"]?.text)
            let again = try await world.backfill("01:00", "02:00")
            #expect(again.status == 409 && again.text.contains(id))

            let starter = RunStarter(
                store: world.server.store,
                gateway: world.server.gateway,
                bus: world.server.bus,
                clock: world.server.clock
            )
            let driver = BackfillDriver(
                store: world.server.store,
                starter: starter,
                clock: world.server.clock,
                logger: Logger(label: "test")
            )
            let why = "/tasks/\(world.task)/explain?at=2026-11-21T07:00:00Z"
            #expect(try await world.caller.get(why).data["text"]?["en"]?.text?.contains("Backfill") == false)
            for sequence in 1...2 as ClosedRange<Int64> {
                try await driver.round()
                let order = try #require(world.server.gateway.record.delivered[world.agent]?.last)
                #expect(order.dataTime == Timestamp(rfc3339: "2026-11-21T0\(sequence + 6):00:00Z"))
                let execution = try #require(try await world.server.store.execution(order.executionID))
                try await world.server.report(execution, sequence: sequence, status: .success)
                world.server.clock.advance(seconds: 1)
                let shown = try await world.caller.get("/executions/\(order.executionID)").data
                #expect(shown["data_time"]?.text == "2026-11-21T0\(sequence + 6):00:00.000Z", "\(shown)")
            }
            let explained = try await world.caller.get(why).data
            #expect(
                explained["text"]?["en"]?.text?.contains("Backfill: web-1.example ran this time later") == true,
                "\(explained)"
            )
            #expect(explained["executions"]?.items.count == 1)
            try await driver.round()
            let over = try await world.caller.get("/backfills/\(id)").data
            #expect(over["state"]?.text == "done" && over["started"] == .integer(2), "\(over)")
            #expect(over["text"]?["zh"]?.text?.contains("2/2") == true)
            let runs = try await world.caller.get("/runs?type=scheduler").data["items"]?.items ?? []
            #expect(runs.map { $0["type"]?.text } == ["backfill", "backfill"])
            #expect(runs.last?["data_time"]?.text == "2026-11-21T07:00:00.000Z")
            #expect(runs.last?["source"]?.text == "backfill:\(id)")
            #expect(
                try await world.backfill("06:30", "09:00", ["dry_run": .bool(true)]).data["already_ran"] == .integer(2)
            )
        }
    }

    @Test("What is out of range is refused with field and reason, and nothing is changed")
    func refusals() async throws {
        try await self.withWorld { world in
            let cases: [([String: JSON], [String])] = [
                (["from": .string("2026-11-21T10:00:00Z")], ["to"]),
                (["to": .string("2026-11-21T10:00:01Z")], ["to"]),
                (["from": .string("2026-09-01T00:00:00Z")], ["to"]),
                (["from": .string("2026-11-21T09:01:00Z")], ["from"]),
                (["from": .string("1969-11-21T09:01:00Z")], ["from"]),
                (["concurrency": .integer(2)], ["concurrency"]),
                (["concurrency": .integer(0), "per_minute": .integer(601)], ["concurrency", "per_minute"]),
                (["params": ["a b": JSON.string("x")].json], ["params.a b"]),
            ]
            for (change, paths) in cases {
                let answer = try await world.backfill("06:00", "10:00", change)
                #expect(answer.status == 422 && answer.faults == paths, "\(change): \(answer.text)")
            }
            let long = try await world.backfill("00:00", "10:00", ["from": .string("2026-09-01T00:00:00Z")])
            #expect(
                long.text.contains("1000") && long.text.contains("2026-10-12T16:00:00"),
                "where to end: \(long.text)"
            )
            let missing = try await world.caller.post("/tasks/\(world.task)/backfill", [:])
            #expect(missing.status == 400 && missing.faults == ["from", "to"], "\(missing.text)")
            _ = try await world.caller.post("/tasks/\(world.task)/disable")
            #expect(try await world.backfill("06:00", "10:00").status == 409)
            let manual = try await world.caller.post(
                "/tasks",
                taskBody(["name": .string("m"), "schedule_type": .string("manual"), "cron_expr": .null])
            )
            let id = manual.data["id"]?.int ?? 0
            let times: [String: JSON] = [
                "from": .string("2026-11-21T01:00:00Z"), "to": .string("2026-11-21T02:00:00Z"),
            ]
            #expect(try await world.caller.post("/tasks/\(id)/backfill", times).status == 409)
            let vera = try await world.caller.signedIn("vera")
            #expect(try await vera.post("/tasks/\(world.task)/backfill", times).status == 403)
            #expect(try await world.total() == .integer(0))
            #expect(try await world.caller.get("/runs").data["items"]?.items.isEmpty == true)
        }
    }

    @Test("A cancelled one starts no further time, and stays so; both are in the audit")
    func cancels() async throws {
        try await self.withWorld { world in
            let id = try #require(try await world.backfill("06:00", "10:00").data["backfill"]?["id"]?.text)
            let cancelled = try await world.caller.post("/backfills/\(id)/cancel")
            #expect(cancelled.status == 200 && cancelled.data["state"]?.text == "cancelled", "\(cancelled.text)")
            world.server.clock.advance(seconds: 5)
            let again = try await world.caller.post("/backfills/\(id)/cancel").data
            #expect(again["ended_at"] == cancelled.data["ended_at"])
            let audit =
                try await world.caller.get("/audit").data["items"]?.items.compactMap { $0["action"]?.text } ?? []
            #expect(audit.filter { $0.hasPrefix("backfill.") } == ["backfill.cancel", "backfill.create"])
            #expect(try await world.caller.get("/backfills/0192f0a0-0000-4000-8000-000000000000").status == 404)
        }
    }
}
