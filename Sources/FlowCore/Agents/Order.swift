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
    /// The fire that a past time is made up for: what the job is told it was scheduled for; nil = ``nominal``.
    package let dataTime: Timestamp?
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
        dataTime: Timestamp? = nil,
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
        self.dataTime = dataTime
        self.parameters = parameters
        self.retryOf = retryOf
        self.deadline = deadline
        self.hold = hold
    }

    /// What the job is told it was scheduled for.
    package var scheduledTime: Timestamp { self.dataTime ?? self.nominal }
}
