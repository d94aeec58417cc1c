// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Schedules that keep to calendars")
struct ScheduleCalendarsTests {
    private static let job = JobUID(bytes: [UInt8](repeating: 9, count: 16))!

    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    /// `FROM[..TO][ yearly]`, each a calendar of its own when `|` is between them.
    private static func calendars(
        _ texts: String,
        _ policy: BlackoutPolicy = .skip,
        zone: String = "UTC"
    ) throws -> ScheduleCalendars {
        let uses = try texts.split(separator: "|").map { text in
            let entries = try text.split(separator: ",").map { text in
                let words = text.split(separator: " ")
                let ends = words[0].split(separator: "~").map(String.init)
                let time = CalendarEntry.time(
                    from: ends[0],
                    to: ends.count > 1 ? ends[1] : nil,
                    yearly: words.contains("yearly")
                )
                return CalendarEntry(name: String(text), time: try #require(time))
            }
            return CalendarUse(calendar: String(text), revision: 1, onBlackout: policy, entries: entries)
        }
        return ScheduleCalendars(timeZone: zone, uses: uses)
    }

    private static func compiled(
        _ cron: String,
        _ calendars: String,
        _ policy: BlackoutPolicy = .skip,
        zone: String = "UTC",
        limits: ScheduleLimits = ScheduleLimits()
    ) throws -> CompiledSchedule {
        var limits = limits
        limits.calendars = try self.calendars(calendars, policy, zone: zone)
        let base = ScheduleSpec.cron(expression: cron, timeZone: zone, dst: .debian)
        return try CompiledSchedule(base.limited(limits), job: self.job)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let cron: String
        let calendars: String
        var policy = BlackoutPolicy.skip
        var zone = "UTC"
        let after: String
        let fires: [String]
        var testDescription: String { "\(self.cron) \(self.policy) \(self.calendars) in \(self.zone)" }
    }

    @Test(
        "A table of calendars",
        arguments: [
            // Days are those of the task's clock: 02:00 in Shanghai is the day before in UTC.
            Case(
                cron: "0 2 * * *",
                calendars: "2026-10-01~2026-10-07",
                zone: "Asia/Shanghai",
                after: "2026-09-29T00:00:00Z",
                fires: ["2026-09-29T18:00:00Z", "2026-10-07T18:00:00Z"]
            ),
            Case(
                cron: "0 0 * * *",
                calendars: "2026-10-01",
                after: "2026-09-30T00:00:00Z",
                fires: ["2026-10-02T00:00:00Z"]
            ),
            // A window of hours: its beginning is inside, its end is not.
            Case(
                cron: "0 * * * *",
                calendars: "2026-12-24T22:00:00Z~2026-12-25T01:00:00Z",
                after: "2026-12-24T20:30:00Z",
                fires: ["2026-12-24T21:00:00Z", "2026-12-25T01:00:00Z"]
            ),
            Case(
                cron: "0 6 25 12 *",
                calendars: "2025-12-25 yearly,2028-01-01",
                after: "2026-01-01T00:00:00Z",
                fires: []
            ),
            // Every year, over its end; before the first year it is free.
            Case(
                cron: "0 6 1 1 *",
                calendars: "2027-12-30~2028-01-02 yearly",
                after: "2026-01-01T07:00:00Z",
                fires: ["2027-01-01T06:00:00Z"]
            ),
            // 29 February comes in leap years only, and does not become 1 March.
            Case(
                cron: "0 6 28,29 2 *",
                calendars: "2024-02-29 yearly",
                after: "2027-12-01T00:00:00Z",
                fires: ["2028-02-28T06:00:00Z", "2029-02-28T06:00:00Z"]
            ),
            Case(
                cron: "0 6 1 * *",
                calendars: "2026-05-01~2026-05-05",
                policy: .after,
                after: "2026-04-02T00:00:00Z",
                fires: ["2026-05-06T06:00:00Z", "2026-06-01T06:00:00Z"]
            ),
            Case(
                cron: "0 6 1 * *",
                calendars: "2026-05-01~2026-05-05",
                policy: .before,
                after: "2026-04-02T00:00:00Z",
                fires: ["2026-04-30T06:00:00Z", "2026-06-01T06:00:00Z"]
            ),
            // The neighbour may be in another calendar.
            Case(
                cron: "0 6 1 * *",
                calendars: "2026-05-01|2026-05-02,2026-05-03",
                policy: .after,
                after: "2026-04-02T00:00:00Z",
                fires: ["2026-05-04T06:00:00Z"]
            ),
            // Two that end up at one time are one.
            Case(
                cron: "0 6 1,2,3 5 *",
                calendars: "2026-05-01~2026-05-02",
                policy: .after,
                after: "2026-04-02T00:00:00Z",
                fires: ["2026-05-03T06:00:00Z", "2027-05-01T06:00:00Z"]
            ),
            // Nothing free within 31 days: it does not happen.
            Case(
                cron: "0 6 1 6 *",
                calendars: "2026-05-20~2026-08-01",
                policy: .after,
                after: "2026-04-02T00:00:00Z",
                fires: ["2027-06-01T06:00:00Z"]
            ),
            // The same time of the day, over a change of summer time (Berlin, 29 March 2026).
            Case(
                cron: "0 6 28 3 *",
                calendars: "2026-03-28",
                policy: .after,
                zone: "Europe/Berlin",
                after: "2026-01-01T00:00:00Z",
                fires: ["2026-03-29T04:00:00Z", "2027-03-28T04:00:00Z"]
            ),
            // A fire on 1 January of one year moves to the year before.
            Case(
                cron: "0 6 1 1 *",
                calendars: "2020-01-01 yearly",
                policy: .before,
                after: "2026-06-01T00:00:00Z",
                fires: ["2026-12-31T06:00:00Z", "2027-12-31T06:00:00Z"]
            ),
        ]
    )
    func table(_ line: Case) throws {
        let schedule = try Self.compiled(line.cron, line.calendars, line.policy, zone: line.zone)
        let fires = schedule.fires(
            after: try Self.time(line.after),
            through: .distantFuture,
            limit: max(1, line.fires.count)
        )
        #expect(fires.map { $0.rfc3339() } == line.fires.map { $0.replacing("Z", with: ".000Z") })
    }

    @Test("Fires ascend, and none is found twice or lost, wherever a search begins")
    func consistent() throws {
        for policy in BlackoutPolicy.allCases {
            let schedule = try Self.compiled(
                "30 2 */3 * *",
                "2026-03-20~2026-04-10|2026-05-01 yearly,2026-02-15T00:00:00Z~2026-02-17T03:00:00Z",
                policy,
                zone: "Europe/Berlin"
            )
            let begin = try Self.time("2026-01-01T00:00:00Z")
            let all = schedule.fires(after: begin, through: try Self.time("2026-07-01T00:00:00Z"), limit: 1000)
            #expect(all.count > 30 && zip(all, all.dropFirst()).allSatisfy { $0 < $1 })
            for day in 0..<180 {
                let start = begin.advanced(byMilliseconds: Int64(day) * 86_400_000)
                #expect(schedule.next(after: start) == all.first { $0 > start } || start > (all.last ?? start))
            }
            for fire in all { #expect(schedule.limits?.calendars?.blackout(at: fire) == nil) }
        }
    }

    @Test("A calendar that leaves no fire ends the search, whatever becomes of what it excludes")
    func bounded() throws {
        let years = (2026...2199).map { "\($0)-01-01~\($0)-12-31" }.joined(separator: ",")
        for (cron, policy) in [
            ("* * * * * *", BlackoutPolicy.skip), ("0 0 1 1 *", .skip), ("0 3 * * *", .before), ("0 3 * * *", .after),
        ] {
            let schedule = try Self.compiled(cron, years, policy)
            let next = schedule.next(after: try Self.time("2026-06-01T00:00:00Z"))
            #expect(next == nil, "\(cron) \(policy)")
            #expect(schedule.last(before: try Self.time("2028-06-01T00:00:00Z")) == nil)
        }
        let delay = ScheduleSpec.delay(milliseconds: 1000).limited(
            ScheduleLimits(calendars: try Self.calendars("2026-01-01~2026-12-31 yearly"))
        )
        let schedule = try CompiledSchedule(delay, job: Self.job)
        #expect(schedule.delayed(after: try Self.time("2026-06-01T00:00:00Z")) == nil)
    }

    @Test("Start, end and window come first, and bound where a fire may be moved to")
    func limits() throws {
        let limits = ScheduleLimits(
            notBefore: try Self.time("2026-05-01T00:00:00Z"),
            notAfter: try Self.time("2026-06-02T00:00:00Z"),
            window: DailyWindow(from: 300, to: 420, timeZone: "UTC")
        )
        let after = try Self.compiled("0 6 1 * *", "2026-05-01,2026-06-01~2026-06-02", .after, limits: limits)
        #expect(
            after.fires(after: .distantPast, through: .distantFuture, limit: 9) == [
                try Self.time("2026-05-02T06:00:00Z")
            ]
        )
        let before = try Self.compiled("0 6 1 * *", "2026-05-01", .before, limits: limits)
        #expect(
            before.fires(after: .distantPast, through: .distantFuture, limit: 9) == [
                try Self.time("2026-06-01T06:00:00Z")
            ]
        )
    }

