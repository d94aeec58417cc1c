// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What one transaction changes in the hourly rollups.
///
/// A terminal state adds to its hour and takes away what it replaces, so that a provisional state that a late report
/// corrects is counted once. Changes gather here and are written once per transaction: a batch of a thousand reports
/// touches a handful of rows.
struct RollupLedger {
    /// The rollup row of all jobs together.
    static let allJobs: JobID = 0

    struct Key: Hashable {
        let job: JobID
        /// Hours since the epoch of the nominal time.
        let hour: Int64
        let status: ExecutionStatus
    }

    struct Delta: Hashable {
        var count: Int64 = 0
        var durationMilliseconds: Int64 = 0
        var timedCount: Int64 = 0

        var isZero: Bool { self.count == 0 && self.durationMilliseconds == 0 && self.timedCount == 0 }
    }

    private(set) var deltas: [Key: Delta] = [:]

    static func hour(of nominal: Timestamp) -> Int64 { nominal.milliseconds.flooredDivision(by: 3_600_000) }

    mutating func replace(_ old: Execution?, with new: Execution) {
        if let old, old.status.isTerminal { self.add(old, sign: -1) }
        if new.status.isTerminal { self.add(new, sign: 1) }
    }

    private mutating func add(_ execution: Execution, sign: Int64) {
        for job in [execution.jobID, Self.allJobs] {
            let key = Key(job: job, hour: Self.hour(of: execution.nominal), status: execution.status)
            var delta = self.deltas[key] ?? Delta()
            delta.count += sign
            if let duration = execution.durationMilliseconds {
                delta.durationMilliseconds += sign * duration
                delta.timedCount += sign
            }
            self.deltas[key] = delta
        }
    }
}
