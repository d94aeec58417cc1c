// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The fire transaction (R3).
package protocol ScheduleStore: Sendable {
    /// Fires, each by compare-and-set on the job's next fire, all in one transaction.
    ///
    /// It wins when the schedule still has the nominal time and the job still the version that the planner saw. What a won
    /// fire starts, unless it ``PlannedFire/isMissed``, is ``RunDraft/fire(_:of:on:online:at:)`` on the agents of the job's
    /// groups; an execution that its agent reported already stays as it is and gets no order.
    ///
    /// A target that is not in `recent`, unless that is nil, has been away for a while: it gets no record, only a note since
    /// when it owes an account (``OwedFires``).
    ///
    /// While the scheduler is stopped nothing moves on: every one of them is ``FireOutcome/held``.
    func fire(
        _ fires: [PlannedFire],
        online: Set<AgentID>,
        recent: Set<AgentID>?,
        at now: Timestamp
    ) async throws -> [FireOutcome]

    /// Starts a run that no schedule asked for, with an order for every target.
    ///
    /// Idempotent by ``Trigger/uid``: a repeated trigger answers with what the first one started.
    ///
    /// - Throws: `notFound` for the job, `conflict` when the job reaches no agent.
    func start(_ trigger: Trigger, by change: Change) async throws -> StartedRun
}

/// A fire that is due to be made durable.
package struct PlannedFire: Hashable, Sendable {
    package let job: JobUID
    package let jobID: JobID
    /// The version whose schedule was planned.
    package let version: Int64
    package let nominal: Timestamp
    /// The job's next fire after this one; nil = there is none.
    package let next: Timestamp?
    /// The server was away too long: only the schedule moves on, agents account for what they ran or missed.
    package let isMissed: Bool
    /// The rules of its zone have changed, and it is no fire any more: only the schedule moves on (R12).
    package let isStale: Bool

    package init(
        job: JobUID,
        jobID: JobID,
        version: Int64,
        nominal: Timestamp,
        next: Timestamp?,
        isMissed: Bool = false,
        isStale: Bool = false
    ) {
        self.job = job
        self.jobID = jobID
        self.version = version
        self.nominal = nominal
        self.next = next
        self.isMissed = isMissed
        self.isStale = isStale
    }
}

/// What became of a planned fire.
package enum FireOutcome: Sendable {
    /// Durable. Orders go to agents that were online.
    case fired(Run, executions: [Execution], orders: [AgentID: Order])
    /// Only the schedule moved on.
    case movedOn
    /// All its hosts have been away for a while: the schedule moved on, and they owe an account of it.
    case owed
    /// The scheduler is stopped: nothing was done.
    case held
    /// Somebody else moved the schedule, or the job was edited, disabled or deleted: nothing was done.
    ///
    /// `next` and `version` are what is stored; no version = the job is gone.
    case superseded(next: Timestamp?, version: Int64?)

    package var isHeld: Bool { if case .held = self { true } else { false } }
}

/// A request to run a job now.
package struct Trigger: Hashable, Sendable {
    package let job: JobID
    /// The client's Idempotency-Key or a fresh UUID.
    package let uid: String
    package let type: RunType
    package let source: String
    package let caller: String?
    package let parameters: [String: String]
    /// Only these agents; nil = all of the job's groups.
    package let targets: [AgentID]?
    package let retryOf: ExecutionID?
    /// The run that is run again as a whole.
    package let rerunOf: RunID?

    package init(
        job: JobID,
        uid: String,
        type: RunType = .manual,
        source: String,
        caller: String?,
        parameters: [String: String] = [:],
        targets: [AgentID]? = nil,
        retryOf: ExecutionID? = nil,
        rerunOf: RunID? = nil
    ) {
        self.job = job
        self.uid = uid
        self.type = type
        self.source = source
        self.caller = caller
        self.parameters = parameters
        self.targets = targets
        self.retryOf = retryOf
        self.rerunOf = rerunOf
    }
}

/// What a trigger started.
package struct StartedRun: Sendable {
    package let run: Run
    package let executions: [Execution]
    package let orders: [AgentID: Order]
    /// The trigger had been seen before; nothing new was started.
    package let isRepeat: Bool

    package init(run: Run, executions: [Execution], orders: [AgentID: Order], isRepeat: Bool) {
        self.run = run
        self.executions = executions
        self.orders = orders
        self.isRepeat = isRepeat
    }
}
