// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What reaches the core.
package enum AgentEvent: Sendable {
    /// The program runs; what an earlier life left running is gone.
    case started
    /// The time asked for by the last ``AgentEffect/wake(boot:)`` has come.
    case wake
    /// A transport to a server stands; nothing was said on it yet.
    case linkUp
    case linkDown
    /// A server that proved its identity refused this agent as unknown.
    case dismissed(reason: String)
    case received(ServerMessage)
    /// The ledger has committed what the last ``AgentEffect/commit(_:)`` asked for.
    case committed([LedgerResult])
    /// The ledger could not commit what the last ``AgentEffect/commit(_:)`` asked for, and why; nothing of it happened.
    case commitFailed(because: String)
    /// Reports up to this sequence were handed to the link.
    case reportsSent(through: Int64)
    /// What ``AgentEffect/sendStatistics(after:at:)`` asked for is on its way, and whether it was not all.
    case statisticsSent(hasMore: Bool)
    indirect case supervisor(SupervisorEvent)
    /// The agent is about to end: nothing it has to write waits any more.
    case stopping
}

/// What the core wants done.
///
/// Effects are carried out in order.
package enum AgentEffect: Hashable, Sendable {
    /// One transaction; at most one is outstanding.
    case commit([LedgerOperation])
    case send(AgentMessage)
    /// Read the outbox after this sequence, send what is there and answer with ``AgentEvent/reportsSent(through:)``.
    case sendReports(after: Int64)
    /// Read what ended after this report, send it and answer with ``AgentEvent/statisticsSent(hasMore:)``.
    case sendStatistics(after: Int64, at: Timestamp)
    case launch([Launch])
    case cancel(ExecutionID, force: Bool)
    /// What runs is to end after so many milliseconds unless this is said again: also if the agent is gone by then.
    case lease(ExecutionID, milliseconds: Int64)
    /// Outputs of executions with an earlier nominal time are no longer kept on the host.
    case forgetOutputs(before: Timestamp)
    /// The server does not answer on this connection: close it, and dial again.
    case dropLink
    /// Wake the core at this reading of the boot clock; replaces the last wish. Microseconds.
    case wake(boot: Int64)
    /// For the log: something worth an operator's eye.
    indirect case note(AgentNote)
}

/// Events for the agent's log and metrics.
package enum AgentNote: Hashable, Sendable {
    case welcomed(epoch: Int64)
    case rejected(code: String, message: String)
    /// A fire's order had not come in time; it ran by the local timer (R2).
    case orderMissing(ExecutionID)
    case missed(JobUID, CoalescedRange)
    /// What should have ended runs on: the process of another user that may not be signalled, by pid and user.
    case hindered(ExecutionID, detail: String)
    case clockStepped(microseconds: Int64)
    /// The host's wall clock is ahead of the server's (negative: behind) by 2 s or more; fires do not follow it.
    case wallClockOff(microseconds: Int64)
    /// The clock says it is more than a day after the end of the last life: missed fires wait for a server's word.
    case clockSuspect(now: Timestamp, last: Timestamp)
    /// The server does not know this agent; its schedule ends after so long.
    case dismissalAnnounced(reason: String, microseconds: Int64)
    /// The schedule has ended: nothing starts until a server welcomes the agent.
    case dismissed
    /// The ledger cannot be written: nothing starts until it can.
    case ledgerFailed(String)
    /// It can be written again.
    case ledgerWorks(since: Timestamp)
    /// The server's scheduler was stopped or started, and this host's schedules with it.
    case schedulerChanged(SchedulerState)
    /// The host's maintenance began or ended.
    case maintenanceChanged(MaintenancePeriod, isInForce: Bool)
    case planMismatch(JobUID, Timestamp)
    /// Zones that the host's own files lack, or know otherwise than the server, whose word counts (R12).
    case foreignZones([String])
    /// Jobs whose plan comes out otherwise here than on the server: they run on its orders only, and not without it (R12).
    case leftToServer([JobUID])
    case unusableSchedule(JobUID, message: String)
}
