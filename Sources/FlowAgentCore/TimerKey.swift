// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a timer of the core is for.
enum TimerKey: Hashable, Sendable {
    case fire(JobUID)
    case order(ExecutionID)
    case retry(ExecutionID)
    /// Of an execution that waits for a place.
    case deadline(ExecutionID)
    /// When the next of a job's waiting executions may start, if there is a place.
    case place(JobUID)
}
