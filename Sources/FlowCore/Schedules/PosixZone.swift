// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The rule at the end of a zone file, such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636, 3.3; POSIX `TZ`).
struct PosixZone: Sendable {
    /// The day a rule names.
    enum Day: Hashable, Sendable {
        /// `Mm.w.d`: weekday d of week w of month m; week 5 is the last.
        case weekday(month: Int, week: Int, day: Int)
        /// `Jn`: day 1 to 365, 29 February never counted.
        case julian(Int)
        /// `n`: day 0 to 365, 29 February counted.
        case ordinal(Int)

        /// Days from 1970-01-01.
        func days(year: Int) -> Int {
            switch self {
            case .weekday(let month, let week, let day):
                let first = CivilDate.days(year: year, month: month, day: 1)
                var date = first + (day - CivilDate.weekday(days: first) + 7) % 7 + (week - 1) * 7
                while date >= first + CivilDate.daysInMonth(year: year, month: month) { date -= 7 }
                return date
            case .julian(let day):
                let leap = CivilDate.isLeap(year) && day > 59 ? 1 : 0
                return CivilDate.days(year: year, month: 1, day: 1) + day - 1 + leap
            case .ordinal(let day):
                return CivilDate.days(year: year, month: 1, day: 1) + day
            }
        }
    }

    /// Seconds east of Greenwich.
    let standard: Int
    /// Summer time, if the rule has one: its offset, and when it begins and ends on the local clock of that moment.
    let summer: (offset: Int, start: (day: Day, second: Int), end: (day: Day, second: Int))?

    /// - Returns: nil when the text is not such a rule.
    init?(_ text: ArraySlice<UInt8>) {
        var scanner = Scanner(bytes: text)
        guard scanner.name(), let west = scanner.time() else { return nil }
        self.standard = -west
        guard !scanner.isAtEnd else {
            self.summer = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = self.standard + 3600
        if scanner.peek != UInt8(ascii: ","), !scanner.isAtEnd {
            guard let west = scanner.time() else { return nil }
            offset = -west
        }
        // Without rules POSIX leaves the dates to the implementation; zone files always have them.
        guard scanner.take(","), let start = scanner.rule(), scanner.take(","), let end = scanner.rule(),
            scanner.isAtEnd
        else { return nil }
        self.summer = (offset, start, end)
    }

    /// The changes of the offset after an instant, until the end of a year.
    func transitions(after: Int64, through lastYear: Int) -> [(start: Int64, offset: Int)] {
        guard let summer else { return after == .min ? [(.min + 1, self.standard)] : [] }
        // A zone that has only a rule and no transition of its own begins with it in 1970.
        let firstYear = after < 0 ? 1970 : CivilDate.fromDays(Int(after / 86_400)).year - 1
        var changes: [(start: Int64, offset: Int)] = []
        for year in firstYear...max(firstYear, lastYear) {
            let start = summer.start.day.days(year: year) * 86_400 + summer.start.second - self.standard
            let end = summer.end.day.days(year: year) * 86_400 + summer.end.second - summer.offset
            changes.append((Int64(end), self.standard))
            changes.append((Int64(start), summer.offset))
        }
        // Summer time all year long ends and begins at the same instant: there the beginning must win.
        changes.sort { ($0.start, $0.offset == summer.offset ? 1 : 0) < ($1.start, $1.offset == summer.offset ? 1 : 0) }
        var result: [(start: Int64, offset: Int)] = []
        for change in changes where change.start > after {
            if result.last?.start == change.start { result.removeLast() }
            result.append(change)
        }
        return result
    }

    private struct Scanner {
        var bytes: ArraySlice<UInt8>

        var isAtEnd: Bool { self.bytes.isEmpty }
        var peek: UInt8? { self.bytes.first }

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard self.bytes.first == UInt8(ascii: scalar) else { return false }
            self.bytes.removeFirst()
            return true
        }

        /// `CET` or `<+03>`.
        mutating func name() -> Bool {
            if self.take("<") {
                guard let end = self.bytes.firstIndex(of: UInt8(ascii: ">")) else { return false }
                self.bytes = self.bytes[(end + 1)...]
                return true
            }
            let rest = self.bytes.drop { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }
            let found = rest.count < self.bytes.count
            self.bytes = rest
            return found
        }

        mutating func number(maximum: Int) -> Int? {
            var value = 0
            var count = 0
            while let byte = self.bytes.first, byte >= 0x30, byte <= 0x39, count < 3 {
                value = value * 10 + Int(byte - 0x30)
                count += 1
                self.bytes.removeFirst()
            }
            return count > 0 && value <= maximum ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds; up to 167 hours (RFC 9636, 3.3.1).
        mutating func time() -> Int? {
            let negative = self.take("-")
            if !negative { _ = self.take("+") }
            guard var seconds = self.number(maximum: 167).map({ $0 * 3600 }) else { return nil }
            if self.take(":") {
                guard let minutes = self.number(maximum: 59) else { return nil }
                seconds += minutes * 60
                if self.take(":") {
                    guard let rest = self.number(maximum: 59) else { return nil }
                    seconds += rest
                }
            }
            return negative ? -seconds : seconds
        }

        /// A day, and `/time` if it is not 02:00.
        mutating func rule() -> (day: Day, second: Int)? {
            let day: Day
            if self.take("M") {
                guard let month = self.number(maximum: 12), month >= 1, self.take("."),
                    let week = self.number(maximum: 5), week >= 1, self.take("."), let weekday = self.number(maximum: 6)
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if self.take("J") {
                guard let number = self.number(maximum: 365), number >= 1 else { return nil }
                day = .julian(number)
            } else {
                guard let number = self.number(maximum: 365) else { return nil }
                day = .ordinal(number)
            }
            guard self.take("/") else { return (day, 7200) }
            guard let second = self.time() else { return nil }
            return (day, second)
        }
    }
}
