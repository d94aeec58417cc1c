// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CalendarEntry {
    /// Days a calendar may name: the years 1970 to 2199.
    package static let days = 0...CivilDate.days(year: 2199, month: 12, day: 31)

    /// Reads an entry as people write it.
    ///
    /// - Parameters:
    ///   - from: a date such as `2026-10-01`, or an RFC 3339 instant.
    ///   - to: the last date, included, or an instant, excluded; nil for one day.
    /// - Returns: nil when it is neither, or ends before it begins.
    package static func time(from: String, to: String?, yearly: Bool) -> Time? {
        if let first = Self.day(from) {
            guard let last = to.map(Self.day) ?? first, last >= first, last - first < Self.longestDays else {
                return nil
            }
            // One that comes again before it is over would cover everything.
            guard !yearly || last - first < 365 else { return nil }
            return .days(first: first, last: last, yearly: yearly)
        }
        guard !yearly, let from = Timestamp(rfc3339: from), let to = to.flatMap({ Timestamp(rfc3339: $0) }), from < to,
            Self.days.contains(Int(from.seconds.flooredDivision(by: 86_400))),
            Self.days.contains(Int(to.seconds.flooredDivision(by: 86_400)))
        else { return nil }
        return .span(from: from, to: to)
    }

    /// - Returns: nil for what is no date from 1970 to 2199.
    package static func day(_ text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        return self.day(year, month, day)
    }

    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        guard (1970...2199).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDate.daysInMonth(year: year, month: month)
        else { return nil }
        return CivilDate.days(year: year, month: month, day: day)
    }

    /// As ``time(from:to:yearly:)`` reads it.
    package var from: String {
        switch self.time {
        case .days(let first, _, _): Self.text(first)
        case .span(let from, _): from.rfc3339()
        }
    }

    package var to: String {
        switch self.time {
        case .days(_, let last, _): Self.text(last)
        case .span(_, let to): to.rfc3339()
        }
    }

    package var isYearly: Bool {
        if case .days(_, _, let yearly) = self.time { yearly } else { false }
    }

    private static func text(_ day: Int) -> String {
        String(Timestamp(seconds: Int64(day) * 86_400).rfc3339().prefix(10))
    }
}
