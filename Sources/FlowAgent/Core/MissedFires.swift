// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Fires that came due while nobody could start them, sorted by the job's misfire policy.
struct MissedFires: Hashable, Sendable {
    /// To be started late, oldest first.
    let run: [Timestamp]
    /// Never to be started, as one range.
    let skipped: CoalescedRange?
    /// The last fire covered.
    let through: Timestamp

    /// The most fires FIRE_ALL starts after one downtime.
    private static let runLimit = 1000
    /// How far fires before the catch-up window are counted one by one.
    private static let countLimit = 200_000

    /// Collects the fires in `(after, through]`.
    ///
    /// - Parameters:
    ///   - schedule: the job's schedule.
    ///   - after: the cursor; excluded.
    ///   - through: the last instant that counts as missed; included. At least one fire lies before it.
    ///   - policies: misfire policy and catch-up window.
    ///   - now: the time of the decision.
    static func collect(
        _ schedule: CompiledSchedule,
        after: Timestamp,
        through: Timestamp,
        policies: Policies,
        now: Timestamp
    ) -> MissedFires {
        let windowStart = now.advanced(byMilliseconds: -policies.catchUpWindowMilliseconds)
        let keep =
            switch policies.misfire {
            case .fireOnce: 1
            case .fireAll: Self.runLimit
            case .skip: 0
            }
        var first: Timestamp?
        var count = 0
        var cursor = after
        // The newest fires inside the window; everything that leaves this queue is skipped.
        var newest: [Timestamp] = []
        var lastSkipped: Timestamp?
        while let nominal = schedule.next(after: cursor), nominal <= through {
            cursor = nominal
            if first == nil { first = nominal }
            guard keep > 0, nominal >= windowStart else {
                count += 1
                lastSkipped = nominal
                // A year of a one-second job is not counted to the end: the range says what is covered, the count is then
                // the least there were.
                if count == Self.countLimit, cursor < windowStart {
                    cursor = min(windowStart, through).advanced(byMilliseconds: -1)
                    lastSkipped = cursor
                }
                continue
            }
            newest.append(nominal)
            if newest.count > keep {
                count += 1
                lastSkipped = newest.removeFirst()
            }
        }
        let skipped = lastSkipped.flatMap { last in
            first.map { CoalescedRange(count: count, from: $0, through: last) }
        }
        return MissedFires(run: newest, skipped: skipped, through: cursor)
    }
}
