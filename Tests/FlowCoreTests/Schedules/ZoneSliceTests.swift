// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

// One after the other: together they would take the threads that all tests share.
@Suite("Zone rules that travel (R12)", .serialized)
struct ZoneSliceTests {
    private static let zones = [
        "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "America/Santiago",
        "Africa/Cairo", "Africa/Casablanca", "Antarctica/Troll", "Asia/Beirut", "Asia/Shanghai", "Asia/Kathmandu",
        "Pacific/Chatham", "America/Asuncion", "Asia/Gaza", "America/Havana", "Europe/Dublin",
    ]

    /// Names of the files in the zone directory, those with leap seconds and the copies apart.
    private static func allNames() throws -> [String] {
        let directory = try #require(ZoneDatabase.shared.directory)
        let found = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return found.filter { name in
            name.first?.isUppercase == true && ZoneDatabase.isWellFormed(name)
                && (try? ZoneDatabase.shared.rules(named: name)) != nil
        }
    }

    @Test("The zones of this host come out of their slices as they went in, from 2020 to the end of all schedules")
    func everyZone() throws {
        let names = try Self.allNames().sorted()
        #expect(names.count > 300)
        // A fifth of them, spread over all regions: that is enough, and quick.
        for name in stride(from: 0, to: names.count, by: 5).map({ names[$0] }) {
            let zone = try ZoneDatabase.shared.rules(named: name)
            let slice = ZoneSlice(zone)
            let again = ZoneRules(slice)
            #expect(zone.agrees(with: again, from: ZoneSlice.start, through: .distantFuture), "\(name)")
            #expect(ZoneSlice(again) == slice, "\(name)")
            let received = ZoneSlice(
                name: slice.name,
                initialOffset: slice.initialOffset,
                changes: slice.changes,
                rule: slice.rule
            )
            #expect(received == slice, "\(name)")
            // Only a zone whose changes were laid down one by one has many.
            #expect(slice.changes.count < 250, "\(name)")
        }
    }

