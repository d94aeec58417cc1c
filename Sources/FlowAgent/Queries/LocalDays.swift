// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Calendar days of a zone as instants.
struct LocalDays: Sendable {
    let timeZone: TimeZone

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = self.timeZone
        return calendar
    }

    func text(of instant: Timestamp) -> String {
        let parts = self.calendar.dateComponents([.year, .month, .day], from: instant.date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    /// From the day's first instant to the next day's; 23 to 25 hours where clocks change.
    func range(of day: String) -> Range<Timestamp>? {
        let parts = day.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, day.utf8.count == 10, let year = Int(parts[0]), let month = Int(parts[1]),
            let number = Int(parts[2]),
            let noon = self.calendar.date(from: DateComponents(year: year, month: month, day: number, hour: 12)),
            self.text(of: Timestamp(noon)) == day
        else { return nil }
        let start = self.calendar.startOfDay(for: noon)
        guard let next = self.calendar.date(byAdding: .day, value: 1, to: noon) else { return nil }
        return Timestamp(start)..<Timestamp(self.calendar.startOfDay(for: next))
    }

    /// The last days, the one of `now` first.
    func last(_ count: Int, until now: Timestamp) -> [String] {
        (0..<count).compactMap { back in
            self.calendar.date(byAdding: .day, value: -back, to: now.date).map { self.text(of: Timestamp($0)) }
        }
    }

    /// `00` to `23` on the clocks here.
    func hour(of instant: Timestamp) -> String {
        let local = instant.seconds + Int64(self.timeZone.secondsFromGMT(for: instant.date))
        return String(format: "%02d", Int(local.flooredRemainder(by: 86_400) / 3600))
    }

    func rfc3339(_ instant: Timestamp) -> String {
        instant.rfc3339(offsetSeconds: self.timeZone.secondsFromGMT(for: instant.date))
    }
}
