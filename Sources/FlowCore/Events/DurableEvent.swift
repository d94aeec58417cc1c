// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something that happened and that is written down in the same transaction as the change itself.
///
/// Whatever follows from changes later (notifications, dependents, other servers) reads these rows, each reader from a
/// position of its own, and so misses nothing over a crash. `FlowEvent` is the other kind: for who looks on right now.
package enum DurableEvent: Hashable, Sendable {
    /// States that executions reached in one transaction, in the order of their ids.
    case executions([ExecutionEvent])
    /// A host opened a session.
    case agentCame(AgentID)
    /// A host's session ended. The row may be written seconds later, so its time decides, not its place.
    case agentWent(AgentID)
    /// A server started with this store: no host is connected from here on, until it comes.
    case serverStarted
    /// Every execution of a run that others wait for has ended.
    case runSettled(SettledRun)
    /// Somebody did or asked for something that others are told of.
    case person(PersonEvent)
    /// Something came about for a job that has no execution.
    case job(JobEvent)
    /// A run of a workflow ended, or one of its steps waits for a person.
    case workflow(WorkflowNews)
}

/// A row of the event log.
package struct RecordedEvent: Hashable, Sendable {
    /// Rises with each row, in the order of the transactions.
    package let sequence: Int64
    /// When it happened, on the server's clock.
    package let at: Timestamp
    /// Nil for what another version wrote and this one does not know.
    package let event: DurableEvent?

    package init(sequence: Int64, at: Timestamp, event: DurableEvent?) {
        self.sequence = sequence
        self.at = at
        self.event = event
    }
}
