// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An attempt that is over, until its end is in the agent's ledger.
struct EndedAttempt {
    let execution: String
    let attempt: UInt32
    let startedAt: Int64?
    var spool: RunnerSpool
    let outcome: RunnerOutcome
    /// The file that has it; nil while it has not been written.
    var batch: UInt64?
}
