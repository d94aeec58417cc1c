// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Days of zones, and sums by the quarter")
struct ZoneDayTests {
    @Test(
        "A day begins and ends where Foundation says, also where clocks change at midnight",
        arguments: [
            ("Asia/Shanghai", "2026-11-21"), ("America/New_York", "2026-11-01"), ("America/New_York", "2026-03-08"),
            ("Asia/Kathmandu", "2026-02-28"), ("America/Havana", "2026-03-08"), ("America/Havana", "2026-11-01"),
            ("Asia/Beirut", "2026-03-29"), ("Africa/Cairo", "2026-04-24"), ("Pacific/Apia", "2011-12-31"),
            ("UTC", "1970-01-02"), ("Australia/Lord_Howe", "2026-04-05"), ("Pacific/Apia", "2011-12-29"),
        ]
    )
    func spans(name: String, day: String) throws {
        let zone = try ZoneDatabase.shared.rules(named: name)
        let span = try #require(ZoneDay.span(of: day, in: zone))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        let start = calendar.startOfDay(for: span.lowerBound.date.addingTimeInterval(43_200))
        #expect(span.lowerBound == Timestamp(start))
        let next = try #require(calendar.dateInterval(of: .day, for: start)).end
        #expect(span.upperBound == Timestamp(next))
        #expect(ZoneDay.text(of: span.lowerBound, in: zone) == day)
        #expect(ZoneDay.text(of: span.upperBound.advanced(byMilliseconds: -1), in: zone) == day)
        #expect(ZoneDay.text(of: span.upperBound, in: zone) != day)
        #expect(span.lowerBound.milliseconds % QuarterSum.length == 0)
    }

    @Test(
        "What is no day is none",
        arguments: [
            "", "2026-02-30", "2026-13-01", "26-01-01", "2026-1-01", "2026-01-01 ", "２０２６-01-01", "9999-12-31",
            "2011-12-30",
        ]
    )
    func refused(day: String) throws {
        #expect(ZoneDay.span(of: day, in: try ZoneDatabase.shared.rules(named: "Pacific/Apia")) == nil)
    }

    @Test("Quarters add up to the hours of any zone, and sums keep least and most")
    func folding() throws {
        let job = JobUID(uuid: UUID())
        let midnight = try #require(Timestamp(rfc3339: "2026-11-20T18:15:00Z"))
        let sums = (0..<8).map { index in
            QuarterSum(
                job: job,
                jobID: 1,
                jobName: "job",
                quarter: QuarterSum.quarter(of: midnight) + Int64(index),
                outcomes: OutcomeSum(success: 1, failure: index, timed: index, duration: 10, longest: 9, shortest: 2)
            )
        }
        let day = try #require(JobDay.sum(sums, in: try ZoneDatabase.shared.rules(named: "Asia/Kathmandu"))[job])
        #expect(day.hours.mapValues(\.success) == [0: 4, 1: 4])
        #expect(day.hours.mapValues(\.failure) == [0: 6, 1: 22])
        #expect(day.total.total == 8 + 28 && day.total.timed == 28 && day.total.duration == 70)
        #expect(day.total.longest == 9 && day.total.shortest == 2, "a quarter without times has no least")
        #expect(day.total.averageDuration == 2)
    }
}