    @Test("Fires by a slice are those by the zone itself", arguments: Self.zones)
    func sameFires(name: String) throws {
        let zone = try ZoneDatabase.shared.rules(named: name)
        let book = ZoneBook(host: NoZones(), slices: [ZoneSlice(zone)])
        var random = SeededGenerator(seed: 12)
        var starts = zone.transitions(after: ZoneSlice.start, through: Timestamp(seconds: 2_200_000_000))
            .map { $0.at.advanced(byMilliseconds: -90_000_000) }
        starts.shuffle(using: &random)
        starts = Array(starts.prefix(5)) + [Timestamp(seconds: 4_000_000_000)]
        for text in [
            "30 2 * * *", "0 0 * * *", "*/7 * * * *", "15 */3 * * *", "0 3 * * SUN", "H H * * *", "*/20 0-4 * * * *",
            "0 1,2,3 * 3,4,9-11 *",
        ] {
            for dst in [DSTPolicy.debian, .both] {
                let spec = ScheduleSpec.cron(expression: text, timeZone: name, dst: dst)
                let mine = try CompiledSchedule(spec, job: sampleJob)
                let theirs = try CompiledSchedule(spec, job: sampleJob, zones: book)
                for start in starts {
                    let expected = mine.fires(after: start, through: .distantFuture, limit: 10)
                    #expect(
                        theirs.fires(after: start, through: .distantFuture, limit: 10) == expected,
                        "\(text) \(start)"
                    )
                }
                #expect(PlanDigest.of(mine, from: starts[0]) == PlanDigest.of(theirs, from: starts[0]))
            }
        }
    }

    @Test("A zone with a rule is the rule; one that never changes is its offset")
    func small() throws {
        let berlin = ZoneSlice(try ZoneDatabase.shared.rules(named: "Europe/Berlin"))
        #expect(berlin.changes.isEmpty && berlin.rule == "CET-1CEST,M3.5.0,M10.5.0/3" && berlin.initialOffset == 3600)
        let shanghai = ZoneSlice(try ZoneDatabase.shared.rules(named: "Asia/Shanghai"))
        #expect(shanghai.isSteady && shanghai.initialOffset == 28_800)
        #expect(!berlin.isSteady)
    }

    @Test("A zone that leaves one of its rule's changes out is still right")
    func leavesOneOut() throws {
        let whole = try ZoneDatabase.shared.rules(named: "Europe/Berlin")
        var transitions = whole.transitions(after: ZoneSlice.start, through: .distantFuture)
            .map { (start: $0.at.seconds, offset: $0.offsetSeconds) }
        // No summer time in 2031.
        transitions.removeAll { (1_924_000_000...1_957_000_000).contains($0.start) }
        let zone = ZoneRules(name: "x", initial: 3600, transitions: transitions, rule: whole.rule)
        let slice = ZoneSlice(zone)
        #expect(slice.rule == whole.rule)
        #expect(zone.agrees(with: ZoneRules(slice), from: ZoneSlice.start, through: .distantFuture))
        #expect(!zone.agrees(with: whole, from: ZoneSlice.start, through: .distantFuture))
    }

    @Test("Which zone a schedule needs rules of")
    func zoneNames() {
        func name(_ text: String, _ zone: String) -> String? {
            ScheduleSpec.cron(expression: text, timeZone: zone, dst: .debian).zoneName
        }
        #expect(name("0 * * * *", "Europe/Berlin") == "Europe/Berlin")
        #expect(name("CRON_TZ=Asia/Gaza 0 * * * *", "Europe/Berlin") == "Asia/Gaza")
        #expect(name("TZ=UTC 0 * * * *", "Europe/Berlin") == nil)
        #expect(name("0 * * * *", "+08:00") == nil && name("0 * * * *", "UTC") == nil)
        #expect(ScheduleSpec.manual.zoneName == nil)
    }

    @Test("A book goes by the server's rules, and knows where the host's own are others")
    func book() throws {
        let berlin = ZoneSlice(try ZoneDatabase.shared.rules(named: "Europe/Berlin"))
        var book = ZoneBook(host: ZoneDatabase.shared, slices: [berlin])
        #expect(!book.isForeign("Europe/Berlin"))
        let changed = try #require(
            ZoneSlice(name: "Europe/Berlin", initialOffset: 3600, changes: [], rule: "CET-1CEST,M4.1.0,M10.5.0/3")
        )
        book.take([changed])
        #expect(book.isForeign("Europe/Berlin"))
        #expect(try book.rules(named: "Europe/Berlin").rule == changed.rule)
        #expect(try book.rules(named: "Asia/Shanghai").name == "Asia/Shanghai", "what was not sent is the host's")
        book.replace(by: [])
        #expect(!book.isForeign("Europe/Berlin") && book.slice(named: "Europe/Berlin") == nil)
        #expect(ZoneBook(host: NoZones(), slices: [berlin]).isForeign("Europe/Berlin"))
    }

    @Test("A plan's digest tells other rules and another arithmetic apart, and is worked out once")
    func digests() throws {
        let berlin = try ZoneDatabase.shared.rules(named: "Europe/Berlin")
        let schedule = try CompiledSchedule("30 2 * * *", zone: "Europe/Berlin")
        let start = PlanDigest.reference(at: Timestamp(seconds: 1_767_225_600))
        #expect(start <= Timestamp(seconds: 1_767_225_600))
        #expect(PlanDigest.of(schedule, from: start) != PlanDigest.of(schedule, from: start, revision: 2))
        let other = try CompiledSchedule("30 2 * * *", zone: "Europe/Athens")
        #expect(PlanDigest.of(schedule, from: start) != PlanDigest.of(other, from: start))
        let slice = ZoneSlice(berlin)
        #expect(RulesDigest.of([slice]) != RulesDigest.of([slice], revision: 2))
        #expect(RulesDigest.of([slice]) != RulesDigest.of([]))
    }
}

/// A host without any zone.
struct NoZones: ZoneSource {
    func rules(named name: String) throws(ScheduleError) -> ZoneRules {
        throw ScheduleError(.unknownZone, "'\(name)' is not a time zone of this host")
    }
}
