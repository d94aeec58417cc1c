// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// By when an execution must have started (`semantics.md` 3 and 6, start deadline).
package enum StartDeadline {
    /// One hour, in milliseconds.
    package static let longest: Int64 = 3_600_000
    /// Ten seconds, in milliseconds: a job of every second must not lose orders to an ordinary reconnect.
    package static let shortest: Int64 = 10_000

    /// Of a fire: until the next one is due, within the bounds above.
    package static func of(nominal: Timestamp, next: Timestamp?) -> Timestamp {
        let period = next.map { $0.milliseconds(since: nominal) } ?? Self.longest
        return nominal.advanced(byMilliseconds: min(max(period, Self.shortest), Self.longest))
    }

    /// Of a run that somebody asked for.
    package static func ofTrigger(at now: Timestamp) -> Timestamp { now.advanced(byMilliseconds: Self.longest) }
}
