// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Hours of the day in which messages wait.
package struct QuietHours: Hashable, Sendable, Codable {
    package struct Window: Hashable, Sendable, Codable {
        /// Minutes after midnight.
        package var from: Int
        /// Excluded; before ``from`` it is on the next day.
        package var until: Int
        /// Weekdays on which it begins, 0 = Sunday; empty = all.
        package var days: [Int]

        package init(from: Int, until: Int, days: [Int] = []) {
            self.from = from
            self.until = until
            self.days = days
        }
    }

    package var timeZone: String
    package var windows: [Window]

    package init(timeZone: String, windows: [Window]) {
        self.timeZone = timeZone
        self.windows = windows
    }

    private static let minutesOfDay = 1440

    /// When messages may go again; nil when they may now, and when the zone is not known here.
    ///
    /// Looked for minute by minute in local time, so a change of the clock shortens or lengthens a window as people expect.
    package func end(at now: Timestamp, zones: ZoneDatabase = .shared) -> Timestamp? {
        guard let rules = try? zones.rules(named: self.timeZone), self.isQuiet(now, rules) else { return nil }
        var time = Timestamp(seconds: now.seconds.flooredDivision(by: 60) &* 60)
        // Windows that cover the whole week never end; a week is enough to find out.
        for _ in 0..<(7 * Self.minutesOfDay) {
            time = time.advanced(byMilliseconds: 60_000)
            if !self.isQuiet(time, rules) { return time }
        }
        return time
    }

    private func isQuiet(_ time: Timestamp, _ rules: ZoneRules) -> Bool {
        let local = time.seconds + Int64(rules.offsetSeconds(at: time))
        let day = Int(local.flooredDivision(by: 86_400))
        let minute = Int((local - Int64(day) * 86_400) / 60)
        return self.windows.contains { window in
            if window.from < window.until {
                return self.begins(window, on: day) && window.from <= minute && minute < window.until
            }
            return (self.begins(window, on: day) && minute >= window.from)
                || (self.begins(window, on: day - 1) && minute < window.until)
        }
    }

    private func begins(_ window: Window, on day: Int) -> Bool {
        window.days.isEmpty || window.days.contains(CivilDate.weekday(days: day))
    }
}