    @Test("A fixed delay that ends inside a calendar's times begins behind them, inside its window")
    func delays() throws {
        let limits = ScheduleLimits(
            window: DailyWindow(from: 540, to: 1020, timeZone: "UTC"),
            calendars: try Self.calendars("2026-05-01~2026-05-02,2026-05-04T09:00:00Z~2026-05-04T10:30:00Z")
        )
        let schedule = try CompiledSchedule(ScheduleSpec.delay(milliseconds: 600_000).limited(limits), job: Self.job)
        for (end, begin) in [
            ("2026-04-30T16:00:00Z", "2026-04-30T16:10:00Z"), ("2026-04-30T16:55:00Z", "2026-05-03T09:00:00Z"),
            ("2026-05-04T08:00:00Z", "2026-05-04T10:30:00Z"),
        ] {
            #expect(schedule.delayed(after: try Self.time(end)) == (try Self.time(begin)), "\(end)")
        }
    }

    @Test("What is excluded is named with the day and where it goes; explanations say the same")
    func words() throws {
        let schedule = try Self.compiled("0 6 1 * *", "2026-05-01", .after)
        let begin = try Self.time("2026-04-02T00:00:00Z")
        var budget = 1000
        let excluded = schedule.excluded(after: begin, through: .distantFuture, limit: 5, budget: &budget)
        #expect(excluded.count == 1 && excluded[0].calendar == "2026-05-01" && excluded[0].name == "2026-05-01")
        #expect(excluded[0].movedTo == (try Self.time("2026-05-02T06:00:00Z")))
        let obstacle = try #require(schedule.obstacle(at: try Self.time("2026-05-01T06:00:00Z")))
        #expect(obstacle.obstacleText.en.contains("Blackout by calendar '2026-05-01' (2026-05-01)"))
        #expect(obstacle.obstacleText.zh.contains("日历“2026-05-01”"))
        #expect(schedule.obstacle(at: try Self.time("2026-06-01T06:00:00Z")) == nil)
    }

