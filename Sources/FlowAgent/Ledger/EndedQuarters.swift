// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// What one transaction of the ledger ended, by job and quarter: a burst that ends together is a row or two.
struct EndedQuarters {
    struct Key: Hashable {
        let quarter: Int64
        let job: JobUID
    }

    struct Quarter {
        var outcomes = OutcomeSum()
        var lastEnd: Timestamp?
        var sequence: Int64 = 0
    }

    private(set) var quarters: [Key: Quarter] = [:]

    /// Whether a state is an end that is counted.
    static func counts(_ status: ExecutionStatus) -> Bool { status.isTerminal && status != .skipped }

    /// Counts an execution that has ended with a report.
    mutating func add(_ entry: LedgerEntry, sequence: Int64) {
        let key = Key(quarter: QuarterSum.quarter(of: entry.order.nominal), job: entry.order.job.uid)
        var one = OutcomeSum()
        one.count(entry.status)
        if let startedAt = entry.startedAt, let finishedAt = entry.finishedAt {
            let duration = max(0, finishedAt.milliseconds(since: startedAt))
            (one.timed, one.duration, one.longest, one.shortest) = (1, duration, duration, duration)
        }
        var quarter = self.quarters[key] ?? Quarter()
        quarter.outcomes.add(one)
        quarter.lastEnd = [quarter.lastEnd, entry.finishedAt].compactMap { $0 }.max()
        quarter.sequence = max(quarter.sequence, sequence)
        self.quarters[key] = quarter
    }
}
