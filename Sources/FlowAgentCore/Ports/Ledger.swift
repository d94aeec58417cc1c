// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The agent's durable state: one file that configuration, ledger and outbox share, so that they share fate.
///
/// There is one writer, the agent's core. `commit` is one transaction with `synchronous=FULL`: when it has returned, its
/// operations survive a power cut; when the process dies before, none of them happened (R1).
package protocol Ledger: Sendable {
    /// Reads everything the core starts from.
    func restore() throws -> LedgerSnapshot
    /// Applies the operations in order in one transaction.
    ///
    /// - Returns: one result per operation.
    func commit(_ operations: [LedgerOperation]) throws -> [LedgerResult]
    /// Outbox reports with a sequence above `sequence`, in order, at most `limit`.
    func outbox(after sequence: Int64, limit: Int) throws -> [Report]
    /// What ended after a report, by job and quarter of an hour, the earliest change first, at most `limit`.
    func quarters(after sequence: Int64, limit: Int) throws -> ChangedQuarters
    /// The ledger row of an execution, if it was ever admitted or decided here.
    func entry(_ id: ExecutionID) throws -> LedgerEntry?
}

/// Statistics that changed.
package struct ChangedQuarters: Hashable, Sendable {
    package var sums: [QuarterSum]
    /// They count all that ended with a report up to this one.
    package var sequence: Int64
    /// There are later changes.
    package var hasMore: Bool

    package init(sums: [QuarterSum], sequence: Int64, hasMore: Bool) {
        self.sums = sums
        self.sequence = sequence
        self.hasMore = hasMore
    }
}

/// What the ledger does in one step.
///
/// What is long lies in a box of its own: operations change hands several times between a decision and its transaction.
package enum LedgerOperation: Hashable, Sendable {
    /// R1: inserts the row unless its id is there; only if it was inserted, the report joins the outbox under the next sequence.
    ///
    /// Used for starts (RUNNING) and for decisions without a start (SKIPPED, CANCELLED tombstones) alike.
    indirect case insert(LedgerEntry, report: Report)
    /// Replaces an existing row and appends the report; does nothing when the row is gone.
    indirect case update(LedgerEntry, report: Report)
    /// Keeps an order for a fire that is still to come (R4).
    indirect case storeOrder(Order)
    case dropOrder(ExecutionID)
    /// Fires of the job up to this nominal time, included, are decided (R2).
    case advanceCursor(JobUID, Timestamp)
    /// Moves every cursor that lies after `now` back to it and withdraws SKIPPED rows with a nominal time after `now`,
    /// each reported as PENDING (R8). The answer names the fires after `now` that stay.
    case undoPremature(now: Timestamp)
    /// Applies a configuration: `base` nil replaces all jobs. A job that is new here gets `cursor` as its cursor; one that
    /// is known keeps its own.
    indirect case applyConfig(ConfigUpdate, cursor: Timestamp)
    /// These jobs run on orders only, until a configuration brings them again (R12).
    case setOrdered([JobUID])
    /// Reports up to this sequence are durable at the server; they stay in the outbox until they are forgotten (R5).
    case acknowledge(Int64)
    /// Acknowledged reports up to this sequence leave the outbox.
    case forgetReports(through: Int64)
    /// Reports an execution's stored state once more, with its output as far as that is kept (R1).
    ///
    /// Does nothing when the execution is not known, or when its last report is not acknowledged and so on its way anyway.
    case answer(ExecutionID)
    /// The server lacks the reports `after` < sequence <= `through`, and they are gone from the outbox: remembers to ``recite``.
    case beginRecital(after: Int64, through: Int64)
    /// One step through the ledger: reports again, as with ``answer(_:)``, the rows whose last report the server lacks.
    case recite
    /// Wall clock minus boot clock as last agreed with a server, microseconds, and the time it is: time will never have been
    /// before that (R7). Without an offset none was agreed in this boot, and that of an earlier one means nothing.
    case setClock(offset: Int64?, time: Timestamp)
    /// Whether a server has said that it does not know this agent.
    case setDismissed(Bool)
    /// Whether schedules fire at all, until a server says otherwise.
    indirect case setScheduler(SchedulerState)
    /// Whether the host is kept free of new work, until a server says otherwise.
    indirect case setMaintenance(HostMaintenance)
    /// What the host has seen of signatures of definitions.
    case setSigning(SigningState)
    /// Times without a server, where a job goes by them; the last one may go on.
    indirect case setAbsences([Absence])
    /// Refuses orders with a nominal time before this from now on, and lets ``prune`` forget such rows (R10).
    case raiseFloor(Timestamp)
    /// One small step of deleting what is terminal, acknowledged and below the floor.
    case prune
}

