// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Calendars over HTTP")
struct CalendarRouteTests {
    private static func entry(_ name: String, _ from: String, _ to: String? = nil, yearly: Bool = false) -> JSON {
        var members: [JSON.Member] = [.init("name", name), .init("from", from), .init("yearly", yearly)]
        if let to { members.append(.init("to", to)) }
        return .object(members)
    }

    private static func uses(_ name: String, _ policy: String = "skip") -> JSON {
        .array([.object([.init("calendar", name), .init("on_blackout", policy)])])
    }

    @Test("Tasks keep to a calendar, follow its changes, and say which day is in the way")
    func journey() async throws {
        try await TestServer.with { _, admin in
            // The test's clock stands at 2026-11-21T12:00:00Z.
            let made = try await admin.put(
                "/calendars/de",
                [
                    "entries": .array([
                        Self.entry("Totensonntag", "2026-11-22"), Self.entry("Neujahr", "2026-01-01", yearly: true),
                    ])
                ]
            )
            #expect(made.status == 200 && made.data["revision"] == .integer(1), "\(made.text)")
            #expect(made.data["entries"]?.items.first?["to"]?.text == "2026-11-22")
            let task = try await admin.post(
                "/tasks",
                taskBody(["cron_expr": .string("0 6 * * *"), "timezone": .string("UTC"), "calendars": Self.uses("de")])
            )
            #expect(task.status == 201, "\(task.text)")
            #expect(task.data["calendars"] == Self.uses("de"))
            #expect(task.data["next_exec_time"]?.text == "2026-11-23T06:00:00.000Z")
            #expect(task.data["schedule_text"]?["en"]?.text?.contains("outside of calendar de") == true)
            let id = task.data["id"]?.int ?? 0
            let answer = try await admin.get("/tasks/\(id)/explain?at=2026-11-22T06:00:00Z").data
            #expect(answer["verdict"]?.text == "not_due" && answer["rule"]?.text == "calendar")
            #expect(answer["text"]?["en"]?.text?.contains("Blackout by calendar 'de' (Totensonntag)") == true)
            #expect(answer["text"]?["zh"]?.text?.contains("日历“de”的“Totensonntag”") == true)
            let span = "from=2026-11-22T00:00:00Z&to=2026-11-24T00:00:00Z"
            let coming = try await admin.get("/upcoming?\(span)").data
            #expect(coming["total"] == .integer(1))
            let excluded = coming["excluded"]?.items.first
            #expect(excluded?["day"]?.text == "Totensonntag" && excluded?["moved_to"] == .null)
            // The calendar changes, and with it the plan.
            let changed = try await admin.put(
                "/calendars/de",
                ["entries": .array([Self.entry("Zwei Tage", "2026-11-22", "2026-11-23")]), "revision": .integer(1)]
            )
            #expect(changed.data["renewed_tasks"] == .integer(1), "\(changed.text)")
            let after = try await admin.get("/tasks/\(id)").data
            #expect(after["next_exec_time"]?.text == "2026-11-24T06:00:00.000Z" && after["version"] == .integer(2))
            let stale = try await admin.put("/calendars/de", ["description": .string("x"), "revision": .integer(1)])
            #expect(stale.status == 409)
            // It stays while a task keeps to it.
            #expect(try await admin.get("/calendars/de").data["tasks"]?.items.count == 1)
            let kept = try await admin.delete("/calendars/de")
            #expect(kept.status == 409 && kept.text.contains("(task \(id))"))
            #expect(try await admin.put("/tasks/\(id)", taskBody()).data["calendars"] == .array([]))
            #expect(try await admin.delete("/calendars/de").status == 200)
            #expect(try await admin.get("/calendars").data["total"] == .integer(0))
            #expect(try await admin.get("/audit?action=calendar.set").data["total"] == .integer(2))
        }
    }