    @Test("Two sides with other times of a calendar have other digests")
    func digests() throws {
        let from = try Self.time("2026-01-01T00:00:00Z")
        let one = PlanDigest.of(try Self.compiled("0 6 1 * *", "2026-05-01"), from: from)
        #expect(one == PlanDigest.of(try Self.compiled("0 6 1 * *", "2026-05-01"), from: from))
        #expect(one != PlanDigest.of(try Self.compiled("0 6 1 * *", "2026-06-01"), from: from))
    }

    @Test("What was written comes back, and hosts are told times without words")
    func coding() throws {
        let base = ScheduleSpec.cron(expression: "0 6 * * *", timeZone: "Asia/Shanghai", dst: .debian)
        let calendars = try Self.calendars("2026-05-01 yearly,2026-02-15T00:00:00Z~2026-02-17T03:00:00Z", .before)
        let spec = base.limited(ScheduleLimits(calendars: calendars))
        #expect(try JSONDecoder().decode(ScheduleSpec.self, from: JSONEncoder().encode(spec)) == spec)
        let told = try #require(spec.forHosts.limits?.calendars?.uses.first)
        #expect(told.revision == 0 && told.entries.map(\.name) == ["", ""])
        #expect(told.entries.map(\.time) == calendars.uses[0].entries.map(\.time))
        #expect(base.forHosts == base && spec.hasZone && spec.zoneName == "Asia/Shanghai")
    }

    @Test(
        "Spans are dates or instants, and end after they begin",
        arguments: [
            ("2026-10-01", nil, false, true), ("2026-10-01", "2026-10-01", true, true),
            ("2026-10-02", "2026-10-01", false, false), ("2026-10-01", "2028-10-01", false, false),
            ("2026-01-01", "2026-12-31", true, true), ("2024-01-01", "2024-12-31", true, false),
            ("2026-02-29", nil, false, false), ("1969-12-31", nil, false, false), ("2026-1-1", nil, false, false),
            ("2026-10-01T00:00:00Z", nil, false, false),
            ("2026-10-01T00:00:00Z", "2026-10-01T01:00:00+08:00", false, false),
            ("2026-10-01T00:00:00Z", "2026-10-01T09:00:00+08:00", false, true),
            ("2026-10-01T00:00:00Z", "2026-10-01T09:00:00+08:00", true, false),
            ("2026-10-01", "2026-10-02T00:00:00Z", false, false),
            ("", nil, false, false), ("９026-10-01", nil, false, false),
            ("0001-01-01T00:00:00Z", "2026-10-01T00:00:00Z", false, false),
        ] as [(String, String?, Bool, Bool)]
    )
    func spans(_ from: String, _ to: String?, _ yearly: Bool, _ isGood: Bool) {
        #expect((CalendarEntry.time(from: from, to: to, yearly: yearly) != nil) == isGood)
    }
}
