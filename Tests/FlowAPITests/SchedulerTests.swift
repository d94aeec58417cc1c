// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Start, stop and status of the scheduler, over REST (S4)")
struct SchedulerTests {
    @Test("A stop says who, when and why, and explanations too; a trigger still runs; the start ends it")
    func stops() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web-1")
            server.gateway.connect(AgentID("web-1")!, at: server.clock.now)
            let id = try #require(
                try await caller.post("/tasks", taskBody(["cron_expr": .string("15 10 * * *")])).data["id"]?.int
            )
            let before = try await caller.get("/scheduler").data
            #expect(before["is_running"] == .bool(true) && before["stop"] == .null)
            #expect(try await caller.get("/stats").data["scheduler_stopped_since"] == .null)
            let stopped = try await caller.post("/scheduler/stop", ["reason": .string("stocktaking")])
            #expect(stopped.status == 200 && stopped.data["is_running"] == .bool(false))
            #expect(stopped.data["stop"]?["reason"]?.text == "stocktaking")
            #expect(stopped.data["stop"]?["text"]?["zh"]?.text?.contains("停止") == true)
            #expect(stopped.data["hosts_connected"] == .integer(1) && stopped.data["hosts_deaf"] == .integer(1))
            let stats = try await caller.get("/stats").data
            #expect(stats["scheduler_stopped_since"] == stopped.data["stop"]?["since"], "asked just before")
            let coming = try await caller.get("/tasks/\(id)/explain?at=2026-11-21T10:15:00Z").data
            #expect(coming["verdict"]?.text == "stopped" && coming["rule"]?.text == "scheduler", "\(coming)")
            #expect(coming["text"]?["en"]?.text?.contains("stocktaking") == true)
            let again = try await caller.post("/scheduler/stop")
            #expect(again.data["stop"]?["reason"]?.text == "stocktaking", "who stopped it first stays")
            #expect(try await caller.post("/tasks/\(id)/trigger").status == 201)
            server.clock.set(Timestamp(rfc3339: "2026-11-21T10:20:00Z")!)
            let started = try await caller.post("/scheduler/start")
            #expect(started.data["is_running"] == .bool(true))
            #expect(try await caller.get("/stats").data["scheduler_stopped_since"] == .null)
            #expect(started.data["stop"]?["until"]?.text == "2026-11-21T10:20:00.000Z")
            let past = try await caller.get("/tasks/\(id)/explain?at=2026-11-21T10:15:00Z").data
            #expect(past["verdict"]?.text == "stopped" && past["text"]?["en"]?.text?.contains("stopped by") == true)
            let next = try await caller.get("/tasks/\(id)/explain?at=2026-11-22T10:15:00Z").data
            #expect(next["verdict"]?.text == "will_fire")
        }
    }

    @Test("It takes the right to change settings, and a reason is short and on one line")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let long = String(repeating: "x", count: 513)
            for reason in ["", long, "a\u{7}b"] {
                let answer = try await caller.post("/scheduler/stop", ["reason": .string(reason)])
                #expect(answer.status == 422 && answer.faults == ["reason"], "\(answer.text)")
            }
            #expect(try await caller.get("/scheduler").data["is_running"] == .bool(true))
            let olga = try await caller.signedIn("olga")
            #expect(try await olga.post("/scheduler/stop").status == 403)
            #expect(try await olga.get("/scheduler").status == 200)
        }
    }

    @Test("The overview says since when nothing can be stored, and why")
    func storage() async throws {
        try await TestServer.with { server, caller in
            #expect(try await caller.get("/stats").data["storage_failing"] == .null)
            server.storage.value = StorageWatch.Failure(
                since: TestServer.start,
                reason: "The database does not answer. Look at its host, its disk and the way to it."
            )
            let failing = try await caller.get("/stats").data["storage_failing"]
            #expect(failing?["since"] == .string("\(TestServer.start)"))
            #expect(failing?["text"]?["zh"]?.text?.hasPrefix("数据库没有应答") == true)
        }
    }
}
