// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Schedules inside limits")
struct ScheduleLimitsTests {
    private static let job = JobUID(bytes: [UInt8](repeating: 9, count: 16))!

    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    /// A case: an expression in a zone, a window of it, from when on, and the fires there in UTC.
    struct Case: CustomTestStringConvertible, Sendable {
        let cron: String
        let zone: String
        let window: String
        let after: String
        let fires: [String]
        var testDescription: String { "\(self.cron) in \(self.window) \(self.zone) after \(self.after)" }
    }

    private static func compiled(
        _ base: ScheduleSpec,
        window: String? = nil,
        zone: String = "UTC",
        from: String? = nil,
        to: String? = nil
    ) throws -> CompiledSchedule {
        let ends = try window.map { text in
            try text.split(separator: "-").map { try #require(DailyWindow.minutes(String($0))) }
        }
        let limits = ScheduleLimits(
            notBefore: try from.map { try self.time($0) },
            notAfter: try to.map { try self.time($0) },
            window: ends.map { DailyWindow(from: $0[0], to: $0[1], timeZone: zone) }
        )
        return try CompiledSchedule(base.limited(limits), job: self.job)
    }

    @Test(
        "A table of daily windows, over midnight and over changes of summer time",
        arguments: [
            Case(
                cron: "0 */4 * * *",
                zone: "UTC",
                window: "09:00-17:00",
                after: "2026-01-01T00:00:00Z",
                fires: ["2026-01-01T12:00:00Z", "2026-01-01T16:00:00Z", "2026-01-02T12:00:00Z"]
            ),
            // The beginning is inside, the end is not.
            Case(
                cron: "0 * * * *",
                zone: "UTC",
                window: "09:00-11:00",
                after: "2026-01-01T00:00:00Z",
                fires: ["2026-01-01T09:00:00Z", "2026-01-01T10:00:00Z", "2026-01-02T09:00:00Z"]
            ),
            Case(
                cron: "0 */3 * * *",
                zone: "Asia/Shanghai",
                window: "22:00-04:00",
                after: "2026-01-01T00:00:00Z",
                fires: ["2026-01-01T16:00:00Z", "2026-01-01T19:00:00Z", "2026-01-02T16:00:00Z"]
            ),
            Case(
                cron: "30 * * * *",
                zone: "UTC",
                window: "23:00-24:00",
                after: "2026-01-01T23:30:00Z",
                fires: ["2026-01-02T23:30:00Z"]
            ),
            // Berlin, 29 March 2026: 02:00 becomes 03:00. The clock never shows 02:xx.
            Case(
                cron: "*/30 * * * *",
                zone: "Europe/Berlin",
                window: "02:00-03:00",
                after: "2026-03-28T00:00:00Z",
                fires: ["2026-03-28T01:00:00Z", "2026-03-28T01:30:00Z", "2026-03-30T00:00:00Z"]
            ),
            // The window's beginning is jumped over: it opens with the jump.
            Case(
                cron: "*/30 * * * *",
                zone: "Europe/Berlin",
                window: "02:30-04:00",
                after: "2026-03-29T00:00:00Z",
                fires: ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]
            ),
            // A fixed time that is moved to 03:00 counts where it was moved to.
            Case(
                cron: "30 2 * * *",
                zone: "Europe/Berlin",
                window: "02:00-03:00",
                after: "2026-03-28T00:00:00Z",
                fires: ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]
            ),
            Case(
                cron: "30 2 * * *",
                zone: "Europe/Berlin",
                window: "02:00-03:30",
                after: "2026-03-28T00:00:00Z",
                fires: ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
            ),
            // Berlin, 25 October 2026: 03:00 becomes 02:00. The hour is there twice, and so is the window.
            Case(
                cron: "*/30 * * * *",
                zone: "Europe/Berlin",
                window: "02:00-03:00",
                after: "2026-10-24T23:00:00Z",
                fires: [
                    "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
                    "2026-10-26T01:00:00Z",
                ]
            ),
            // Lord Howe, 5 April 2026: half an hour back at 02:00.
            Case(
                cron: "*/15 * * * *",
                zone: "Australia/Lord_Howe",
                window: "01:30-02:00",
                after: "2026-04-04T14:00:00Z",
                fires: [
                    "2026-04-04T14:30:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:00:00Z", "2026-04-04T15:15:00Z",
                    "2026-04-05T15:00:00Z",
                ]
            ),
        ]
    )
    func windows(_ test: Case) throws {
        let base = ScheduleSpec.cron(expression: test.cron, timeZone: test.zone, dst: .debian)
        let schedule = try Self.compiled(base, window: test.window, zone: test.zone)
        let fires = schedule.fires(
            after: try Self.time(test.after),
            through: .distantFuture,
            limit: test.fires.count
        )
        #expect(fires == (try test.fires.map { try Self.time($0) }))
    }

    @Test("Start and end of a schedule are inside, and nothing beyond them fires")
    func ends() throws {
        let hourly = ScheduleSpec.cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian)
        let schedule = try Self.compiled(hourly, from: "2026-01-02T05:00:00Z", to: "2026-01-02T07:00:00Z")
        let fires = schedule.fires(after: try Self.time("2026-01-01T00:00:00Z"), through: .distantFuture, limit: 9)
        #expect(fires == (try (5...7).map { try Self.time("2026-01-02T0\($0):00:00Z") }))
        #expect(schedule.next(after: try Self.time("2026-01-02T06:59:59Z")) == fires.last)
        #expect(schedule.last(before: .init(milliseconds: fires[2].milliseconds + 1)) == fires.last)
    }

    @Test("Equal distances keep their beat: fires outside the window are left out, not moved")
    func everyKeepsBeat() throws {
        let anchor = try Self.time("2026-01-01T00:07:00Z")
        let base = ScheduleSpec.every(periodMilliseconds: 3_600_000, anchor: anchor)
        let schedule = try Self.compiled(base, window: "09:00-11:00")
        let fires = schedule.fires(after: anchor, through: .distantFuture, limit: 3)
        #expect(
            fires == (try ["01-01T09:07", "01-01T10:07", "01-02T09:07"].map { try Self.time("2026-\($0):00Z") })
        )
        #expect(schedule.periodMilliseconds == nil, "it can't be counted by division")
    }

    @Test("A fixed delay that ends outside the window begins when that opens, and never after the end")
    func delays() throws {
        let schedule = try Self.compiled(
            .delay(milliseconds: 600_000),
            window: "09:00-17:00",
            from: "2026-01-01T12:00:00Z",
            to: "2026-01-03T12:00:00Z"
        )
        let table = [
            ("2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z"), ("2026-01-01T14:00:00Z", "2026-01-01T14:10:00Z"),
            ("2026-01-01T16:55:00Z", "2026-01-02T09:00:00Z"), ("2026-01-03T11:50:00Z", "2026-01-03T12:00:00Z"),
        ]
        for (end, begin) in table { #expect(schedule.delayed(after: try Self.time(end)) == (try Self.time(begin))) }
        #expect(schedule.delayed(after: try Self.time("2026-01-03T11:51:00Z")) == nil)
        #expect(schedule.next(after: try Self.time("2026-01-01T08:00:00Z")) == nil)
    }

    @Test("A schedule that never meets its window ends instead of being searched for ever")
    func never() throws {
        let daily = ScheduleSpec.cron(expression: "0 3 * * *", timeZone: "UTC", dst: .debian)
        let schedule = try Self.compiled(daily, window: "09:00-17:00")
        #expect(schedule.next(after: try Self.time("2026-01-01T00:00:00Z")) == nil)
    }

    @Test("What was written comes back, and a schedule without limits is written as before")
    func coding() throws {
        let base = ScheduleSpec.every(periodMilliseconds: 60_000, anchor: Timestamp(seconds: 1))
        let limits = ScheduleLimits(
            notBefore: Timestamp(seconds: 5),
            window: DailyWindow(from: 540, to: 1020, timeZone: "Asia/Shanghai")
        )
        let limited = base.limited(limits)
        let back = try JSONDecoder().decode(ScheduleSpec.self, from: JSONEncoder().encode(limited))
        #expect(back == limited && back.base == base && back.limits == limits)
        #expect(base.limited(ScheduleLimits()) == base && limited.limited(ScheduleLimits()) == base)
        #expect(limited.limited(limits) == limited, "never one inside another")
    }

    @Test(
        "A time of the day is two digits, a colon and two digits, up to 24:00",
        arguments: [
            ("00:00", 0), ("09:30", 570), ("23:59", 1439), ("24:00", 1440), ("24:01", nil), ("9:30", nil),
            ("09:60", nil),
            ("0930", nil), ("09:30:00", nil), ("-9:30", nil), ("", nil), ("０9:30", nil),
        ] as [(String, Int?)]
    )
    func minutes(_ text: String, _ expected: Int?) {
        #expect(DailyWindow.minutes(text) == expected)
        if let expected { #expect(DailyWindow.text(expected) == text) }
    }
}
