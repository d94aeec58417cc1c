// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Fires that came due while nobody could start them, sorted by the job's misfire policy.
struct MissedFires: Hashable, Sendable {
    /// To be started late, oldest first.
    private(set) var run: [Timestamp]
    /// Never to be started, as one range.
    private(set) var skipped: CoalescedRange?
    /// The last fire covered, missed or decided before.
    let through: Timestamp

    /// How far fires before the catch-up window are counted one by one: a week of a one-second job, and more.
    private static let countLimit = 1_000_000
    /// Fires that are counted for one event: about a millisecond, so that other decisions don't wait.
    static let stepsPerEvent = 20_000

    /// Fires that are counted one by one for all jobs that one update withdraws.
    static let stepsPerUpdate = 200_000

    /// Starts no more of them than so many after all.
    mutating func keepNewest(_ count: Int) {
        let left = self.run.prefix(max(0, self.run.count - max(0, count)))
        guard let first = left.first, let last = left.last else { return }
        self.skipped = CoalescedRange(
            count: (self.skipped?.count ?? 0) + left.count,
            from: self.skipped?.from ?? first,
            through: last
        )
        self.run.removeFirst(left.count)
    }

    /// Collects the fires in `(after, through]`, a bounded part of them at a time.
    struct Count: Hashable, Sendable {
        /// The cursor; excluded.
        let after: Timestamp
        /// The last instant that counts as missed, included; at least one fire lies before it.
        private let through: Timestamp
        private let windowStart: Timestamp
        private let keep: Int
        private var cursor: Timestamp
        private var first: Timestamp?
        private var count = 0
        private var lastSkipped: Timestamp?
        /// The newest fires inside the window; everything that leaves this queue is skipped.
        private var newest: [Timestamp] = []

        init(after: Timestamp, through: Timestamp, policies: Policies, now: Timestamp) {
            self.after = after
            self.through = through
            self.windowStart = now.advanced(byMilliseconds: -policies.catchUpWindowMilliseconds)
            self.keep = policies.misfireCount
            self.cursor = after
        }

        /// Goes on where it stopped.
        ///
        /// - Parameters:
        ///   - schedule: the job's schedule.
        ///   - budget: how many fires may be looked at; less what was looked at.
        ///   - mayLeap: whether none of the fires can have been decided before.
        ///   - isDecided: whether a fire was decided before its time, and so is not missed.
        /// - Returns: nil while there is more to count.
        mutating func go(
            on schedule: CompiledSchedule,
            budget: inout Int,
            mayLeap: Bool = true,
            isDecided: (Timestamp) -> Bool = { _ in false }
        ) -> MissedFires? {
            if mayLeap, let period = schedule.periodMilliseconds { self.leap(by: period, on: schedule) }
            while let nominal = schedule.next(after: self.cursor), nominal <= self.through {
                guard budget > 0 else { return nil }
                budget -= 1
                if isDecided(nominal) { self.cursor = nominal } else { self.take(nominal) }
            }
            let skipped = self.lastSkipped.flatMap { last in
                self.first.map { CoalescedRange(count: self.count, from: $0, through: last) }
            }
            return MissedFires(run: self.newest, skipped: skipped, through: self.cursor)
        }

        /// What there is to skip, without counting all of it: the range says what is covered, the count is the least there were.
        ///
        /// For a policy that runs none of them.
        func least(on schedule: CompiledSchedule, isDecided: (Timestamp) -> Bool) -> CoalescedRange? {
            var end = self.through
            while let last = schedule.last(after: self.cursor, through: end) {
                // A row of its own would take the record's place.
                guard !isDecided(last) else {
                    end = last.advanced(byMilliseconds: -1)
                    continue
                }
                var first = self.first ?? last
                if self.first == nil, let next = schedule.next(after: self.cursor) {
                    first = next
                    while first < last, isDecided(first), let next = schedule.next(after: first) { first = next }
                }
                return CoalescedRange(count: max(self.count + 1, first == last ? 1 : 2), from: first, through: last)
            }
            guard let first = self.first, let last = self.lastSkipped else { return nil }
            return CoalescedRange(count: self.count, from: first, through: last)
        }

        /// Counts by division what will not run of a schedule with a fixed period, however long it was missed.
        private mutating func leap(by period: Int64, on schedule: CompiledSchedule) {
            let beforeWindow = min(self.through, self.windowStart.advanced(byMilliseconds: -1))
            let end = self.keep == 0 ? self.through : beforeWindow
            guard let next = schedule.next(after: self.cursor), next <= end else { return }
            let more = end.milliseconds(since: next) / period
            let last = next.advanced(byMilliseconds: more * period)
            self.first = self.first ?? next
            self.count += Int(more) + 1
            self.lastSkipped = last
            self.cursor = last
        }

        private mutating func take(_ nominal: Timestamp) {
            self.cursor = nominal
            if self.first == nil { self.first = nominal }
            guard self.keep > 0, nominal >= self.windowStart else {
                self.count += 1
                self.lastSkipped = nominal
                // A year of a one-second job is not counted to the end: the range says what is covered, the count is then
                // the least there were.
                if self.count == MissedFires.countLimit, self.cursor < self.windowStart {
                    self.cursor = min(self.windowStart, self.through).advanced(byMilliseconds: -1)
                    self.lastSkipped = self.cursor
                }
                return
            }
            self.newest.append(nominal)
            if self.newest.count > self.keep {
                self.count += 1
                self.lastSkipped = self.newest.removeFirst()
            }
        }
    }
}
