// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What ended on a host, day by day (S1-FR-5.3)")
struct HostDaysTests {
    private static func days(of zone: String, through seconds: Int64, count: Int) throws -> [HostDays.Day] {
        let rules = try ZoneDatabase.shared.rules(named: zone)
        return HostDays.calendar(through: Timestamp(seconds: seconds), count: count, in: rules)
    }

    @Test("Days are those of the host's calendar, one after the other, also where clocks change")
    func calendar() throws {
        // 2026-03-09T12:00:00Z; clocks in New York went forward on the 8th.
        let days = try Self.days(of: "America/New_York", through: 1_773_057_600, count: 3)
        #expect(days.map(\.date) == ["2026-03-07", "2026-03-08", "2026-03-09"])
        let hours = days.map { ($0.span.upperBound.seconds - $0.span.lowerBound.seconds) / 3600 }
        #expect(hours == [24, 23, 24])
        #expect(zip(days, days.dropFirst()).allSatisfy { $0.span.upperBound == $1.span.lowerBound })
    }

    @Test("A quarter belongs to the day that it begins in; what lies before and after belongs to none")
    func quarters() throws {
        let calendar = try Self.days(of: "Asia/Shanghai", through: 1_773_057_600, count: 2)
        var days = HostDays(agent: try #require(AgentID("web-1")), zone: "Asia/Shanghai", toldAt: nil, days: calendar)
        let first = QuarterSum.quarter(of: calendar[0].span.lowerBound)
        let next = QuarterSum.quarter(of: calendar[1].span.lowerBound)
        let end = QuarterSum.quarter(of: calendar[1].span.upperBound)
        for quarter in [first - 1, first, next - 1, next, end - 1, end] {
            days.add(OutcomeSum(success: 1, failure: 1), quarter: quarter)
        }
        #expect(days.days.map(\.outcomes.total) == [4, 4])
        #expect(days.days.map(\.outcomes.failure) == [2, 2])
    }
}
