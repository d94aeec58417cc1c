// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Properties of fire times, on random schedules (semantics 9)")
struct CronPropertyTests {
    /// A random field: its text, and the values it stands for, worked out without the parser.
    private struct Field {
        var text: String
        var values: Set<Int>

        init(_ range: ClosedRange<Int>, star: Double, _ random: inout SeededGenerator) {
            guard Double.random(in: 0..<1, using: &random) >= star else {
                let step = Bool.random(using: &random) ? 1 : Int.random(in: 1...2 * range.count, using: &random)
                self.text = step == 1 ? "*" : "*/\(step)"
                self.values = Set(stride(from: range.lowerBound, through: range.upperBound, by: step))
                return
            }
            self.text = ""
            self.values = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let low = Int.random(in: range, using: &random)
                let high = Int.random(in: low...range.upperBound, using: &random)
                let step = Int.random(in: 1...max(1, range.count / 3), using: &random)
                let separator = self.text.isEmpty ? "" : ","
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    self.text += "\(separator)\(low)-\(high)"
                    self.values.formUnion(low...high)
                case 1:
                    self.text += "\(separator)\(low)-\(high)/\(step)"
                    self.values.formUnion(stride(from: low, through: high, by: step))
                default:
                    self.text += "\(separator)\(low)"
                    self.values.insert(low)
                }
            }
        }

        var hasStar: Bool { self.text.hasPrefix("*") }
    }

    /// A random five-field expression that can tell by itself whether a local minute matches.
    private struct Sample {
        let minute: Field
        let hour: Field
        let day: Field
        let month: Field
        let weekday: Field

        init(_ random: inout SeededGenerator) {
            self.minute = Field(0...59, star: 0.3, &random)
            self.hour = Field(0...23, star: 0.4, &random)
            self.day = Field(1...31, star: 0.7, &random)
            self.month = Field(1...12, star: 0.8, &random)
            self.weekday = Field(0...6, star: 0.7, &random)
        }

        var text: String {
            [self.minute, self.hour, self.day, self.month, self.weekday].map(\.text).joined(separator: " ")
        }

        var isFixed: Bool { !self.minute.hasStar && !self.hour.hasStar }

        /// Whether a minute matches, counted from 1970-01-01T00:00 on the local clock.
        func matches(_ local: Int) -> Bool {
            guard self.minute.values.contains(local % 60), self.hour.values.contains(local / 60 % 24) else {
                return false
            }
            let days = local / 1440
            let (_, month, day) = CivilDate.fromDays(days)
            guard self.month.values.contains(month) else { return false }
            let isDay = self.day.values.contains(day)
            let isWeekday = self.weekday.values.contains((days + 4) % 7)
            return self.day.hasStar || self.weekday.hasStar ? isDay && isWeekday : isDay || isWeekday
        }

        /// The fires in a span of UTC minutes, found by looking at every single one (rules 1 and 2).
        func scan(_ span: Range<Int>, offset: (Int) -> Int) -> [Int] {
            var fires: [Int] = []
            // The latest local minute the clock has shown; a day back is more than any clock was ever set back.
            var shown = (span.lowerBound - 1600..<span.lowerBound).map { $0 + offset($0) }.max() ?? 0
            for utc in span {
                let local = utc + offset(utc)
                if !self.isFixed {
                    if self.matches(local) { fires.append(utc) }
                    continue
                }
                if local > shown + 1, (shown + 1..<local).contains(where: self.matches) {
                    fires.append(utc)
                } else if local > shown, self.matches(local) {
                    fires.append(utc)
                }
                shown = max(shown, local)
            }
            return fires
        }
    }

    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "America/St_Johns",
        "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Beirut", "Asia/Kolkata", "Pacific/Chatham", "Atlantic/Azores",
    ]

    @Test("The fires around a change of the clock are those a scan of every minute finds", arguments: Self.zones)
    func scan(zone: String) throws {
        var random = SeededGenerator(seed: UInt64(zone.utf8.reduce(0) { $0 * 31 % 1_000_003 + Int($1) }))
        let rules = try ZoneDatabase.shared.rules(named: zone)
        let changes = rules.transitions(
            after: try instant("2000-01-01T00:00:00Z"),
            through: try instant("2024-12-31T00:00:00Z")
        )
        var compared = 0
        for _ in 0..<30 {
            let sample = Sample(&random)
            guard let schedule = try? CompiledSchedule(sample.text, zone: zone) else { continue }
            let change = changes.randomElement(using: &random).map { Int($0.at.seconds / 60) }
            let start =
                (change ?? Int.random(in: 16_000_000..<28_000_000, using: &random))
                - Int.random(in: 1..<1440, using: &random)
            let span = start + 1..<start + 1800
            let expected = sample.scan(span) { rules.offsetSeconds(at: Timestamp(seconds: Int64($0) * 60)) / 60 }
            let found = schedule.fires(
                after: Timestamp(seconds: Int64(start) * 60),
                through: Timestamp(seconds: Int64(span.upperBound - 1) * 60),
                limit: 10_000
            )
            #expect(found.map { Int($0.seconds / 60) } == expected, "\(sample.text) in \(zone) from minute \(start)")
            compared += expected.count
        }
        #expect(compared > 0)
    }

    @Test(
        "Fires strictly increase, and the fire after a second before a fire is that fire",
        arguments: DSTPolicy.allCases
    )
    func increasing(policy: DSTPolicy) throws {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<300 {
            let text = Sample(&random).text
            let zone = Self.zones.randomElement(using: &random) ?? "UTC"
            guard let schedule = try? CompiledSchedule(text, zone: zone, dst: policy) else { continue }
            var cursor = Timestamp(seconds: Int64.random(in: 0..<4_000_000_000, using: &random))
            for _ in 0..<20 {
                guard let next = schedule.next(after: cursor) else { break }
                #expect(next > cursor, "\(text) in \(zone)")
                #expect(
                    schedule.next(after: next.advanced(byMilliseconds: -1000)) == next,
                    "\(text) in \(zone) at \(next)"
                )
                // Any instant in between leads to the same fire.
                let between = Int64.random(in: cursor.milliseconds..<next.milliseconds, using: &random)
                #expect(
                    schedule.next(after: Timestamp(milliseconds: between)) == next,
                    "\(text) in \(zone) at \(between)"
                )
                cursor = next
            }
        }
    }

    @Test("No bytes make the parser, the explanations or the search fail; what is accepted prints and reads back")
    func fuzz() throws {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("0123456789*/,-?LWH#()@ \t\u{7f}é".utf8) + Array("JANDECSUNFRIeveryTZ=UTC+:.hms".utf8)
        let seeds = [
            "* * * * *", "0 0 1 1 *", "*/5 9-17 * * MON-FRI", "0 0 LW * 5L", "H H(0-7) 15W JAN 1#2", "@every 1h30m",
        ]
        var accepted = 0
        for round in 0..<6000 {
            var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
            if round % 3 == 0 {
                bytes = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let byte = alphabet.randomElement(using: &random) ?? 0
                let index = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.insert(byte, at: index)
                case 1 where index < bytes.count: bytes[index] = byte
                default: if index < bytes.count { bytes.remove(at: index) }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ScheduleError) {
                let expression = try CronExpression(parsing: text)
                accepted += 1
                #expect(!expression.describe(.zh).isEmpty && !expression.describe(.en).isEmpty)
                _ = expression.warnings()
                #expect((try? CronExpression(parsing: expression.description)) == expression, "\(text)")
                let schedule = try? CompiledSchedule(expression.canonical, zone: "Europe/Berlin")
                _ = schedule?.next(after: Timestamp(seconds: 1_800_000_000))
            } catch {
                if let position = error.position { #expect((0...text.utf8.count).contains(position), "\(text)") }
            }
        }
        #expect(accepted > 200)
    }
}
