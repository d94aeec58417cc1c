// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The server's command to one agent to run one execution (R4).
///
/// Delivered at least once.
package struct Order: Hashable, Sendable, Codable {
    package let executionID: ExecutionID
    package let runID: RunID
    /// The full definition, so that an agent which does not know the job yet can run it.
    package let job: JobSnapshot
    package let kind: ExecutionKind
    package let nominal: Timestamp
    package let parameters: [String: String]
    package let retryOf: ExecutionID?
    /// Not started by then: the agent answers SKIPPED(DEADLINE).
    package let deadline: Timestamp
    /// Set exactly on what the server has placed.
    package let hold: SlotHold?

    package init(
        executionID: ExecutionID,
        runID: RunID,
        job: JobSnapshot,
        kind: ExecutionKind,
        nominal: Timestamp,
        parameters: [String: String] = [:],
        retryOf: ExecutionID? = nil,
        deadline: Timestamp,
        hold: SlotHold? = nil
    ) {
        self.executionID = executionID
        self.runID = runID
        self.job = job
        self.kind = kind
        self.nominal = nominal
        self.parameters = parameters
        self.retryOf = retryOf
        self.deadline = deadline
        self.hold = hold
    }
}
