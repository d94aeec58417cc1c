// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What ended on a host on each of the last days, on its own clocks (S1-FR-5.3).
package struct HostDays: Hashable, Sendable {
    package struct Day: Hashable, Sendable {
        /// Such as `2026-11-21`.
        package let date: String
        package let span: Range<Timestamp>
        package var outcomes = OutcomeSum()
    }

    package let agent: AgentID
    package let zone: String
    /// When the host last told what it did; nil = never, and records are counted instead.
    package let toldAt: Timestamp?
    /// The oldest first; a day on which nothing ended is one of them.
    package private(set) var days: [Day]

    /// - Parameter days: as ``calendar(through:count:in:)`` found them.
    package init(agent: AgentID, zone: String, toldAt: Timestamp?, days: [Day]) {
        self.agent = agent
        self.zone = zone
        self.toldAt = toldAt
        self.days = days
    }

    /// Adds what ended in a quarter to its day; a quarter of none of the days is left out.
    package mutating func add(_ outcomes: OutcomeSum, quarter: Int64) {
        let start = Timestamp(milliseconds: quarter.saturating(times: QuarterSum.length))
        guard let index = self.days.lastIndex(where: { $0.span.lowerBound <= start }),
            self.days[index].span.contains(start)
        else { return }
        self.days[index].outcomes.add(outcomes)
    }

    /// The days of a zone's calendar up to the one that an instant lies in, without sums.
    package static func calendar(through now: Timestamp, count: Int, in zone: ZoneRules) -> [Day] {
        var days: [Day] = []
        var instant = now
        while days.count < count {
            let date = ZoneDay.text(of: instant, in: zone)
            guard let span = ZoneDay.span(of: date, in: zone) else { break }
            days.append(Day(date: date, span: span))
            // Whatever the day before was, and however long.
            instant = span.lowerBound.advanced(byMilliseconds: -1)
        }
        return days.reversed()
    }
}
