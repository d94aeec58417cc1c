// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What one transaction changes in the hourly rollups.
///
/// A terminal state adds to its hour and takes away what it replaces, so that a provisional state that a late report
/// corrects is counted once. Changes gather here and are written once per transaction: a batch of a thousand reports
/// touches a handful of rows.
package struct RollupDeltas: Hashable, Sendable {
    /// The rollup row of all jobs together.
    package static let allJobs: JobID = 0

    package struct Key: Hashable, Comparable, Sendable {
        package let job: JobID
        /// Hours since the epoch of the nominal time.
        package let hour: Int64
        package let status: ExecutionStatus

        package static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.job, lhs.hour, lhs.status.rawValue) < (rhs.job, rhs.hour, rhs.status.rawValue)
        }
    }

    package struct Delta: Hashable, Sendable {
        package var count: Int64 = 0
        package var durationMilliseconds: Int64 = 0
        package var timedCount: Int64 = 0

        package var isZero: Bool { self.count == 0 && self.durationMilliseconds == 0 && self.timedCount == 0 }

        package init() {}

        package static func += (lhs: inout Delta, rhs: Delta) {
            lhs.count += rhs.count
            lhs.durationMilliseconds += rhs.durationMilliseconds
            lhs.timedCount += rhs.timedCount
        }
    }

    private var deltas: [Key: Delta] = [:]

    package init() {}

    package static func hour(of nominal: Timestamp) -> Int64 { nominal.milliseconds.flooredDivision(by: 3_600_000) }

    /// What changes, by key: writers that share rows must take them in one order.
    package var sorted: [(key: Key, value: Delta)] {
        self.deltas.filter { !$0.value.isZero }.sorted { $0.key < $1.key }
    }

    /// Counts a record in place of another; nil = there was none, or it goes.
    package mutating func replace(_ old: Execution?, with new: Execution?) {
        if let old, old.status.isTerminal { self.add(old, sign: -1) }
        if let new, new.status.isTerminal { self.add(new, sign: 1) }
    }

    private mutating func add(_ execution: Execution, sign: Int64) {
        // What was only tried says nothing of how tasks go.
        guard execution.kind != .test else { return }
        for job in [execution.jobID, Self.allJobs] {
            let key = Key(job: job, hour: Self.hour(of: execution.nominal), status: execution.status)
            var delta = Delta()
            delta.count = sign
            if let duration = execution.durationMilliseconds {
                delta.durationMilliseconds = sign * duration
                delta.timedCount = sign
            }
            self.deltas[key, default: Delta()] += delta
        }
    }
}
