// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Days on which clocks change")
struct ZoneChangeTests {
    @Test(
        "The change of the zone's own day is found, from its first moment to its last, and on no other day",
        arguments: [
            // Zone, an instant, and when the clocks of its day change.
            ("Europe/Berlin", "2027-03-27T22:59:59Z", nil),
            ("Europe/Berlin", "2027-03-27T23:00:00Z", "2027-03-28T01:00:00.000Z"),
            ("Europe/Berlin", "2027-03-28T21:59:59Z", "2027-03-28T01:00:00.000Z"),
            ("Europe/Berlin", "2027-03-28T22:00:00Z", nil),
            ("Europe/Berlin", "2027-10-31T00:30:00Z", "2027-10-31T01:00:00.000Z"),
            ("Australia/Lord_Howe", "2027-04-03T14:00:00Z", "2027-04-03T15:00:00.000Z"),
            // At midnight: the day before has an hour more, and a day begins.
            ("America/Santiago", "2027-04-03T20:00:00Z", "2027-04-04T03:00:00.000Z"),
            ("Asia/Shanghai", "2027-03-28T00:00:00Z", nil), ("UTC", "2027-03-28T01:00:00Z", nil),
        ] as [(String, String, String?)]
    )
    func days(zone: String, instant: String, change: String?) throws {
        let rules = try ZoneDatabase.shared.rules(named: zone)
        let found = rules.change(onDayOf: try #require(Timestamp(rfc3339: instant)))
        #expect(found.map { "\($0.at)" } == change)
    }

    @Test("A change says by how much")
    func offsets() throws {
        let rules = try ZoneDatabase.shared.rules(named: "Australia/Lord_Howe")
        let change = rules.change(onDayOf: try #require(Timestamp(rfc3339: "2027-04-03T14:00:00Z")))
        #expect(change?.before == 39_600 && change?.after == 37_800)
    }
}
