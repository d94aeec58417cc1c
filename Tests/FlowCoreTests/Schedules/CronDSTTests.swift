// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// One row: after a time in a zone, the expression fires at these local times.
struct DSTCase: Sendable, CustomTestStringConvertible {
    let zone: String
    let expression: String
    let start: String
    let fires: [String]
    let policy: DSTPolicy

    init(_ zone: String, _ expression: String, after start: String, _ policy: DSTPolicy = .debian, _ fires: String...) {
        self.zone = zone
        self.expression = expression
        self.start = start
        self.fires = fires
        self.policy = policy
    }

    var testDescription: String { "\(self.expression) in \(self.zone) after \(self.start), \(self.policy.rawValue)" }
}

@Suite("Fire times where clocks change (semantics 8, DST rule)")
struct CronDSTTests {
    @Test(
        "An expression fires at the times worked out by hand",
        arguments: Self.gaps + Self.overlaps + Self.wild + Self.policies + Self.odd
    )
    func fires(_ row: DSTCase) throws {
        let schedule = try CompiledSchedule(row.expression, zone: row.zone, dst: row.policy)
        #expect(schedule.texts(after: try instant(row.start), count: row.fires.count) == row.fires)
    }

    // Berlin: 2026-03-29 02:00 +01 becomes 03:00 +02; 2026-10-25 03:00 +02 becomes 02:00 +01.
    // New York: 2026-03-08 02:00 -05 becomes 03:00 -04; 2026-11-01 02:00 -04 becomes 01:00 -05.

