// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Order {
    /// The order to start a PENDING execution.
    ///
    /// - Parameters:
    ///   - parameters: of its run; those that are secret are not in the order.
    ///   - dataTime: of its run.
    ///   - deadline: the stored one; nil for a record that an agent made, which then has an hour.
    package init(
        of execution: Execution,
        job: JobSnapshot,
        parameters: [String: String],
        dataTime: Timestamp?,
        deadline: Timestamp?,
        hold: SlotHold? = nil
    ) {
        self.init(
            executionID: execution.id,
            runID: execution.runID,
            job: job,
            kind: execution.kind,
            nominal: execution.nominal,
            dataTime: dataTime,
            parameters: SecretParameter.ordered(parameters, of: job),
            retryOf: execution.retryOf,
            deadline: deadline ?? StartDeadline.of(nominal: execution.nominal, next: nil),
            hold: hold
        )
    }
}