/// The answer to one operation.
package enum LedgerResult: Hashable, Sendable {
    case done
    /// The row was inserted or replaced; its report got this sequence.
    case written(sequence: Int64)
    /// R1: the id was admitted or decided before; nothing was written.
    indirect case exists(LedgerEntry)
    /// Premature skips that were undone, fires decided before their time that stay, and the highest sequence of the PENDING
    /// reports.
    case withdrawn([ExecutionID], decided: [ExecutionID], sequence: Int64)
    /// Whether the ledger was told to its end, and the highest sequence.
    case recited(isDone: Bool, sequence: Int64)
    /// Whether nothing is left to forget for now.
    case pruned(isDone: Bool)
}

/// One execution in the ledger.
package struct LedgerEntry: Hashable, Sendable, Codable {
    /// The order it runs from; for local fires the agent writes its own.
    package var order: Order
    package var status: ExecutionStatus
    package var reason: ExecutionReason?
    package var detail: String?
    package var attempt: Int
    /// Whether a server's order or the local timer started it.
    package var isLocal: Bool
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var exitCode: Int?
    /// Of the answer an HTTP job got.
    package var httpStatus: Int?
    /// When the next attempt is due; nil when none is.
    package var retryAt: Timestamp?
    package var coalesced: CoalescedRange?
    /// Attempts that were interrupted and are none of the retries (``InterruptPolicy/retry``).
    package var interruptions: Int

    package init(
        order: Order,
        status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        detail: String? = nil,
        attempt: Int = 0,
        isLocal: Bool,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        exitCode: Int? = nil,
        httpStatus: Int? = nil,
        retryAt: Timestamp? = nil,
        coalesced: CoalescedRange? = nil,
        interruptions: Int = 0
    ) {
        self.order = order
        self.status = status
        self.reason = reason
        self.detail = detail
        self.attempt = attempt
        self.isLocal = isLocal
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.exitCode = exitCode
        self.httpStatus = httpStatus
        self.retryAt = retryAt
        self.coalesced = coalesced
        self.interruptions = interruptions
    }

    package var id: ExecutionID { self.order.executionID }
}

/// Everything the core starts from.
package struct LedgerSnapshot: Hashable, Sendable {
    package var incarnation: String
    package var configVersion: Int64
    package var jobs: [JobSnapshot]
    package var cursors: [JobUID: Timestamp]
    package var orders: [Order]
    /// Rows that are RUNNING or PENDING (awaiting a retry).
    package var open: [LedgerEntry]
    package var lastSequence: Int64
    package var acknowledgedSequence: Int64
    /// The outbox has every report above this.
    package var outboxBase: Int64
    package var floor: Timestamp
    /// Nil before the first contact with a server.
    package var clockOffset: Int64?
    /// The latest time the ledger knows to have been.
    package var lastTime: Timestamp
    /// Fires that were decided before their time, which has not come as far as the ledger knows.
    package var ahead: [ExecutionID]
    /// Whether a recital has not come to its end.
    package var isReciting: Bool
    /// Whether the schedule stands still because the server does not know this agent.
    package var isDismissed: Bool
    /// The server's rules of the zones that jobs are planned in.
    package var zones: [ZoneSlice]
    /// Jobs that run on orders only.
    package var ordered: Set<JobUID>
    /// Whether schedules fire at all.
    package var scheduler: SchedulerState
    /// Whether the host is kept free of new work.
    package var maintenance: HostMaintenance
    /// Times without a server, as far as they may still matter.
    package var absences: [Absence]
    /// What the host has seen of signatures of definitions.
    package var signing: SigningState

    package init(
        incarnation: String,
        configVersion: Int64 = 0,
        jobs: [JobSnapshot] = [],
        cursors: [JobUID: Timestamp] = [:],
        orders: [Order] = [],
        open: [LedgerEntry] = [],
        lastSequence: Int64 = 0,
        acknowledgedSequence: Int64 = 0,
        outboxBase: Int64? = nil,
        floor: Timestamp = .distantPast,
        clockOffset: Int64? = nil,
        lastTime: Timestamp = .distantPast,
        ahead: [ExecutionID] = [],
        isReciting: Bool = false,
        isDismissed: Bool = false,
        zones: [ZoneSlice] = [],
        ordered: Set<JobUID> = [],
        scheduler: SchedulerState = SchedulerState(),
        maintenance: HostMaintenance = HostMaintenance(),
        absences: [Absence] = [],
        signing: SigningState = SigningState()
    ) {
        self.signing = signing
        self.incarnation = incarnation
        self.configVersion = configVersion
        self.jobs = jobs
        self.cursors = cursors
        self.orders = orders
        self.open = open
        self.lastSequence = lastSequence
        self.acknowledgedSequence = acknowledgedSequence
        self.outboxBase = outboxBase ?? acknowledgedSequence
        self.floor = floor
        self.clockOffset = clockOffset
        self.lastTime = lastTime
        self.ahead = ahead
        self.isReciting = isReciting
        self.isDismissed = isDismissed
        self.zones = zones
        self.ordered = ordered
        self.scheduler = scheduler
        self.maintenance = maintenance
        self.absences = absences
    }
}