    /// Rule 2: a removed fixed time fires once at the first instant after the gap.
    static let gaps: [DSTCase] = [
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-28T00:00:00+01:00",
            .debian,
            "2026-03-28T02:30:00+01:00",
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 3 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T03:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "59 1 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T01:59:00+01:00",
            "2026-03-30T01:59:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,15,30,45 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:00:00+02:00",
            "2026-03-30T02:15:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 2,3 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T03:30:00+02:00",
            "2026-03-30T02:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2,3 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T03:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 29 3 *",
            after: "2026-01-01T00:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2027-03-29T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * 0",
            after: "2026-03-23T00:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-04-05T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-29T01:59:59+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-29T03:00:00+02:00",
            .debian,
            "2026-03-30T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-29T03:10:00+02:00",
            .debian,
            "2026-03-30T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "15 30 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:30:15+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 0 2 29 3 ? 2026",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2026-03-29T03:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "CRON_TZ=America/New_York 30 2 * * *",
            after: "2026-03-07T12:00:00-05:00",
            .debian,
            "2026-03-08T03:00:00-04:00"
        ),
        DSTCase(
            "America/New_York",
            "30 2 * * *",
            after: "2026-03-07T12:00:00-05:00",
            .debian,
            "2026-03-08T03:00:00-04:00",
            "2026-03-09T02:30:00-04:00"
        ),
        DSTCase(
            "America/New_York",
            "15 1-3 8 3 *",
            after: "2026-03-07T12:00:00-05:00",
            .debian,
            "2026-03-08T01:15:00-05:00",
            "2026-03-08T03:00:00-04:00",
            "2026-03-08T03:15:00-04:00"
        ),
        // Midnight itself is removed: Santiago on 2025-09-07, Havana on 2026-03-08, Beirut on 2026-03-29, Cairo on 2026-04-24.
        DSTCase(
            "America/Santiago",
            "0 0 * * *",
            after: "2025-09-06T12:00:00-04:00",
            .debian,
            "2025-09-07T01:00:00-03:00",
            "2025-09-08T00:00:00-03:00"
        ),
        DSTCase(
            "America/Santiago",
            "0 0 7 9 *",
            after: "2025-09-06T12:00:00-04:00",
            .debian,
            "2025-09-07T01:00:00-03:00",
            "2026-09-07T00:00:00-03:00"
        ),
        DSTCase("America/Santiago", "@daily", after: "2025-09-06T12:00:00-04:00", .debian, "2025-09-07T01:00:00-03:00"),
        DSTCase(
            "America/Havana",
            "0 0 * * 0",
            after: "2026-03-02T12:00:00-05:00",
            .debian,
            "2026-03-08T01:00:00-04:00",
            "2026-03-15T00:00:00-04:00"
        ),
        DSTCase(
            "Asia/Beirut",
            "59 0 29 * *",
            after: "2026-03-20T12:00:00+02:00",
            .debian,
            "2026-03-29T01:00:00+03:00",
            "2026-04-29T00:59:00+03:00"
        ),
        DSTCase(
            "Africa/Cairo",
            "30 0 * * 5",
            after: "2026-04-20T12:00:00+02:00",
            .debian,
            "2026-04-24T01:00:00+03:00",
            "2026-05-01T00:30:00+03:00"
        ),
    ]

    /// Rule 2: a repeated fixed time fires the first time only.
    static let overlaps: [DSTCase] = [
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T02:30:00+02:00",
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T02:00:00+02:00",
            "2026-10-26T02:00:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 3 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T03:00:00+01:00",
            "2026-10-26T03:00:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 1-3 25 10 *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T01:00:00+02:00",
            "2026-10-25T01:30:00+02:00",
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T03:00:00+01:00",
            "2026-10-25T03:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-25T02:30:00+02:00",
            .debian,
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-25T02:10:00+01:00",
            .debian,
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-25T02:59:59+02:00",
            .debian,
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2,3 * * *",
            after: "2026-10-25T02:00:00+01:00",
            .debian,
            "2026-10-25T03:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 30 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T02:30:30+02:00",
            "2026-10-26T02:30:30+01:00"
        ),
        DSTCase(
            "America/New_York",
            "30 1 * * *",
            after: "2026-10-31T12:00:00-04:00",
            .debian,
            "2026-11-01T01:30:00-04:00",
            "2026-11-02T01:30:00-05:00"
        ),
        DSTCase(
            "America/New_York",
            "0 1,2 1 11 *",
            after: "2026-10-31T12:00:00-04:00",
            .debian,
            "2026-11-01T01:00:00-04:00",
            "2026-11-01T02:00:00-05:00"
        ),
        DSTCase(
            "America/Havana",
            "30 0 * * *",
            after: "2026-10-31T12:00:00-04:00",
            .debian,
            "2026-11-01T00:30:00-04:00",
            "2026-11-02T00:30:00-05:00"
        ),
        // Santiago repeats the last hour of 2026-04-04, Cairo that of 2026-10-29.
        DSTCase(
            "America/Santiago",
            "30 23 * * *",
            after: "2026-04-04T12:00:00-03:00",
            .debian,
            "2026-04-04T23:30:00-03:00",
            "2026-04-05T23:30:00-04:00"
        ),
        DSTCase(
            "America/Santiago",
            "0 0 * * *",
            after: "2026-04-04T12:00:00-03:00",
            .debian,
            "2026-04-05T00:00:00-04:00",
            "2026-04-06T00:00:00-04:00"
        ),
        DSTCase(
            "Africa/Cairo",
            "30 23 * * 4",
            after: "2026-10-29T12:00:00+03:00",
            .debian,
            "2026-10-29T23:30:00+03:00",
            "2026-11-05T23:30:00+02:00"
        ),
    ]

    /// Rule 1: schedules with a star run on the clock as it goes.
    static let wild: [DSTCase] = [
        DSTCase(
            "Europe/Berlin",
            "*/30 * * * *",
            after: "2026-03-29T01:15:00+01:00",
            .debian,
            "2026-03-29T01:30:00+01:00",
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T03:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "* 2 * * *",
            after: "2026-03-28T02:58:00+01:00",
            .debian,
            "2026-03-28T02:59:00+01:00",
            "2026-03-30T02:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "*/20 2 29 3 *",
            after: "2026-03-01T00:00:00+01:00",
            .debian,
            "2027-03-29T02:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 * * * *",
            after: "2026-03-29T01:15:00+01:00",
            .debian,
            "2026-03-29T01:30:00+01:00",
            "2026-03-29T03:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 */2 * * *",
            after: "2026-03-29T00:30:00+01:00",
            .debian,
            "2026-03-29T04:00:00+02:00",
            "2026-03-29T06:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "*/30 * * * *",
            after: "2026-10-25T01:45:00+02:00",
            .debian,
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T03:00:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "*/30 2 * * *",
            after: "2026-10-25T01:45:00+02:00",
            .debian,
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-26T02:00:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0 * * * *",
            after: "2026-10-25T01:45:00+02:00",
            .debian,
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T03:00:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 * * * *",
            after: "2026-10-25T02:30:00+02:00",
            .debian,
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T03:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 0 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .debian,
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T02:00:30+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T02:00:30+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 0 2 29 3 *",
            after: "2026-03-28T12:00:00+01:00",
            .debian,
            "2027-03-29T02:00:00+02:00"
        ),
        DSTCase(
            "America/New_York",
            "@hourly",
            after: "2026-11-01T00:30:00-04:00",
            .debian,
            "2026-11-01T01:00:00-04:00",
            "2026-11-01T01:00:00-05:00",
            "2026-11-01T02:00:00-05:00"
        ),
        DSTCase(
            "Asia/Beirut",
            "*/20 0 * * *",
            after: "2026-03-28T12:00:00+02:00",
            .debian,
            "2026-03-30T00:00:00+03:00"
        ),
        DSTCase(
            "America/Santiago",
            "*/30 23 * * *",
            after: "2026-04-04T12:00:00-03:00",
            .debian,
            "2026-04-04T23:00:00-03:00",
            "2026-04-04T23:30:00-03:00",
            "2026-04-04T23:00:00-04:00",
            "2026-04-04T23:30:00-04:00",
            "2026-04-05T23:00:00-04:00"
        ),
        // St. John's went back over midnight until 2011: 2010-11-07 00:01 became 2010-11-06 23:01.
        DSTCase(
            "America/St_Johns",
            "*/30 23 * * *",
            after: "2010-11-06T22:00:00-02:30",
            .debian,
            "2010-11-06T23:00:00-02:30",
            "2010-11-06T23:30:00-02:30",
            "2010-11-06T23:30:00-03:30",
            "2010-11-07T23:00:00-03:30"
        ),
        DSTCase(
            "America/St_Johns",
            "0 * * * *",
            after: "2010-11-06T23:30:00-02:30",
            .debian,
            "2010-11-07T00:00:00-02:30",
            "2010-11-07T00:00:00-03:30",
            "2010-11-07T01:00:00-03:30"
        ),
    ]

    /// Rule 4: the option changes fixed times only.
    static let policies: [DSTCase] = [
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .skip,
            "2026-03-30T02:30:00+02:00",
            "2026-03-31T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "30 2,3 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .skip,
            "2026-03-29T03:30:00+02:00",
            "2026-03-30T02:30:00+02:00"
        ),
        DSTCase("Europe/Berlin", "0 3 * * *", after: "2026-03-28T12:00:00+01:00", .skip, "2026-03-29T03:00:00+02:00"),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .skip,
            "2026-10-25T02:30:00+02:00",
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase("Europe/Berlin", "30 2 29 3 *", after: "2026-03-28T12:00:00+01:00", .skip, "2027-03-29T02:30:00+02:00"),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .both,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:30:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 2 * * *",
            after: "2026-03-28T12:00:00+01:00",
            .both,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T02:00:00+02:00"
        ),
        DSTCase("Europe/Berlin", "30 2 * * *", after: "2026-03-29T01:59:59+01:00", .both, "2026-03-29T03:00:00+02:00"),
        DSTCase("Europe/Berlin", "30 2 * * *", after: "2026-03-29T03:00:00+02:00", .both, "2026-03-30T02:30:00+02:00"),
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2026-10-24T12:00:00+02:00",
            .both,
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-26T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "0,30 2 * * *",
            after: "2026-10-25T02:00:00+02:00",
            .both,
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:00:00+01:00",
            "2026-10-25T02:30:00+01:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "*/30 * * * *",
            after: "2026-03-29T01:15:00+01:00",
            .skip,
            "2026-03-29T01:30:00+01:00",
            "2026-03-29T03:00:00+02:00"
        ),
        DSTCase(
            "Europe/Berlin",
            "* 2 * * *",
            after: "2026-03-28T02:58:00+01:00",
            .both,
            "2026-03-28T02:59:00+01:00",
            "2026-03-30T02:00:00+02:00"
        ),
        DSTCase(
            "America/Santiago",
            "0 0 * * *",
            after: "2025-09-06T12:00:00-04:00",
            .skip,
            "2025-09-08T00:00:00-03:00"
        ),
        DSTCase(
            "America/Santiago",
            "0 0 * * *",
            after: "2025-09-06T12:00:00-04:00",
            .both,
            "2025-09-07T01:00:00-03:00",
            "2025-09-08T00:00:00-03:00"
        ),
    ]

    /// Clocks that change by something else than an hour.
    static let odd: [DSTCase] = [
        // Lord Howe: half an hour, at 02:00.
        DSTCase(
            "Australia/Lord_Howe",
            "15 2 * * *",
            after: "2025-10-04T12:00:00+10:30",
            .debian,
            "2025-10-05T02:30:00+11:00",
            "2025-10-06T02:15:00+11:00"
        ),
        DSTCase(
            "Australia/Lord_Howe",
            "45 1 * * *",
            after: "2026-04-04T12:00:00+11:00",
            .debian,
            "2026-04-05T01:45:00+11:00",
            "2026-04-06T01:45:00+10:30"
        ),
        DSTCase(
            "Australia/Lord_Howe",
            "*/15 * * * *",
            after: "2026-04-05T01:30:00+11:00",
            .debian,
            "2026-04-05T01:45:00+11:00",
            "2026-04-05T01:30:00+10:30",
            "2026-04-05T01:45:00+10:30",
            "2026-04-05T02:00:00+10:30"
        ),
        DSTCase(
            "Australia/Lord_Howe",
            "0 * * * *",
            after: "2025-10-05T01:30:00+10:30",
            .debian,
            "2025-10-05T03:00:00+11:00"
        ),
        // Troll: two hours.
        DSTCase(
            "Antarctica/Troll",
            "30 1,2 * * *",
            after: "2026-03-28T12:00:00+00:00",
            .debian,
            "2026-03-29T03:00:00+02:00",
            "2026-03-30T01:30:00+02:00"
        ),
        DSTCase(
            "Antarctica/Troll",
            "0 * * * *",
            after: "2026-10-25T00:30:00+02:00",
            .debian,
            "2026-10-25T01:00:00+02:00",
            "2026-10-25T02:00:00+02:00",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z"
        ),
        // Apia left out 2011-12-30 altogether.
        DSTCase(
            "Pacific/Apia",
            "0 12 * * *",
            after: "2011-12-29T11:00:00-10:00",
            .debian,
            "2011-12-29T12:00:00-10:00",
            "2011-12-31T00:00:00+14:00",
            "2011-12-31T12:00:00+14:00"
        ),
        DSTCase(
            "Pacific/Apia",
            "0 12 * * *",
            after: "2011-12-29T11:00:00-10:00",
            .skip,
            "2011-12-29T12:00:00-10:00",
            "2011-12-31T12:00:00+14:00"
        ),
        DSTCase("Pacific/Apia", "0 * 30 * *", after: "2011-12-29T11:00:00-10:00", .debian, "2012-01-30T00:00:00+14:00"),
        // Pyongyang moved by half an hour and back: not summer time, but the same rule.
        DSTCase(
            "Asia/Pyongyang",
            "45 23 4 5 *",
            after: "2018-05-01T00:00:00+08:30",
            .debian,
            "2018-05-05T00:00:00+09:00"
        ),
        // Casablanca goes back for Ramadan and forward after it.
        DSTCase(
            "Africa/Casablanca",
            "30 2 * * *",
            after: "2026-02-14T12:00:00+01:00",
            .debian,
            "2026-02-15T02:30:00+01:00",
            "2026-02-16T02:30:00Z"
        ),
        DSTCase(
            "Africa/Casablanca",
            "30 2 * * *",
            after: "2026-03-21T12:00:00Z",
            .debian,
            "2026-03-22T03:00:00+01:00",
            "2026-03-23T02:30:00+01:00"
        ),
        // Rules at the end of the zone file reach to 2199.
        DSTCase(
            "Europe/Berlin",
            "30 2 * * *",
            after: "2099-03-28T12:00:00+01:00",
            .debian,
            "2099-03-29T03:00:00+02:00",
            "2099-03-30T02:30:00+02:00"
        ),
        DSTCase(
            "America/New_York",
            "30 1 * * *",
            after: "2150-10-31T12:00:00-04:00",
            .debian,
            "2150-11-01T01:30:00-04:00",
            "2150-11-02T01:30:00-05:00"
        ),
        DSTCase(
            "Australia/Sydney",
            "30 2 * * *",
            after: "2026-10-03T12:00:00+10:00",
            .debian,
            "2026-10-04T03:00:00+11:00",
            "2026-10-05T02:30:00+11:00"
        ),
    ]
}
