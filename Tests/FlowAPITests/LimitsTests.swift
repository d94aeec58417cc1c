// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Limits of a schedule, over REST")
struct TaskLimitsTests {
    private static func window(_ from: String, _ to: String) -> JSON {
        ["from": JSON.string(from), "to": JSON.string(to)].json
    }

    @Test(
        "Start, end and window are stored, shown, said in words, kept by explanations, and gone when they are left out"
    )
    func roundTrip() async throws {
        try await TestServer.with { _, caller in
            let sent: [String: JSON] = [
                "cron_expr": .string("0 * * * *"), "timezone": .string("Asia/Shanghai"),
                "not_before": .string("2026-11-22T00:00:00.000Z"), "not_after": .string("2026-12-31T00:00:00.000Z"),
                "window": Self.window("09:00", "17:00"),
            ]
            let made = try await caller.post("/tasks", taskBody(sent))
            #expect(made.status == 201)
            for (name, value) in sent { #expect(made.data[name] == value, "\(name)") }
            #expect(made.data["next_exec_time"]?.text == "2026-11-22T01:00:00.000Z", "09:00 in Shanghai")
            #expect(made.data["schedule_text"]?["en"]?.text?.contains("daily 09:00–17:00 (Asia/Shanghai)") == true)
            let id = made.data["id"]?.int ?? 0
            for (at, words) in [
                ("2026-11-21T20:00:00Z", "before the start"), ("2027-01-01T02:00:00Z", "after the end"),
                ("2026-11-22T10:00:00Z", "outside the daily window 09:00–17:00"),
            ] {
                let answer = try await caller.get("/tasks/\(id)/explain?at=\(at)").data
                #expect(answer["verdict"]?.text == "not_due" && answer["rule"]?.text == "limits", "\(at)")
                #expect(answer["text"]?["en"]?.text?.contains(words) == true)
                #expect(answer["text"]?["zh"]?.text?.contains("不会触发") == true)
            }
            let coming = try await caller.get(
                "/upcoming?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&task_id=\(id)"
            )
            #expect(coming.data["total"] == .integer(8))
            let plain = try await caller.put("/tasks/\(id)", taskBody())
            for name in ["not_before", "not_after", "window"] { #expect(plain.data[name] == .null, "\(name)") }
        }
    }

    @Test("Limits stand beside every schedule that fires again, in its zone, and an edit keeps the beat")
    func kinds() async throws {
        try await TestServer.with { _, caller in
            for (type, field) in [("every", "every_seconds"), ("delay", "delay_seconds")] {
                var body = taskBody([
                    "name": .string(type), "cron_expr": .null, "schedule_type": .string(type), field: .integer(600),
                    "timezone": .string("Europe/Berlin"), "window": Self.window("22:00", "06:00"),
                ])
                let made = try await caller.post("/tasks", body).data
                #expect(made["timezone"]?.text == "Europe/Berlin" && made["window"] == body["window"])
                #expect(made[field] == .integer(600) && made["schedule_type"]?.text == type)
                body["description"] = .string("edited")
                let edited = try await caller.put("/tasks/\(made["id"]?.int ?? 0)", body).data
                #expect(edited["next_exec_time"] == made["next_exec_time"] && edited["window"] == made["window"])
            }
        }
    }

    @Test("Empty windows, reversed or past dates, and limits that contradict the schedule are refused with the field")
    func refusals() async throws {
        try await TestServer.with { _, caller in
            let past = JSON.string("2020-01-01T00:00:00Z")
            let once: [String: JSON] = [
                "cron_expr": .null, "schedule_type": .string("once"), "once_at": .string("2027-01-01T00:00:00Z"),
            ]
            let cases: [([String: JSON], [String], String)] = [
                (["window": Self.window("09:00", "09:00")], ["window"], "empty"),
                (["window": Self.window("9 am", "17:00")], ["window.from"], "time of the day"),
                (["window": Self.window("24:00", "17:00")], ["window.from"], "time of the day"),
                (["window": ["from": JSON.string("09:00")].json], ["window.to"], "required"),
                (
                    ["not_before": .string("2027-02-01T00:00:00Z"), "not_after": .string("2027-01-01T00:00:00Z")],
                    ["not_after"], "not_before"
                ),
                (["not_after": past], ["not_after"], "past"),
                (["window": Self.window("09:00", "17:00")], ["window"], "cron_expr"),
                (["not_after": .string("2026-11-21T12:00:00Z")], ["not_after"], "cron_expr"),
                (["cron_expr": .string("@reboot"), "window": Self.window("09:00", "17:00")], ["window"], "@reboot"),
                (once.merging(["not_before": .string("2027-01-01T00:00:00Z")]) { $1 }, ["not_before"], "'once'"),
                (
                    ["cron_expr": .null, "schedule_type": .string("manual"), "window": Self.window("09:00", "17:00")],
                    ["window"], "'manual'"
                ),
            ]
            for (body, fields, words) in cases {
                let wrong = try await caller.post("/tasks", taskBody(body))
                #expect(wrong.faults == fields, "\(body)")
                #expect(wrong.text.contains(words), "\(body)")
            }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }
}
