// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Several expressions and exceptions, over REST")
struct CronUnionRouteTests {
    private static func list(_ texts: String...) -> JSON { .array(texts.map { .string($0) }) }

    @Test(
        "They are stored in one spelling, shown, said in words, planned, explained and previewed, and gone when left out"
    )
    func roundTrip() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post(
                "/tasks",
                taskBody([
                    "cron_expr": .string("0 9 * * 1-5"), "cron_exprs": Self.list("0  12 * * sat"),
                    "cron_except": Self.list("* * 24 11 *"), "timezone": .string("Asia/Shanghai"),
                ])
            )
            #expect(made.status == 201, "\(made.text)")
            #expect(made.data["cron_exprs"] == Self.list("0 12 * * SAT"), "\(made.data)")
            #expect(made.data["cron_except"] == Self.list("* * 24 11 *"))
            #expect(made.data["schedule_text"]?["en"]?.text?.contains("but not") == true)
            // The clock shows Saturday, 18:00.
            #expect(made.data["next_exec_time"]?.text == "2026-11-23T01:00:00.000Z", "Monday at nine")
            let id = made.data["id"]?.int ?? 0
            let left = try await caller.get("/tasks/\(id)/explain?at=2026-11-24T01:00:00Z").data
            #expect(left["verdict"]?.text == "not_due" && left["rule"]?.text == "schedule", "\(left)")
            #expect(left["text"]?["en"]?.text?.contains("'* * 24 11 *'") == true)
            let coming = try await caller.get(
                "/upcoming?from=2026-11-23T00:00:00Z&to=2026-11-29T00:00:00Z&task_id=\(id)"
            )
            #expect(coming.data["total"] == .integer(5), "four weekdays and a Saturday")
            let preview = try await caller.get(
                "/tasks/cron/parse?expr=0+9+*+*+1-5&also=0+12+*+*+6&except=*+*+24+11+*&timezone=Asia/Shanghai&count=2"
            )
            #expect(
                preview.data["next_executions"] == Self.list("2026-11-23T01:00:00.000Z", "2026-11-25T01:00:00.000Z"),
                "\(preview.text)"
            )
            let plain = try await caller.put("/tasks/\(id)", taskBody())
            #expect(plain.data["cron_exprs"] == .array([]) && plain.data["cron_except"] == .array([]))
        }
    }

    @Test("What is wrong is refused with its place, and nothing is made")
    func refusals() async throws {
        try await TestServer.with { server, caller in
            let many = JSON.array((0..<11).map { .string("\($0) 1 * * *") })
            let cases: [([String: JSON], String)] = [
                (["cron_exprs": Self.list("0 61 * * *")], "cron_exprs[0]"),
                (["cron_exprs": Self.list("0 3 * * *", "@every 1h")], "cron_exprs[1]"),
                (["cron_except": Self.list("@reboot")], "cron_except[0]"),
                (["cron_exprs": Self.list("0 2 * * *")], "cron_exprs[0]"),
                (["cron_exprs": Self.list("TZ=UTC 0 3 * * *")], "cron_exprs[0]"),
                (["cron_exprs": many], "cron_exprs"),
                (["cron_except": Self.list("* * * * *")], "cron_except"),
                (["cron_expr": .string("@every 1h"), "cron_except": Self.list("0 0 * * *")], "cron_except"),
                (
                    [
                        "cron_expr": .null, "schedule_type": .string("every"), "every_seconds": .integer(60),
                        "cron_exprs": Self.list("0 0 * * *"),
                    ], "cron_exprs"
                ),
            ]
            for (changes, path) in cases {
                let answer = try await caller.post("/tasks", taskBody(changes))
                #expect([400, 422].contains(answer.status) && answer.faults.contains(path), "\(path): \(answer.text)")
            }
            #expect(try await server.store.jobs(JobQuery()).total == 0)
        }
    }
}
