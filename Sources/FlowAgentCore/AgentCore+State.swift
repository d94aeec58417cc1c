// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// What the core knows of jobs, executions and its link.
extension AgentCore {
    struct JobState: Sendable {
        var snapshot: JobSnapshot
        /// Nil when this agent cannot make sense of the schedule, or leaves the fires to the server.
        var schedule: CompiledSchedule?
        /// The job runs on orders only, because its plan comes out otherwise here than on the server (R12).
        var isOrdered: Bool
        /// Fires up to this nominal time are decided.
        var cursor: Timestamp
        /// Missed fires that are still being counted.
        var counting: MissedFires.Count?
        /// The fires that the last record of missed ones stands for.
        var gap: CoalescedRange?

        /// The gap with this fire in it; nil where it has a record for itself alone.
        func gap(of nominal: Timestamp) -> CoalescedRange? {
            guard let gap, gap.count > 1, gap.from <= nominal, nominal <= gap.through else { return nil }
            return gap
        }
    }

    struct OpenExecution: Sendable {
        var entry: LedgerEntry
        var isCancelled = false
        /// A newer execution takes its place (``OverlapPolicy/cancelPrevious``).
        var isReplaced = false
        /// Its lease is over: it is being ended.
        var isLeaseOver = false
        /// Its next attempt is due, and starts when a server has answered for its lease.
        var awaitsLease = false
        /// False while the row of an execution that waits for a place is still being written.
        var isDurable = true
        /// It has a place of its pool.
        var holdsPool = false
    }

    enum LinkState: Hashable, Sendable {
        case down
        /// Hello is out. No timer decides anything until the welcome or this boot clock reading (R6).
        case greeting(until: Int64)
        /// The welcome took too long: decisions go on as if offline until it comes.
        case unwelcomed(dropAt: Int64)
        case welcomed(epoch: Int64)
    }
}
