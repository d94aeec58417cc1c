// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Tasks over REST")
struct TaskTests {
    @Test("A task as S1 writes it is stored, announced and shown (S1-API-2, S1-API-8)")
    func create() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post("/tasks", taskBody())
            #expect(made.status == 201)
            #expect(made.body["code"] == .integer(0))
            #expect(made.body["request_id"]?.text == made.headers[.requestID])
            let task = made.data
            #expect(task["name"]?.text == "clean logs")
            #expect(task["version"] == .integer(1))
            #expect(task["schedule_type"]?.text == "cron")
            #expect(task["timezone"]?.text == "UTC")
            #expect(task["next_exec_time"]?.text == "2026-11-22T02:00:00.000Z")
            #expect(task["groups"]?.items == [.string("all")])
            #expect(task["timeout"] == .integer(300))
            #expect(task["status"] == .integer(1))
            #expect(task["created_by"]?.text == "ada")
            #expect(task["schedule_text"]?["zh"]?.text?.isEmpty == false)
            #expect(try await caller.get("/tasks/\(task["id"]?.int ?? 0)").data == task)
            #expect(server.observer.changed.map(\.definition.name) == ["clean logs"])
            #expect(server.gateway.record.configurationChanges == 1)
        }
    }

    @Test("Policies are stored and shown as they were sent, and the standard ones are said too")
    func policies() async throws {
        try await TestServer.with { _, caller in
            let sent: [String: JSON] = [
                "overlap": .string("queue"), "queue_limit": .integer(3), "misfire": .string("fire_all"),
                "misfire_limit": .integer(4), "start_deadline_seconds": .integer(60), "jitter_seconds": .number(1.5),
                "retry_count": .integer(2), "retry_backoff": .number(1.5), "retry_max_interval": .integer(600),
                "retry_jitter": .integer(20), "retry_on": .array([.string("technical"), .string("timeout")]),
                "misfire_threshold_seconds": .integer(10), "catch_up_seconds": .integer(7200),
            ]
            let made = try await caller.post("/tasks", taskBody(sent))
            #expect(made.status == 201)
            for (name, value) in sent { #expect(made.data[name] == value, "\(name)") }
            let plain = try await caller.post("/tasks", taskBody(["name": .string("plain")])).data
            #expect(plain["overlap"]?.text == "skip" && plain["retry_backoff"] == .integer(1))
            #expect(plain["misfire_limit"] == .null && plain["start_deadline_seconds"] == .null)
            let wrong = try await caller.post(
                "/tasks",
                taskBody([
                    "name": .string("wrong"), "misfire": .string("fire_all"), "misfire_limit": .integer(5),
                    "retry_on": .array([.string("luck")]),
                ])
            )
            #expect(wrong.status == 422 || wrong.status == 400)
            #expect(try await caller.get("/tasks?keyword=wrong").data["total"] == .integer(0))
        }
    }

    @Test("A task with fixed delay has no next time, and an explanation says why")
    func delay() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post(
                "/tasks",
                taskBody([
                    "cron_expr": .null, "schedule_type": .string("delay"), "delay_seconds": .integer(600),
                ])
            )
            #expect(made.status == 201)
            #expect(made.data["delay_seconds"] == .integer(600) && made.data["next_exec_time"] == .null)
            let id = made.data["id"]?.int ?? 0
            let answer = try await caller.get("/tasks/\(id)/explain?at=2027-01-01T00:00:00Z")
            #expect(answer.data["verdict"]?.text == "unscheduled")
            #expect(answer.data["text"]?["en"]?.text?.contains("600 s after") == true)
            #expect(try await caller.get("/tasks/\(id)/explain").status != 200)
        }
    }

    @Test("A script that is sent back as it was read stays what it was")
    func sentBack() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post("/tasks", taskBody(["name": .string("plain")]))
            let id = try #require(made.data["id"]?.int)
            let before = try #require(try await server.store.job(id))
            let read = try #require(made.data["executor_config"])
            let body = taskBody(["name": .string("plain"), "executor_config": read])
            #expect(try await caller.put("/tasks/\(id)", body).status == 200)
            #expect(try await server.store.job(id)?.definition.payload == before.definition.payload)
        }
    }

    @Test("How a script is started comes back as it was said, and without a word as its defaults")
    func scriptStart() async throws {
        try await TestServer.with { _, caller in
            let plain = try await caller.post("/tasks", taskBody(["name": .string("plain")])).data["executor_config"]
            #expect(plain?["interpreter_args"] == .array([.string("-c")]))
            #expect(plain?["success_codes"] == .array([.integer(0)]))
            #expect(plain?["umask"] == .null && plain?["nice"] == .null)
            let said: [String: JSON] = [
                "interpreter_args": .array([.string("-e")]), "success_codes": .array([.integer(0), .integer(3)]),
                "umask": .string("027"), "nice": .integer(10), "interpreter": .string("/usr/bin/perl"),
            ]
            let config = said.merging(["command": .string("exit 3")]) { $1 }
            let answer = try await caller.post(
                "/tasks",
                taskBody(["name": .string("fine"), "executor_config": config.json])
            )
            #expect(answer.status == 201, "\(answer.faults)")
            for (name, value) in said { #expect(answer.data["executor_config"]?[name] == value, "\(name)") }
            for mask in ["9", "rw", "00022", "1777"] {
                let config: [String: JSON] = ["command": .string("true"), "umask": .string(mask)]
                let refused = try await caller.post("/tasks", taskBody(["executor_config": config.json]))
                #expect(refused.faults == ["executor_config.umask"], "\(mask)")
            }
        }
    }

    @Test("All faults of a task are told at once, with their paths, and nothing is stored (S2-5)")
    func faults() async throws {
        try await TestServer.with { server, caller in
            let answer = try await caller.post(
                "/tasks",
                taskBody([
                    "name": .string(""),
                    "timeout": .integer(9),
                    "retry_count": .integer(11),
                    "retry_interval": .integer(0),
                    "cron_expr": .string("61 * * * *"),
                    "group_ids": .array([.integer(1), .integer(77)]),
                    "executor_config": [
                        "command": JSON.string("  "), "work_dir": .string("relative"),
                        "env": ["1A": JSON.string("x")].json,
                    ].json,
                ])
            )
            #expect(answer.status == 422)
            #expect(answer.error == "invalid_request")
            let expected = [
                "name", "timeout", "retry_count", "retry_interval", "cron_expr", "group_ids[1]",
                "executor_config.command", "executor_config.work_dir", "executor_config.env.1A",
            ]
            for path in expected { #expect(answer.faults.contains(path), "\(path)") }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
            #expect(server.observer.changed.isEmpty)
            #expect(server.gateway.record.configurationChanges == 0)
        }
    }

    @Test("Unknown and ill-typed fields are refused by path before anything is validated")
    func strictDecoding() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.post(
                "/tasks",
                taskBody([
                    "timeout": .string("300"), "surprise": .bool(true), "group_ids": .array([.string("1")]),
                    "executor_config": ["command": JSON.integer(1), "shell": .string("bash")].json,
                ])
            )
            #expect(answer.status == 400)
            #expect(
                Set(answer.faults) == [
                    "timeout", "surprise", "group_ids[0]", "executor_config.command", "executor_config.shell",
                ]
            )
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }

    @Test(
        "Bodies that are not strict JSON are refused",
        arguments: [
            "", "{", "[]", #"{"name":"a","name":"b"}"#, #"{"name":1e999}"#, "{}x", #"{"name":"\ud800"}"#, "nul",
            String(repeating: "[", count: 100_000),
        ]
    )
    func badJSON(body: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.call(.post, "/tasks", body: body)
            #expect(answer.status == 400)
        }
    }

    @Test("A body above 1 MiB is refused with 413")
    func tooLarge() async throws {
        try await TestServer.with { _, caller in
            let body = #"{"name":""# + String(repeating: "x", count: 1024 * 1024) + #""}"#
            let answer = try await caller.call(.post, "/tasks", body: body)
            #expect(answer.status == 413)
            #expect(answer.error == "payload_too_large")
        }
    }

    @Test("'@every' becomes a period that keeps its anchor over edits; a zone prefix moves into the zone")
    func schedules() async throws {
        try await TestServer.with { server, caller in
            let every = try await caller.post("/tasks", taskBody(["cron_expr": .string("@every 90s")]))
            #expect(every.data["schedule_type"]?.text == "every")
            #expect(every.data["every_seconds"] == .integer(90))
            #expect(every.data["cron_expr"]?.text == "")
            #expect(every.data["next_exec_time"]?.text == "2026-11-21T10:01:30.000Z")
            server.clock.advance(seconds: 100)
            let id = try #require(every.data["id"]?.int)
            let changed = try await caller.put("/tasks/\(id)", taskBody(["cron_expr": .string("@every 90s")]))
            #expect(changed.data["next_exec_time"]?.text == "2026-11-21T10:03:00.000Z")
            let zoned = try await caller.post(
                "/tasks",
                taskBody(["name": .string("zoned"), "cron_expr": .string("CRON_TZ=Asia/Shanghai 0 2 * * *")])
            )
            #expect(zoned.data["timezone"]?.text == "Asia/Shanghai")
            #expect(zoned.data["cron_expr"]?.text == "0 2 * * *")
            #expect(zoned.data["next_exec_time"]?.text == "2026-11-21T18:00:00.000Z")
            let past = try await caller.post(
                "/tasks",
                taskBody([
                    "name": .string("past"), "cron_expr": .null, "schedule_type": .string("once"),
                    "once_at": .string("2020-01-01T00:00:00Z"),
                ])
            )
            #expect(past.faults == ["once_at"])
        }
    }

    @Test("A name is taken once; a version that is no longer stored refuses the change (C-08)")
    func conflicts() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let twin = try await caller.post("/tasks", taskBody())
            #expect(twin.status == 409)
            #expect(twin.error == "name_taken")
            #expect(twin.faults == ["name"])
            let first = try await caller.put(
                "/tasks/\(id)",
                taskBody(["version": .integer(1), "timeout": .integer(60)])
            )
            #expect(first.data["version"] == .integer(2))
            let late = try await caller.put("/tasks/\(id)", taskBody(["version": .integer(1)]))
            #expect(late.status == 409)
            #expect(late.error == "conflict")
        }
    }

    @Test("Disabling takes the next fire away, enabling brings it back, both can be repeated (S1-FR-1.3)")
    func enabling() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/tasks", taskBody(["status": .integer(0)])).data["id"]?.int)
            #expect(try await caller.get("/tasks/\(id)").data["next_exec_time"] == .null)
            let enabled = try await caller.post("/tasks/\(id)/enable")
            #expect(enabled.data["status"] == .integer(1))
            #expect(enabled.data["next_exec_time"]?.text == "2026-11-22T02:00:00.000Z")
            let again = try await caller.post("/tasks/\(id)/enable")
            #expect(again.data["version"] == enabled.data["version"])
            #expect(try await caller.post("/tasks/\(id)/disable").data["next_exec_time"] == .null)
        }
    }

    @Test("A deleted task is gone, its planner is told, and deleting again says so")
    func deletion() async throws {
        try await TestServer.with { server, caller in
            let id = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            #expect(try await caller.delete("/tasks/\(id)").status == 200)
            #expect(server.observer.deleted.count == 1)
            #expect(try await caller.get("/tasks/\(id)").status == 404)
            #expect(try await caller.delete("/tasks/\(id)").status == 404)
        }
    }

    @Test("Lists are paged in all three spellings, filtered and sorted; unknown parameters are refused (C-21)")
    func lists() async throws {
        try await TestServer.with { _, caller in
            for name in ["b", "a", "c"] { _ = try await caller.post("/tasks", taskBody(["name": .string(name)])) }
            func names(_ query: String) async throws -> [String] {
                try await caller.get("/tasks?" + query).data["items"]?.items.compactMap { $0["name"]?.text } ?? []
            }
            #expect(try await names("sort=-name&page=1&page_size=2") == ["c", "b"])
            #expect(try await names("sort=name&per_page=2&page=2") == ["c"])
            #expect(try await names("sort=name&limit=1&offset=1") == ["b"])
            #expect(try await names("keyword=a&status=1&group_id=1").contains("a"))
            let page = try await caller.get("/tasks?page_size=2").data
            #expect(page["total"] == .integer(3))
            #expect(page["has_next"] == .bool(true))
            let wrong = try await caller.get("/tasks?statsu=1&page=0&sort=colour")
            #expect(wrong.status == 400)
            #expect(Set(wrong.faults) == ["statsu", "page", "sort"])
        }
    }

    @Test("A cron expression is explained; a wrong one is refused with its position (S1-API-9)")
    func cronPreview() async throws {
        try await TestServer.with { _, caller in
            let fine = try await caller.get("/tasks/cron/parse?expr=0+*/5+*+*+*&timezone=Asia/Shanghai&count=2")
            #expect(fine.data["canonical"]?.text == "0 */5 * * *")
            #expect(fine.data["next_executions"]?.items.count == 2)
            #expect(fine.data["warnings"]?.items.isEmpty == false)
            let wrong = try await caller.get("/tasks/cron/parse?expr=0%2061%20*%20*%20*")
            #expect(wrong.status == 422)
            #expect(wrong.body["details"]?.items.first?["position"] == .integer(2))
            let zone = try await caller.get("/tasks/cron/parse?expr=0%202%20*%20*%20*&timezone=Mars/Base")
            #expect(zone.faults == ["timezone"])
        }
    }

    @Test("What a host that is away owes an account of is shown with its count, and only to who may see the host")
    func owed() async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("away")
            let id = try await caller.post("/tasks", taskBody()).data["id"]?.int ?? 0
            let job = try #require(try await server.store.job(id))
            let first = try #require(job.nextFire)
            let day = first.advanced(byMilliseconds: 86_400_000)
            let fire = PlannedFire(job: job.uid, jobID: job.id, version: job.version, nominal: first, next: day)
            _ = try await server.store.fire([fire], online: [], recent: [], at: first)
            server.clock.set(day)
            let later = try await caller.signedIn("ada")
            let answer = try await later.get("/tasks/\(id)/owed")
            #expect(answer.data["total"] == .integer(1))
            let item = try #require(answer.data["items"]?.items.first)
            #expect(item["client_id"]?.text == agent.rawValue && item["count"] == .integer(2))
            #expect(item["since"]?.text == "2026-11-22T02:00:00.000Z" && item["until"] == .null)
            #expect(try await later.get("/tasks/99/owed").status == 404)
        }
    }

    @Test("Disabling a task ends the fire planned ahead at once, as disabled in both languages")
    func disableEndsPlanned() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("a")
            let id = try await caller.post("/tasks", taskBody()).data["id"]?.int ?? 0
            let job = try #require(try await server.store.job(id))
            let first = try #require(job.nextFire)
            server.clock.set(first.advanced(byMilliseconds: -1500))
            let later = try await caller.signedIn("ada")
            let fire = PlannedFire(job: job.uid, jobID: job.id, version: job.version, nominal: first, next: nil)
            _ = try await server.store.fire([fire], online: [], recent: nil, at: server.clock.now)
            #expect(try await later.post("/tasks/\(id)/disable").status == 200)
            let record = try #require(try await later.get("/executions").data["items"]?.items.first)
            #expect(record["status"] == .integer(7))
            #expect(record["reason"]?["code"]?.text == "DISABLED")
            #expect(record["reason"]?["text"]?["zh"]?.text?.contains("停用") == true)
        }
    }

    @Test("The rollout of a task names each host it reaches, and how far the version has come there (S1-FR-2.1)")
    func rollout() async throws {
        try await TestServer.with { server, caller in
            let agents = [try await server.agent("a"), try await server.agent("b")]
            let id = try await caller.post("/tasks", taskBody()).data["id"]?.int ?? 0
            server.gateway.roll(agents[0], to: .applied)
            let answer = try await caller.get("/tasks/\(id)/rollout").data
            #expect(answer["version"] == .integer(1) && answer["total"] == .integer(2))
            #expect(answer["counts"]?["applied"] == .integer(1) && answer["counts"]?["waiting"] == .integer(1))
            #expect(answer["items"]?.items.map { $0["state"]?.text } == ["applied", "waiting"])
            #expect(answer["items"]?.items.map { $0["connected"] } == [.bool(true), .bool(false)])
        }
    }

    @Test("The next run of a task with an interval moves, with all later ones; others have none to move (S4 reorder)")
    func shift() async throws {
        try await TestServer.with { _, caller in
            let every: [String: JSON] = ["schedule_type": .string("every"), "every_seconds": .integer(3600)]
            var body = taskBody(every)
            body["cron_expr"] = nil
            let id = try #require(try await caller.post("/tasks", body).data["id"]?.int)
            let moved = try await caller.post("/tasks/\(id)/shift", ["seconds": .integer(-1800)])
            #expect(moved.data["next_exec_time"]?.text == "2026-11-21T10:30:00.000Z", "\(moved.text)")
            #expect(moved.data["version"] == .integer(2))
            let far = try await caller.post("/tasks/\(id)/shift", ["seconds": .integer(TaskRoutes.shiftLimit + 1)])
            #expect(far.faultCodes == ["range"])
            let made = try await caller.post("/tasks", taskBody(["name": .string("cron")]))
            let cron = try #require(made.data["id"]?.int)
            #expect(try await caller.post("/tasks/\(cron)/shift", ["seconds": .integer(60)]).status == 409)
        }
    }
}
