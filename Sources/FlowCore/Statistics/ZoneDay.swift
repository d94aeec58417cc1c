// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Days on the clocks of a zone, written `2026-11-21`.
package enum ZoneDay {
    private static let secondsOfDay: Int64 = 86_400

    /// The day on which an instant falls.
    package static func text(of instant: Timestamp, in zone: ZoneRules) -> String {
        let date = CivilDate.fromDays(Int(self.local(instant, zone).flooredDivision(by: self.secondsOfDay)))
        return self.padded(date.year, to: 4) + "-" + self.padded(date.month, to: 2) + "-" + self.padded(date.day, to: 2)
    }

    /// The hour that clocks show, 0 to 23.
    package static func hour(of instant: Timestamp, in zone: ZoneRules) -> Int {
        Int(self.local(instant, zone).flooredRemainder(by: self.secondsOfDay) / 3600)
    }

    /// From the day's first instant to the next day's.
    ///
    /// - Returns: nil when the text is no day of the years 1970 to 9998, or one that the zone left out.
    package static func span(of text: String, in zone: ZoneRules) -> Range<Timestamp>? {
        guard let day = self.number(of: text), let start = self.start(of: day, in: zone) else { return nil }
        // A zone that crossed the date line has no such next day, but one after it.
        let next = (1...2).lazy.compactMap { self.start(of: day + $0, in: zone) }.first
        return next.map { start..<max(start, $0) }
    }

    /// Days since the epoch.
    private static func number(of text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy({ bytes[$0] >= 0x30 && bytes[$0] <= 0x39 })
        else { return nil }
        let digits = bytes.map { Int($0) - 0x30 }
        let year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        let month = digits[5] * 10 + digits[6]
        let day = digits[8] * 10 + digits[9]
        guard (1970...9998).contains(year), (1...12).contains(month),
            (1...CivilDate.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        return CivilDate.days(year: year, month: month, day: day)
    }

    /// The first instant at which clocks show the day; not always midnight, because some zones change their clocks then.
    static func start(of day: Int, in zone: ZoneRules) -> Timestamp? {
        let midnight = Int64(day) * self.secondsOfDay
        let from = Timestamp(seconds: midnight - 26 * 3600)
        let through = Timestamp(seconds: midnight + 26 * 3600)
        var offset = zone.offsetSeconds(at: from)
        var begin = from
        let changes = zone.transitions(after: from, through: through)
        for index in 0...changes.count {
            let end = index < changes.count ? changes[index].at : through
            let first = max(begin, Timestamp(seconds: midnight - Int64(offset)))
            if first < end, self.local(first, zone).flooredDivision(by: self.secondsOfDay) == Int64(day) {
                return first
            }
            guard index < changes.count else { break }
            begin = changes[index].at
            offset = changes[index].offsetSeconds
        }
        return nil
    }

    static func local(_ instant: Timestamp, _ zone: ZoneRules) -> Int64 {
        instant.seconds.saturating(plus: Int64(zone.offsetSeconds(at: instant)))
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
