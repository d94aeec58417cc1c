// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Zone files and their rules (RFC 9636)")
struct ZoneRulesTests {
    @Test(
        "The rule at the end of a file gives the changes of each year",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200, "2026-10-25T01:00:00Z", 3600),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400, "2026-11-01T06:00:00Z", -18_000),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-04T15:00:00Z", 37_800, "2026-10-03T15:30:00Z", 39_600),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 3600, "2026-10-25T01:00:00Z", 0),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600, "2026-10-25T01:00:00Z", -7200),
            ("EET-2EEST,M4.5.5/0,M10.5.4/24", "2026-04-23T22:00:00Z", 10_800, "2026-10-29T21:00:00Z", 7200),
            ("AAA0BBB,J60,J305", "2024-03-01T02:00:00Z", 3600, "2024-11-01T01:00:00Z", 0),
            ("AAA0BBB,59,304/2:30", "2024-02-29T02:00:00Z", 3600, "2024-10-31T01:30:00Z", 0),
        ]
    )
    func footer(text: String, first: String, firstOffset: Int, second: String, secondOffset: Int) throws {
        let rule = try #require(PosixZone(ArraySlice(text.utf8)))
        let year = first.prefix(4)
        let start = try instant("\(year)-01-01T00:00:00Z").seconds
        let changes = rule.transitions(after: start, through: Int(year) ?? 0).prefix(2)
        #expect(changes.map(\.start) == [try instant(first).seconds, try instant(second).seconds])
        #expect(changes.map(\.offset) == [firstOffset, secondOffset])
    }

    @Test(
        "Text that is no rule is refused",
        arguments: [
            "", "CET", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0", "<+03-3", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,J0,J5", "5",
        ]
    )
    func badFooter(text: String) {
        #expect(PosixZone(ArraySlice(text.utf8)) == nil)
    }

    @Test("Summer time all year long has no changes but the first")
    func allYear() throws {
        let rule = try #require(PosixZone(ArraySlice("XXX3EDT4,0/0,J365/23".utf8)))
        let zone = ZoneRules(name: "x", initial: -10_800, transitions: rule.transitions(after: 0, through: 2030))
        #expect(zone.offsetSeconds(at: try instant("2026-01-01T00:00:00Z")) == -14_400)
        #expect(zone.offsetSeconds(at: try instant("2026-12-31T23:59:59Z")) == -14_400)
        #expect(zone.starts.count <= 3)
    }

    @Test("Every offset of a zone is found, at, before and after each change")
    func lookup() throws {
        let transitions: [(start: Int64, offset: Int)] = [
            (-100, 60), (5, 120), (6, 0), (40_000_000, 3600), (6_000_000_000, 7200),
        ]
        let zone = ZoneRules(name: "x", initial: 30, transitions: transitions)
        #expect(zone.offsetSeconds(at: Timestamp(milliseconds: .min)) == 30)
        #expect(zone.offsetSeconds(at: Timestamp(milliseconds: .max)) == 7200)
        var before = 30
        for transition in transitions {
            #expect(zone.offsetSeconds(at: Timestamp(seconds: transition.start - 1)) == before)
            #expect(zone.offsetSeconds(at: Timestamp(seconds: transition.start)) == transition.offset)
            before = transition.offset
        }
    }

    @Test(
        "Our reading of the zone files agrees with Foundation's",
        arguments: [
            "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu",
            "America/Sao_Paulo",
        ]
    )
    func foundation(name: String) throws {
        let zone = try ZoneDatabase.shared.rules(named: name)
        let other = try #require(TimeZone(identifier: name))
        // Until the end of 2024 both have the same data, whichever release it is.
        for day in 365..<20_000 {
            let second = Int64(day) * 86_400 + 3_601
            let date = Date(timeIntervalSince1970: Double(second))
            try #require(
                zone.offsetSeconds(at: Timestamp(seconds: second)) == other.secondsFromGMT(for: date),
                "\(name) at \(date)"
            )
        }
    }

    @Test("A host without zone files has the zones of Foundation")
    func withoutFiles() throws {
        let zone = try ZoneDatabase(directory: nil).rules(named: "Europe/Berlin")
        #expect(zone.offsetSeconds(at: try instant("2024-07-01T00:00:00Z")) == 7200)
        #expect(zone.offsetSeconds(at: try instant("2024-01-01T00:00:00Z")) == 3600)
        #expect(throws: ScheduleError.self) { try ZoneDatabase(directory: nil).rules(named: "Mars/Olympus") }
    }

    @Test("A damaged zone file is refused and never read beyond its end")
    func damaged() throws {
        let directory = try #require(ZoneDatabase.shared.directory)
        let file = Array(try #require(FileManager.default.contents(atPath: directory + "/Europe/Berlin")))
        #expect(TZifFile.parse(file, name: "x") != nil)
        #expect(TZifFile.parse([], name: "x") == nil)
        for length in stride(from: 0, to: file.count, by: 7) {
            _ = TZifFile.parse(Array(file.prefix(length)), name: "x")
        }
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            var bytes = file
            bytes[Int.random(in: 0..<min(200, bytes.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = TZifFile.parse(bytes, name: "x")
        }
    }
}
