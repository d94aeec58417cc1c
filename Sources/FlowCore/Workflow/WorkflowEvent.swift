// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something that happens to a run of a workflow (W19).
package enum WorkflowEvent: Hashable, Sendable {
    /// The run begins, or is looked at again because it may have been left in the middle (W20).
    case reconcile
    /// The run before it has ended, so that this one begins (W17).
    case begin
    /// Every execution of a step's child run has ended.
    case childSettled(key: String, child: RunID, NodeResult)
    /// A step that was to start could not.
    case refused(key: String, NodeReason, String)
    /// Time has passed.
    case timerRang
    /// A run of a task that steps wait for has ended.
    case taskEnded(JobID, NodeResult)
    case message(FlowMessage)
    case answered(key: String, NodeAnswer)
    case pause
    case resume
    case cancel(force: Bool)
    /// What runs on hosts that do not answer is given up.
    case abandon
}

/// What has to be done because of it.
package enum WorkflowEffect: Hashable, Sendable {
    /// A run of the step's task, named by ``FlowNode/child``.
    ///
    /// With items, it has a slot for each of them.
    case start(key: String, parameters: [String: String], items: [String]?)
    case stop(key: String, force: Bool)
    /// Somebody has to answer.
    case ask(key: String)
    case ended(FlowOutcome)
}
