// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a timer of the core is for.
enum TimerKey: Hashable, Sendable {
    case fire(JobUID)
    case order(ExecutionID)
    case retry(ExecutionID)
}
