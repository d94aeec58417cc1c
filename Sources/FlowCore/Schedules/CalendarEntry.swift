// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A time at which those who keep to a calendar do not fire: a holiday, or a maintenance window.
package struct CalendarEntry: Hashable, Sendable {
    package enum Time: Hashable, Sendable {
        /// Whole days on the clock of the task, as days since 1970-01-01, both ends included.
        ///
        /// Yearly: again from and to the same months and days of every later year; what begins on 29 February, in leap years
        /// only, and what ends there, on the 28th in others.
        case days(first: Int, last: Int, yearly: Bool)
        /// From one instant up to another, which is excluded.
        case span(from: Timestamp, to: Timestamp)
    }

    /// What people call it.
    package let name: String
    package let time: Time

    /// Days of one entry; longer ones are a mistake.
    package static let longestDays = 366
    package static let nameLength = 128

    package init(name: String, time: Time) {
        self.name = name
        self.time = time
    }

    /// The days of the occurrence that covers a day; nil when none does.
    func occurrence(covering day: Int) -> ClosedRange<Int>? {
        guard case .days(let first, let last, let yearly) = self.time, day >= first else { return nil }
        if day <= last { return first...last }
        guard yearly else { return nil }
        let begin = CivilDate.fromDays(first)
        let end = CivilDate.fromDays(last)
        let year = CivilDate.fromDays(day).year
        // One that goes over the end of a year began in the year before.
        for year in [year, year - 1] where begin.day <= CivilDate.daysInMonth(year: year, month: begin.month) {
            let start = CivilDate.days(year: year, month: begin.month, day: begin.day)
            let ending = year + end.year - begin.year
            let lastDay = min(end.day, CivilDate.daysInMonth(year: ending, month: end.month))
            let stop = CivilDate.days(year: ending, month: end.month, day: lastDay)
            if start >= first, start <= day, day <= stop { return start...stop }
        }
        return nil
    }
}

extension CalendarEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case name
        case days
        case yearly
        case span = "span_ms"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.name = try container.decode(String.self, forKey: .name)
        if let days = try container.decodeIfPresent([Int].self, forKey: .days), days.count == 2 {
            let yearly = try container.decodeIfPresent(Bool.self, forKey: .yearly) ?? false
            self.time = .days(first: days[0], last: days[1], yearly: yearly)
            return
        }
        let span = try container.decode([Timestamp].self, forKey: .span)
        guard span.count == 2 else {
            throw DecodingError.dataCorruptedError(forKey: .span, in: container, debugDescription: "needs two instants")
        }
        self.time = .span(from: span[0], to: span[1])
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.name, forKey: .name)
        switch self.time {
        case .days(let first, let last, let yearly):
            try container.encode([first, last], forKey: .days)
            if yearly { try container.encode(true, forKey: .yearly) }
        case .span(let from, let to): try container.encode([from, to], forKey: .span)
        }
    }
}
