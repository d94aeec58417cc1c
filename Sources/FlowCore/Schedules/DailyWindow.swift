// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The part of each day in which a schedule may fire, on the clock of a zone (S4).
///
/// What that clock shows at a fire decides. So a window lasts an hour longer or shorter on the day of a change of summer
/// time, and a fire that such a change moves counts where it was moved to.
package struct DailyWindow: Hashable, Sendable, Codable {
    /// Minutes since midnight, 0 to 1439; included.
    package let from: Int
    /// Minutes since midnight, 0 to 1440; excluded.
    ///
    /// Earlier than ``from``: the window goes over midnight.
    package let to: Int
    package let timeZone: String

    package init(from: Int, to: Int, timeZone: String) {
        self.from = from
        self.to = to
        self.timeZone = timeZone
    }

    private enum CodingKeys: String, CodingKey {
        case from
        case to
        case timeZone = "timezone"
    }

    /// Minutes since midnight as people write them.
    ///
    /// - Returns: nil for what is not `HH:MM` from `00:00` to `24:00`.
    package static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 1440
        else { return nil }
        return hours * 60 + minutes
    }

    package static func text(_ minutes: Int) -> String {
        func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return padded(minutes / 60) + ":" + padded(minutes % 60)
    }

    /// Such as `22:00–06:00`.
    package var span: String { Self.text(self.from) + "–" + Self.text(self.to) }

    func contains(secondOfDay second: Int64) -> Bool {
        let (from, to) = (Int64(self.from) * 60, Int64(self.to) * 60)
        return from < to ? from <= second && second < to : second >= from || second < to
    }
}

/// A window with the zone it is meant in.
struct CompiledWindow: Sendable {
    let window: DailyWindow
    let zone: ZoneRules

    /// - Throws: `unknownZone`.
    init(_ window: DailyWindow, zones: some ZoneSource) throws(ScheduleError) {
        self.window = window
        self.zone = try zones.rules(named: window.timeZone)
    }

    /// The first instant inside the window at or after one: itself, or when the window opens.
    func opening(atOrAfter instant: Timestamp) -> Timestamp {
        let day: Int64 = 86_400
        var second = instant.seconds
        var segment = self.zone.segment(at: second)
        while true {
            let offset = Int64(self.zone.offsets[segment])
            let local = second + offset
            if self.window.contains(secondOfDay: local.flooredRemainder(by: day)) {
                return second == instant.seconds ? instant : Timestamp(seconds: second)
            }
            var opening = local.flooredDivision(by: day) * day + Int64(self.window.from) * 60
            if opening <= local { opening += day }
            // A change of the offset on the way may jump into the window, or over its beginning.
            guard segment + 1 < self.zone.starts.count, self.zone.starts[segment + 1] <= opening - offset else {
                return Timestamp(seconds: opening - offset)
            }
            segment += 1
            second = self.zone.starts[segment]
        }
    }
}
