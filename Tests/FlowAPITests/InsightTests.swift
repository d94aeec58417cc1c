// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("What pictures are drawn from, over REST")
struct InsightRouteTests {
    @Test("The strips of a whole list come with one request; what has not run is absent")
    func recent() async throws {
        try await TestServer.with { server, caller in
            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let answer = try await caller.get("/executions/recent?task_ids=\(job),999&count=5")
            #expect(answer.status == 200)
            #expect(answer.data["items"]?.items.isEmpty == true)
        }
    }

    @Test("Task numbers that are none are refused by name", arguments: ["", "x", "1,x", "1;2"])
    func refusedNumbers(_ text: String) async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("/executions/recent?task_ids=\(text)")
            #expect(answer.status == 400)
        }
    }

    @Test("The trend says where it begins, also when nothing ended")
    func trend() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.get("/executions/trend?hours=24")
            #expect(answer.status == 200)
            #expect(answer.data["from"]?.text == "2026-11-20T11:00:00.000Z")
            #expect(answer.data["items"]?.items.isEmpty == true)
            #expect(try await caller.get("/executions/trend?hours=0").status == 400)
        }
    }

    @Test("The day's punctuality has no figures without starts, and theirs when there are some")
    func punctuality() async throws {
        try await TestServer.with { server, caller in
            let empty = try await caller.get("/executions/punctuality")
            #expect(empty.status == 200 && empty.data["count"]?.int == 0 && empty.data["p50_ms"] == .null)
            #expect(empty.data["partial"] == .bool(false))
            #expect(try await caller.get("/executions/punctuality?hours=24").status == 400)
        }
    }

    @Test("A report covers seven days unless told, and is empty where nothing ended")
    func report() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let answer = try await caller.get("/reports/runs")
            #expect(answer.status == 200)
            #expect(answer.data["total"]?["total_count"]?.int == 0)
            #expect(answer.data["failing"]?.items.isEmpty == true)
            #expect(answer.data["groups"]?.items.isEmpty == true)
            #expect(try await caller.get("/reports/runs?from=2020-01-01T00:00:00Z").status == 422)
            #expect(try await caller.get("/reports/runs?limit=0").status == 400)
        }
    }

    @Test("A host's day has its own word, the records, and by what they differ (S1-FR-5.3)")
    func hostDay() async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("web-1")
            #expect(try await caller.get("/clients/nobody/stats").status == 404)
            #expect(try await caller.get("/clients/web-1/stats?date=2026-02-30").faults == ["date"])
            let silent = try await caller.get("/clients/web-1/stats").data
            #expect(silent["date"]?.text == "2026-11-21" && silent["time_zone"]?.text == "UTC")
            #expect(silent["reported_at"] == .null && silent["matches"] == .null)
            #expect(try await caller.get("/clients/nobody/days").status == 404)
            #expect(try await caller.get("/clients/web-1/days?days=93").faults == ["days"])
            let quiet = try await caller.get("/clients/web-1/days").data
            #expect(quiet["items"]?.items.count == 30 && quiet["reported_at"] == .null)

            let job = try #require(try await caller.post("/tasks", taskBody()).data["id"]?.int)
            let uid = try #require(try await server.store.job(job)?.uid)
            let now = server.clock.now
            func tell(_ success: Int, at sequence: Int64) async throws {
                let sum = QuarterSum(
                    job: uid,
                    jobID: job,
                    jobName: "told",
                    quarter: QuarterSum.quarter(of: now),
                    outcomes: OutcomeSum(success: success, timed: success, duration: 40, longest: 30, shortest: 10)
                )
                try await server.store.store(
                    HostStatsReport(
                        incarnation: "one",
                        sequence: sequence,
                        at: now,
                        zone: "Asia/Shanghai",
                        sums: [sum]
                    ),
                    of: agent
                )
            }
            try await tell(2, at: 5)
            let day = try await caller.get("/clients/web-1/stats?date=2026-11-21").data
            #expect(day["from"]?.text == "2026-11-20T16:00:00.000Z" && day["to"]?.text == "2026-11-21T16:00:00.000Z")
            #expect(day["matches"] == .bool(false))
            let task = try #require(day["tasks"]?.items.first)
            #expect(task["task_name"]?.text == "told" && task["agent"]?["avg_duration_ms"]?.int == 20)
            #expect(task["agent"]?["hourly"]?["18"]?["success"]?.int == 2)
            #expect(task["server"]?["total"]?.int == 0 && task["difference"]?["success"]?.int == 2)
            #expect(task["difference"]?["total_duration_ms"]?.int == 40)
            let days = try await caller.get("/clients/web-1/days?days=3").data
            #expect(days["time_zone"]?.text == "Asia/Shanghai")
            #expect(days["items"]?.items.map { $0["date"]?.text } == ["2026-11-19", "2026-11-20", "2026-11-21"])
            #expect(days["items"]?.items.map { $0["total"]?.int } == [0, 0, 2])
            #expect(days["items"]?.items.last?["from"]?.text == "2026-11-20T16:00:00.000Z")
            try await tell(0, at: 6)
            let other = try await caller.get("/clients/web-1/stats?date=2026-11-20").data
            #expect(other["matches"] == .bool(true) && other["tasks"]?.items.isEmpty == true)
        }
    }

    @Test("Coming fires are counted by the minute, for viewers too; a span of years is refused")
    func upcoming() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody())
            let viewer = try await caller.signedIn("vera")
            let answer = try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2026-11-22T10:00:00Z")
            #expect(answer.status == 200)
            #expect(answer.data["partial"] == .bool(false))
            #expect(try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2030-01-01T00:00:00Z").status == 422)
            #expect(try await viewer.get("/upcoming?from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z").status == 422)
        }
    }
}
