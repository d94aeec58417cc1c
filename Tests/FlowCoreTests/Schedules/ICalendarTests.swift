// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("iCalendar files (RFC 5545)")
struct ICalendarTests {
    private static func file(_ lines: String...) -> String {
        (["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1"] + lines + ["END:VEVENT", "END:VCALENDAR", ""])
            .joined(separator: "\r\n")
    }

    private static func text(_ entry: CalendarEntry) -> String {
        "\(entry.from) \(entry.to)\(entry.isYearly ? " yearly" : "") \(entry.name)"
    }

    @Test(
        "Days, spans and yearly days are read",
        arguments: [
            (file("DTSTART;VALUE=DATE:20261001", "SUMMARY:National Day"), ["2026-10-01 2026-10-01 National Day"]),
            // The end is excluded.
            (
                file("DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261008", "SUMMARY:国庆节"),
                ["2026-10-01 2026-10-07 国庆节"]
            ),
            (file("DTSTART:20261001"), ["2026-10-01 2026-10-01 -"]),
            (
                file("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY", "SUMMARY:New\\, Year"),
                ["2026-01-01 2026-01-01 yearly New, Year"]
            ),
            (
                file("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;INTERVAL=1", "SUMMARY:a"),
                ["2026-01-01 2026-01-01 yearly a"]
            ),
            (
                file("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY;COUNT=5", "SUMMARY:a"),
                ["2024-02-29 2024-02-29 a", "2028-02-29 2028-02-29 a"]
            ),
            (
                file("DTSTART;VALUE=DATE:20260501", "RRULE:FREQ=YEARLY;UNTIL=20280430", "SUMMARY:a"),
                ["2026-05-01 2026-05-01 a", "2027-05-01 2027-05-01 a"]
            ),
            (
                file("DTSTART:20261224T220000Z", "DTEND:20261225T040000Z", "SUMMARY:Night"),
                ["2026-12-24T22:00:00.000Z 2026-12-25T04:00:00.000Z Night"]
            ),
            (
                file(
                    "DTSTART;TZID=\"Asia/Shanghai\":20261224T220000",
                    "DTEND;TZID=Asia/Shanghai:20261225T040000",
                    "SUMMARY:Night"
                ),
                ["2026-12-24T14:00:00.000Z 2026-12-24T20:00:00.000Z Night"]
            ),
            // Folded lines, alarms and cancelled events.
            (file("DTSTART;VALUE=DATE:2026", " 1001", "SUMMARY:Nat", "\tional"), ["2026-10-01 2026-10-01 National"]),
            (
                file(
                    "DTSTART:20261001",
                    "BEGIN:VALARM",
                    "DTSTART:nonsense",
                    "DURATION:PT5M",
                    "END:VALARM",
                    "SUMMARY:a"
                ),
                ["2026-10-01 2026-10-01 a"]
            ),
            (file("DTSTART:20261001", "STATUS:CANCELLED"), []),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR", []), ("\u{FEFF}BEGIN:VCALENDAR\nEND:VCALENDAR", []),
        ]
    )
    func reads(_ file: String, _ entries: [String]) {
        let calendar = ICalendar(file)
        #expect(calendar.faults.isEmpty && calendar.entries.map(Self.text) == entries)
    }

    @Test(
        "What says more than that is refused with its line",
        arguments: [
            (file("DTSTART:20261001", "RRULE:FREQ=WEEKLY"), 6, "FREQ=WEEKLY"),
            (file("DTSTART:20261126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), 6, "BYDAY=4TH"),
            (file("DTSTART:20261001", "RRULE:FREQ=YEARLY;INTERVAL=2"), 6, "INTERVAL=2"),
            (file("DTSTART:20261001", "RRULE:COUNT=2"), 6, "FREQ=YEARLY"),
            (file("DTSTART:20261001", "RRULE:FREQ=YEARLY;COUNT=0"), 6, "1 to 200"),
            (file("DTSTART:20261001", "RRULE:FREQ=YEARLY;UNTIL=20250101"), 6, "UNTIL"),
            (file("DTSTART:20261001", "EXDATE:20271001"), 6, "EXDATE"),
            (file("DTSTART:20261001T100000Z", "DURATION:PT1H"), 6, "DTEND"),
            (file("DTSTART:20261001T100000", "DTEND:20261001T110000"), 5, "zone"),
            (file("DTSTART;TZID=Mars/Olympus:20261001T100000", "DTEND:20261001T110000Z"), 5, "Mars/Olympus"),
            (file("DTSTART:20261001T100000Z", "DTEND:20261001T090000Z"), 3, "not after"),
            (file("DTSTART:20261001T100000Z"), 3, "DTEND"), (file("SUMMARY:a"), 3, "DTSTART"),
            (file("DTSTART:20261301"), 5, "20261301"), (file("DTSTART:20261001T250000Z"), 5, "no date"),
            (file("DTSTART:20260101", "DTEND:20280101"), 3, "366 days"),
            (file("DTSTART:20261001T100000Z", "DTEND:20261001T110000Z", "RRULE:FREQ=YEARLY"), 7, "whole days"),
            (file("no line at all"), 5, "NAME:value"), ("", 1, "BEGIN:VCALENDAR"), ("x:y", 1, "BEGIN:VCALENDAR"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261001", 2, "cut off"),
            ("BEGIN:VCALENDAR\nEND:VEVENT", 2, "BEGIN"),
        ]
    )
    func refuses(_ file: String, _ line: Int, _ words: String) throws {
        let calendar = ICalendar(file)
        #expect(calendar.faults.count == 1 && calendar.entries.isEmpty)
        let fault = try #require(calendar.faults.first)
        #expect(fault.line == line && fault.message.contains(words), "\(fault)")
    }

    @Test("Files are bounded in what is taken and in what is told of them")
    func bounds() {
        let event = "BEGIN:VEVENT\nDTSTART:20261001\nEND:VEVENT\n"
        let long = ICalendar("BEGIN:VCALENDAR\n" + String(repeating: event, count: 501) + "END:VCALENDAR")
        #expect(long.entries.count == 500 && long.faults.count == 1)
        let wrong = ICalendar("BEGIN:VCALENDAR\n" + String(repeating: "nonsense\n", count: 1000))
        #expect(wrong.faults.count == ICalendar.faultLimit)
    }
}
