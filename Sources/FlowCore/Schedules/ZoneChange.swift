// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A change of what the clocks of a zone show.
package struct ZoneChange: Hashable, Sendable {
    package let at: Timestamp
    /// Seconds east of Greenwich.
    package let before: Int
    package let after: Int
}

extension ZoneRules {
    /// The changes of a span, in ascending order.
    package func changes(after: Timestamp, through: Timestamp) -> [ZoneChange] {
        self.transitions(after: after, through: through).map {
            ZoneChange(
                at: $0.at,
                before: self.offsetSeconds(at: $0.at.advanced(byMilliseconds: -1)),
                after: $0.offsetSeconds
            )
        }
    }

    /// The change on the day of an instant, as the zone's own clocks and calendars show it.
    package func change(onDayOf instant: Timestamp) -> ZoneChange? {
        guard !self.isFixed else { return nil }
        func day(_ at: Timestamp, _ offset: Int) -> Int64 { (at.seconds + Int64(offset)).flooredDivision(by: 86_400) }
        let today = day(instant, self.offsetSeconds(at: instant))
        // No day of any zone is longer.
        let reach: Int64 = 50 * 3_600_000
        return self.changes(
            after: instant.advanced(byMilliseconds: -reach),
            through: instant.advanced(byMilliseconds: reach)
        )
        .first { change in
            // At midnight a change belongs to the day that it ends, and to the one that it begins.
            day(change.at.advanced(byMilliseconds: -1), change.before) == today || day(change.at, change.after) == today
        }
    }
}
