// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How some executions ended, and how long they took (S1-FR-5.2).
///
/// Skipped fires and open executions are no part of it. Sums and counts are kept, never averages, so that sums add up.
package struct OutcomeSum: Hashable, Sendable {
    package var success = 0
    package var failure = 0
    package var timeout = 0
    package var cancelled = 0
    /// Those whose begin and end are both known.
    package var timed = 0
    /// Of the timed ones, in milliseconds.
    package var duration: Int64 = 0
    /// Of the timed ones, in milliseconds; 0 when there are none.
    package var longest: Int64 = 0
    package var shortest: Int64 = 0

    package init() {}

    package init(
        success: Int = 0,
        failure: Int = 0,
        timeout: Int = 0,
        cancelled: Int = 0,
        timed: Int = 0,
        duration: Int64 = 0,
        longest: Int64 = 0,
        shortest: Int64 = 0
    ) {
        self.success = success
        self.failure = failure
        self.timeout = timeout
        self.cancelled = cancelled
        self.timed = timed
        self.duration = duration
        self.longest = longest
        self.shortest = shortest
    }

    package var total: Int { self.success + self.failure + self.timeout + self.cancelled }

    package var averageDuration: Int64 { self.timed == 0 ? 0 : self.duration / Int64(self.timed) }

    package mutating func add(_ other: OutcomeSum) {
        self.success += other.success
        self.failure += other.failure
        self.timeout += other.timeout
        self.cancelled += other.cancelled
        guard other.timed > 0 else { return }
        self.shortest = self.timed == 0 ? other.shortest : min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.timed += other.timed
        self.duration = self.duration.saturating(plus: other.duration)
    }

    /// Counts `count` executions of one outcome; states that are no end count nothing.
    package mutating func count(_ status: ExecutionStatus, _ count: Int = 1) {
        switch status {
        case .success: self.success += count
        case .failure: self.failure += count
        case .timeout: self.timeout += count
        case .cancelled: self.cancelled += count
        case .pending, .running, .skipped: break
        }
    }
}
