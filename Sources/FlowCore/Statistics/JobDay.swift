// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One job's day on one host: the sum, and the sums of its hours.
package struct JobDay: Hashable, Sendable {
    package var total = OutcomeSum()
    /// By the hour on the zone's clocks, 0 to 23; hours without any are absent, and an hour that a clock shows twice has both.
    package var hours: [Int: OutcomeSum] = [:]

    package init() {}

    package mutating func add(_ outcomes: OutcomeSum, hour: Int) {
        self.total.add(outcomes)
        self.hours[hour, default: OutcomeSum()].add(outcomes)
    }

    /// Sums up quarters by job.
    package static func sum(_ quarters: [QuarterSum], in zone: ZoneRules) -> [JobUID: JobDay] {
        var days: [JobUID: JobDay] = [:]
        for quarter in quarters {
            days[quarter.job, default: JobDay()]
                .add(quarter.outcomes, hour: ZoneDay.hour(of: quarter.start, in: zone))
        }
        return days
    }
}
