// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Tasks that go on and off by themselves, over REST")
struct TaskStandingTests {
    private func keeper(_ server: TestServer) -> StandingKeeper {
        StandingKeeper(
            store: server.store,
            observer: server.observer,
            gateway: server.gateway,
            bus: EventBus(),
            clock: server.clock
        )
    }

    @Test("What a task says of failures, edits and disabling is stored and shown; a count out of range is refused")
    func policies() async throws {
        try await TestServer.with { _, caller in
            let sent: [String: JSON] = [
                "pause_after_failures": .integer(3), "on_edit_while_running": .string("refuse"),
                "on_disable_while_running": .string("stop"),
            ]
            let made = try await caller.post("/tasks", taskBody(sent)).data
            for (name, value) in sent { #expect(made[name] == value, "\(name)") }
            #expect(made["hold"] == .null)
            let plain = try await caller.post("/tasks", taskBody(["name": .string("plain")])).data
            #expect(plain["pause_after_failures"] == .null && plain["on_edit_while_running"]?.text == "pinned")
            #expect(plain["on_disable_while_running"]?.text == "finish")
            for count: Int64 in [0, -1, 1001] {
                let wrong = try await caller.post(
                    "/tasks",
                    taskBody(["name": .string("wrong"), "pause_after_failures": .integer(count)])
                )
                #expect(wrong.faults == ["pause_after_failures"])
            }
        }
    }

    @Test("A pause says until when and why, an explanation too, the clock ends it, and so does enabling")
    func pause() async throws {
        try await TestServer.with { server, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let until = server.clock.now.advanced(byMilliseconds: 2 * 86_400_000)
            let paused = try await caller.post(
                "/tasks/\(id)/disable",
                ["until": .string("\(until)"), "reason": .string("stocktaking")]
            )
            #expect(paused.data["status"] == .integer(0) && paused.data["next_exec_time"] == .null)
            #expect(paused.data["hold"]?["kind"]?.text == "paused" && paused.data["hold"]?["until"]?.text == "\(until)")
            #expect(paused.data["hold"]?["text"]?["zh"]?.text?.contains("stocktaking") == true)
            let swallowed = try await caller.get("/tasks/\(id)/explain?at=2026-11-22T02:00:00Z").data
            #expect(swallowed["verdict"]?.text == "disabled" && swallowed["rule"]?.text == "pause")
            #expect(swallowed["text"]?["en"]?.text?.contains("paused until") == true)
            let after = try await caller.get("/tasks/\(id)/explain?at=2026-12-01T02:00:00Z").data
            #expect(after["verdict"]?.text == "will_fire")
            #expect(try await self.keeper(server).review().isEmpty)
            server.clock.set(until)
            #expect(try await self.keeper(server).review().map(\.id) == [id])
            let later = try await caller.signedIn("ada")
            let resumed = try await later.get("/tasks/\(id)").data
            #expect(resumed["status"] == .integer(1) && resumed["hold"] == .null)
            let again = "\(until.advanced(byMilliseconds: 60_000))"
            #expect(try await later.post("/tasks/\(id)/disable", ["until": .string(again)]).status == 200)
            #expect(try await later.post("/tasks/\(id)/disable").data["hold"] == .null, "for good")
            let nothing = try await later.post("/tasks/\(id)/disable", ["until": .string(again)])
            #expect(nothing.status == 409, "it does not run by itself")
            #expect(try await later.post("/tasks/\(id)/enable").data["status"] == .integer(1))
        }
    }

    @Test("A pause into the past, past all reason, or with a reason alone is refused, and nothing changes")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            for (body, field) in [
                (["until": .string("2020-01-01T00:00:00Z")], "until"),
                (["until": .string("2199-01-01T00:00:00Z")], "until"),
                (["until": .string("tomorrow")], "until"), (["reason": .string("why")], "reason"),
                (["for": .integer(5)], "for"),
            ] as [([String: JSON], String)] {
                let wrong = try await caller.post("/tasks/\(id)/disable", body)
                #expect(wrong.faults == [field], "\(body)")
            }
            #expect(try await caller.get("/tasks/\(id)").data["version"] == .integer(1))
        }
    }

    @Test("A task that ran once is shown as finished, can't be enabled, and another time arms it again")
    func once() async throws {
        try await TestServer.with { server, caller in
            let time = server.clock.now.advanced(byMilliseconds: 60_000)
            let body = taskBody([
                "cron_expr": .null, "schedule_type": .string("once"), "once_at": .string("\(time)"),
            ])
            let id = try #require(try await caller.post("/tasks", body).data["id"]?.int)
            let job = try #require(try await server.store.job(id))
            server.clock.set(time)
            let fire = PlannedFire(job: job.uid, jobID: id, version: 1, nominal: time, next: nil)
            _ = try await server.store.fire([fire], online: [], recent: nil, at: time)
            server.clock.set(time.advanced(byMilliseconds: 5000))
            let later = try await caller.signedIn("ada")
            #expect(try await self.keeper(server).review().map(\.id) == [id], "no host belongs to it")
            let shown = try await later.get("/tasks/\(id)").data
            #expect(shown["status"] == .integer(0) && shown["hold"]?["kind"]?.text == "finished")
            let refused = try await later.post("/tasks/\(id)/enable")
            #expect(refused.status == 409)
            var edit = body
            edit["status"] = .integer(0)
            edit["description"] = .string("the same time")
            #expect(try await later.put("/tasks/\(id)", edit).data["hold"]?["kind"]?.text == "finished")
            let next = "\(time.advanced(byMilliseconds: 60_000))"
            edit["once_at"] = .string(next)
            let armed = try await later.put("/tasks/\(id)", edit).data
            #expect(armed["status"] == .integer(1) && armed["hold"] == .null)
            #expect(armed["next_exec_time"]?.text == next)
        }
    }

    @Test("Tasks whose pauses end together go on together, and hosts hear of all of them at once")
    func together() async throws {
        try await TestServer.with { server, caller in
            let until = server.clock.now.advanced(byMilliseconds: 60_000)
            var ids: [Int64] = []
            for number in 1...3 {
                let body = taskBody(["name": .string("together-\(number)")])
                let id = try #require(try await caller.post("/tasks", body).data["id"]?.int)
                _ = try await caller.post("/tasks/\(id)/disable", ["until": .string("\(until)")])
                ids.append(id)
            }
            server.clock.set(until)
            let before = server.gateway.record.configurationChanges
            #expect(try await self.keeper(server).review().map(\.id) == ids)
            #expect(server.gateway.record.configurationChanges == before + 1)
        }
    }

    @Test("An edit that sends back what was shown keeps a pause")
    func edit() async throws {
        try await TestServer.with { server, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let until = "\(server.clock.now.advanced(byMilliseconds: 60_000))"
            _ = try await caller.post("/tasks/\(id)/disable", ["until": .string(until)])
            let same = try await caller.put("/tasks/\(id)", taskBody(["status": .integer(0), "timeout": .integer(60)]))
            #expect(same.data["hold"]?["until"]?.text == until)
            let on = try await caller.put("/tasks/\(id)", taskBody())
            #expect(on.data["hold"] == .null && on.data["status"] == .integer(1))
        }
    }
}