    @Test("A fire moves to the day before or after, and the calendar comes from an iCalendar file")
    func moved() async throws {
        try await TestServer.with { _, admin in
            let file = """
                BEGIN:VCALENDAR\r
                BEGIN:VEVENT\r
                DTSTART;VALUE=DATE:20261201\r
                DTEND;VALUE=DATE:20261203\r
                SUMMARY:Umzug\r
                END:VEVENT\r
                END:VCALENDAR\r

                """
            #expect(
                try await admin.put("/calendars/move", ["icalendar": .string(file)]).data["entry_count"] == .integer(1)
            )
            for (policy, next) in [("before", "2026-11-30"), ("after", "2026-12-03")] {
                let task = try await admin.post(
                    "/tasks",
                    taskBody([
                        "name": .string(policy), "cron_expr": .string("0 6 1 * *"), "timezone": .string("UTC"),
                        "calendars": Self.uses("move", policy),
                    ])
                ).data
                #expect(task["next_exec_time"]?.text == "\(next)T06:00:00.000Z")
            }
        }
    }

    @Test("Wrong entries, lines, names and contradictions are refused with field and reason, and nothing changes")
    func refusals() async throws {
        try await TestServer.with { _, admin in
            let wrong: [([String: JSON], String, String)] = [
                (["entries": .array([Self.entry("a", "2026-02-30")])], "entries[0]", "no span"),
                (["entries": .array([Self.entry("", "2026-02-01")])], "entries[0].name", "1 to 128"),
                (["entries": .array([Self.entry("a", "2026-02-02", "2026-02-01")])], "entries[0]", "no span"),
                (["entries": .array([["name": JSON.string("a")].json])], "entries[0].from", "required"),
                (
                    [
                        "icalendar": .string(
                            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261001\nRRULE:FREQ=DAILY\nEND:VEVENT"
                        )
                    ], "icalendar", "line 4: 'FREQ=DAILY'"
                ),
                (["icalendar": .string("x"), "entries": .array([])], "entries", "not both"),
            ]
            for (body, field, words) in wrong {
                let answer = try await admin.put("/calendars/c", body)
                #expect(answer.faults == [field], "\(answer.text)")
                #expect(answer.text.contains(words), "\(answer.text)")
            }
            #expect(try await admin.get("/calendars/c").status == 404)
            #expect(try await admin.put("/calendars/Bad%20Name", [:]).status == 404)
            let all = Self.entry("y", "2026-01-01", "2026-12-31", yearly: true)
            #expect(try await admin.put("/calendars/never", ["entries": .array([all])]).status == 200)
            #expect(try await admin.put("/calendars/c", [:]).status == 200)
            let tasks: [([String: JSON], String, String)] = [
                (["calendars": Self.uses("none")], "calendars[0].calendar", "no calendar 'none'"),
                (["calendars": Self.uses("c", "sideways")], "calendars[0].on_blackout", "skip"),
                (
                    ["calendars": .array((0..<2).map { _ in ["calendar": JSON.string("c")].json })],
                    "calendars[1].calendar", "twice"
                ),
                (
                    ["calendars": Self.uses("c", "after"), "cron_expr": .string("0 * * * *")],
                    "calendars[0].on_blackout", "one time of the day"
                ),
                (["calendars": Self.uses("never"), "cron_expr": .string("0 6 * * *")], "calendars", "cron_expr"),
                (
                    ["calendars": Self.uses("c"), "cron_expr": .null, "schedule_type": .string("manual")], "calendars",
                    "'manual'"
                ),
                (
                    ["calendars": .array((0..<6).map { _ in ["calendar": JSON.string("c")].json })], "calendars",
                    "at most 5"
                ),
            ]
            for (body, field, words) in tasks {
                let answer = try await admin.post("/tasks", taskBody(body))
                #expect(answer.faults == [field], "\(answer.text)")
                #expect(answer.text.contains(words), "\(answer.text)")
            }
            #expect(try await admin.get("/tasks").data["total"] == .integer(0))
        }
    }
}
