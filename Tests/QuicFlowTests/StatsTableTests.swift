// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite struct StatsTableTests {
    private func stats() throws -> [DailyStats] {
        let text = """
            [{"date":"2025-01-09","task_id":"1","task_name":"健康检查","stats":{"total":288,"success":285,"failure":2,
            "timeout":1,"cancelled":0,"avg_duration_ms":500,"max_duration_ms":900,"min_duration_ms":100},
            "hourly_distribution":{},"last_updated":"2025-01-09T23:59:00.000Z"}]
            """
        return try JSONDecoder().decode([DailyStats].self, from: Data(text.utf8))
    }

    @Test("the table of S1-FR-5.5, timeouts among the failures")
    func chinese() throws {
        #expect(
            StatsTable(.chinese, withDates: false).text(try self.stats(), title: "2025-01-09") == """
                ┌─────────────────────────────────────────────────────┐
                │ 任务执行统计 - 2025-01-09                           │
                ├──────────┬────────┬──────┬──────┬────────┬──────────┤
                │ 任务     │ 总次数 │ 成功 │ 失败 │ 成功率 │ 平均耗时 │
                ├──────────┼────────┼──────┼──────┼────────┼──────────┤
                │ 健康检查 │ 288    │ 285  │ 3    │ 98.9%  │ 0.5s     │
                └──────────┴────────┴──────┴──────┴────────┴──────────┘
                """
        )
    }

    @Test("days are named when there are several")
    func english() throws {
        let lines = StatsTable(.english, withDates: true).text(try self.stats(), title: "x").split(separator: "\n")
        #expect(lines[3].contains("Day") && lines[5].contains("2025-01-09"))
    }

    @Test(
        "averages as S1-FR-5.5 writes them",
        arguments: [(Int64(2300), "2.3s"), (45_200, "45.2s"), (500, "0.5s"), (20, "20ms")]
    )
    func average(milliseconds: Int64, text: String) { #expect(StatsTable.average(milliseconds) == text) }

    @Test("a host's day says by what host and server differ, in words of the language")
    func hostDay() {
        let sums: JSONValue = .object([
            "total": .integer(3), "success": .integer(2), "failure": .integer(1), "timeout": .integer(0),
            "timed": .integer(3), "avg_duration_ms": .integer(2300),
        ])
        var day: JSONValue = .object([
            "name": .string("web1"), "date": .string("2025-01-09"), "time_zone": .string("Asia/Shanghai"),
            "reported_at": .string("2025-01-09T10:00:00Z"), "matches": .bool(false),
            "tasks": .array([
                .object([
                    "task_name": .string("日志清理"), "agent": sums, "server": .object(["total": .integer(1)]),
                    "difference": .object([
                        "total": .integer(2), "success": .integer(2), "total_duration_ms": .integer(-5),
                    ]),
                ])
            ]),
        ])
        let english = HostDayTable(.english).text(day)
        #expect(english.contains("total +2, success +2, -5ms") && english.contains("66.6%") && english.contains("2.3s"))
        #expect(english.contains("Host and server differ"))
        #expect(HostDayTable(.chinese).text(day).contains("总次数 +2, 成功 +2"))
        day["reported_at"] = .null
        #expect(HostDayTable(.chinese).text(day).contains("从未上报"))
    }

    @Test("a rate is never rounded up to 100 %", arguments: [(0.99999, "99.9%"), (1, "100%"), (0.5, "50%"), (0, "0%")])
    func percent(rate: Double, text: String) {
        #expect(StatsTable.percent(rate, of: 10) == text)
        #expect(StatsTable.percent(rate, of: 0) == "-")
    }
}
