// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("When reports by mail go out, and which days they cover (S0 reports)")
struct ReportMailPlanTests {
    private func at(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    private func plan(_ span: ReportMailDraft.Span, _ minute: Int, _ zone: String) throws -> ReportMailPlan {
        ReportMailPlan(span, minute: minute, zone: try ZoneDatabase.shared.rules(named: zone))
    }

    /// Span, minute, zone, the instant, and what comes after it: when, from, until.
    private static let cases: [(ReportMailDraft.Span, Int, String, String, [String])] = [
        (
            .day, 480, "Asia/Shanghai", "2026-11-27T23:59:59Z",
            ["2026-11-28T00:00:00Z", "2026-11-26T16:00:00Z", "2026-11-27T16:00:00Z"]
        ),
        // At its very time it has been sent.
        (
            .day, 480, "Asia/Shanghai", "2026-11-28T00:00:00Z",
            ["2026-11-29T00:00:00Z", "2026-11-27T16:00:00Z", "2026-11-28T16:00:00Z"]
        ),
        // The week begins on Monday.
        (
            .week, 0, "UTC", "2026-11-28T08:00:00Z",
            ["2026-11-30T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"]
        ),
        (
            .month, 90, "UTC", "2026-02-01T01:30:00Z",
            ["2026-03-01T01:30:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]
        ),
        (
            .month, 0, "America/New_York", "2026-12-31T12:00:00Z",
            ["2027-01-01T05:00:00Z", "2026-12-01T05:00:00Z", "2027-01-01T05:00:00Z"]
        ),
        // 02:30 is not shown on that day: an hour later. The day before has 24 hours, the next one 23.
        (
            .day, 150, "America/New_York", "2026-03-08T05:00:00Z",
            ["2026-03-08T07:30:00Z", "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z"]
        ),
        (
            .day, 150, "America/New_York", "2026-03-08T07:30:00Z",
            ["2026-03-09T06:30:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"]
        ),
        // 01:30 is shown twice: the first time.
        (
            .day, 90, "America/New_York", "2026-11-01T04:00:00Z",
            ["2026-11-01T05:30:00Z", "2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z"]
        ),
        // The week of a day that the zone left out (2011-12-30) is six days long.
        (
            .week, 0, "Pacific/Apia", "2011-12-27T12:00:00Z",
            ["2012-01-01T10:00:00Z", "2011-12-26T10:00:00Z", "2012-01-01T10:00:00Z"]
        ),
    ]

    @Test("The next one", arguments: Self.cases.indices)
    func next(index: Int) throws {
        let (span, minute, zone, after, expected) = Self.cases[index]
        let due = try #require(try self.plan(span, minute, zone).next(after: try self.at(after)))
        let wanted = try expected.map { try self.at($0) }
        #expect([due.at, due.from, due.until] == wanted)
    }

    @Test("Reports follow one another without a gap and without an overlap, through a year of changing clocks")
    func gapless() throws {
        for zone in ["America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Cairo"] {
            for span in ReportMailDraft.Span.allCases {
                let plan = try self.plan(span, 23 * 60 + 59, zone)
                var due = try #require(plan.next(after: try self.at("2026-01-01T00:00:00Z")))
                let end = try self.at("2027-01-02T00:00:00Z")
                while due.at < end {
                    let next = try #require(plan.next(after: due.at))
                    #expect(next.from == due.until && next.at > due.at && due.at >= due.until, "\(zone) \(span) \(due)")
                    due = next
                }
            }
        }
    }

    @Test("After an outage a week is made up for, and what is older is left out")
    func catchUp() throws {
        let plan = try self.plan(.day, 0, "UTC")
        let due = try #require(plan.next(after: try self.at("2026-10-01T12:00:00Z")))
        #expect(try due.at == self.at("2026-10-02T00:00:00Z"))
        let later = try self.at("2026-11-28T08:00:00Z")
        #expect(try plan.next(behind: due, at: later)?.at == self.at("2026-11-22T00:00:00Z"))
        let soon = try self.at("2026-10-05T08:00:00Z")
        #expect(try plan.next(behind: due, at: soon)?.at == self.at("2026-10-03T00:00:00Z"))
        #expect(try plan.last(at: later)?.until == self.at("2026-11-28T00:00:00Z"))
    }
}
