// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
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
                │ 健康检查 │ 288    │ 285  │ 3    │ 98.9%  │ 500ms    │
                └──────────┴────────┴──────┴──────┴────────┴──────────┘
                """
        )
    }

    @Test("days are named when there are several")
    func english() throws {
        let lines = StatsTable(.english, withDates: true).text(try self.stats(), title: "x").split(separator: "\n")
        #expect(lines[3].contains("Day") && lines[5].contains("2025-01-09"))
    }

    @Test("a rate is never rounded up to 100 %", arguments: [(0.99999, "99.9%"), (1, "100%"), (0.5, "50%"), (0, "0%")])
    func percent(rate: Double, text: String) {
        #expect(StatsTable.percent(rate, of: 10) == text)
        #expect(StatsTable.percent(rate, of: 0) == "-")
    }
}
