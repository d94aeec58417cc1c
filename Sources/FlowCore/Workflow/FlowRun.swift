// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A run of a workflow, without its steps.
package struct FlowRun: Hashable, Sendable {
    package let id: RunID
    package let workflow: WorkflowID
    package let workflowUID: JobUID
    package var workflowName: String
    /// Of the definition that it keeps to (W15).
    package let version: Int64
    package var type: RunType
    package var nominal: Timestamp
    package var source: String
    /// Who asked; nil for the schedule.
    package var caller: String?
    package var phase: FlowPhase
    /// Set when it has ended.
    package var outcome: FlowOutcome?
    /// Why no further step starts, if so.
    package var halt: FlowHalt?
    /// An object, by the names of parameters.
    package var parameters: JSON
    /// When its time is over; of one that is queued, by when it has to have begun.
    package var deadline: Timestamp?
    package var pausedAt: Timestamp?
    /// The run whose finished steps it keeps.
    package var rerunOf: RunID?
    /// The run that it is a step of, and which step of that (W14).
    package var owner: FlowOwner?
    /// What it hands on, by name; nil until it has succeeded, and when there is nothing.
    package var results: JSON?
    /// Why results are missing.
    package var resultsFault: String?
    package var createdAt: Timestamp
    package var endedAt: Timestamp?

    package init(
        id: RunID,
        workflow: WorkflowID,
        workflowUID: JobUID,
        workflowName: String,
        version: Int64,
        type: RunType,
        nominal: Timestamp,
        source: String,
        caller: String? = nil,
        phase: FlowPhase = .running,
        outcome: FlowOutcome? = nil,
        halt: FlowHalt? = nil,
        parameters: JSON = .object([]),
        deadline: Timestamp? = nil,
        pausedAt: Timestamp? = nil,
        rerunOf: RunID? = nil,
        owner: FlowOwner? = nil,
        results: JSON? = nil,
        resultsFault: String? = nil,
        createdAt: Timestamp,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.workflow = workflow
        self.workflowUID = workflowUID
        self.workflowName = workflowName
        self.version = version
        self.type = type
        self.nominal = nominal
        self.source = source
        self.caller = caller
        self.phase = phase
        self.outcome = outcome
        self.halt = halt
        self.parameters = parameters
        self.deadline = deadline
        self.pausedAt = pausedAt
        self.rerunOf = rerunOf
        self.owner = owner
        self.results = results
        self.resultsFault = resultsFault
        self.createdAt = createdAt
        self.endedAt = endedAt
    }
}

/// The step that a run of a workflow is.
package struct FlowOwner: Hashable, Sendable {
    package let run: RunID
    package let key: String
    /// Runs around it: 1 for a step of a run that nobody owns.
    package let depth: Int

    package init(run: RunID, key: String, depth: Int) {
        self.run = run
        self.key = key
        self.depth = depth
    }
}

/// Where a run of a workflow stands.
///
/// Stored and shown, so never renamed.
package enum FlowPhase: String, Sendable, CaseIterable {
    /// It was due while another run was open, and begins when that has ended (W17). It has no steps yet.
    case queued
    case running
    /// What runs goes on, nothing further starts, and time stands still (W8).
    case paused
    /// It was cancelled, or its time is over, and something still runs (W7).
    case stopping
    /// It failed or was cancelled, and what was done is undone (W6).
    case compensating
    /// The steps that run at any end run (W6).
    case finalising
    case ended
}

/// What a run of a workflow came to (W3).
package enum FlowOutcome: String, Sendable, CaseIterable {
    case succeeded, failed, cancelled
    /// Another run was open when it was due, or too long thereafter.
    case skipped
}

/// Why nothing ordinary starts any more.
package enum FlowHalt: String, Codable, Sendable, CaseIterable {
    /// A step failed (W5).
    case failure
    /// Somebody cancelled it.
    case cancel
    case timeout
    /// An operator gave up on hosts that do not answer.
    case abandoned

    /// Whether steps that have not begun end as cancelled.
    package var endsEverything: Bool { self != .failure }
}

/// A step of a run.
package struct FlowNode: Hashable, Sendable {
    package let key: String
    package var state: NodeState
    package var reason: NodeReason?
    /// Words for the reason.
    package var detail: String?
    package var readyAt: Timestamp?
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    /// The task it runs, in the version of the run's beginning.
    package var job: JobReference?
    package var child: RunID?
    /// When its wait or its time for an answer ends.
    package var wakeAt: Timestamp?
    /// It was asked to stop.
    package var isStopping: Bool
    /// It may start although another step failed: a failure led to it.
    package var isExempt: Bool
    package var result: NodeResult?
    /// Of a map that has begun: its list, and what of it was done before.
    package var items: KeptItems?
    /// Of a decision.
    package var chosen: [String]?
    package var answer: NodeAnswer?
    /// The run it was taken over from.
    package var keptFrom: RunID?

    package init(
        key: String,
        state: NodeState = .waiting,
        reason: NodeReason? = nil,
        detail: String? = nil,
        readyAt: Timestamp? = nil,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        job: JobReference? = nil,
        child: RunID? = nil,
        wakeAt: Timestamp? = nil,
        isStopping: Bool = false,
        isExempt: Bool = false,
        result: NodeResult? = nil,
        items: KeptItems? = nil,
        chosen: [String]? = nil,
        answer: NodeAnswer? = nil,
        keptFrom: RunID? = nil
    ) {
        self.key = key
        self.state = state
        self.reason = reason
        self.detail = detail
        self.readyAt = readyAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.job = job
        self.child = child
        self.wakeAt = wakeAt
        self.isStopping = isStopping
        self.isExempt = isExempt
        self.result = result
        self.items = items
        self.chosen = chosen
        self.answer = answer
        self.keptFrom = keptFrom
    }
}

/// Where a step stands.
///
/// Stored and shown, so never renamed; an ended one never changes.
package enum NodeState: String, Sendable, CaseIterable {
    case waiting, ready, started, succeeded, failed, cancelled, skipped

    package var isTerminal: Bool { !self.isOpen }
    package var isOpen: Bool { self == .waiting || self == .ready || self == .started }
}

/// Why a step is in its state.
///
/// Stored and shown, so never renamed.
package enum NodeReason: String, Sendable, CaseIterable {
    // failed
    case execution = "EXECUTION"
    case timeout = "TIMEOUT"
    case noHost = "NO_HOST"
    case disabled = "DISABLED"
    case deleted = "DELETED"
    case denied = "DENIED"
    case expression = "EXPRESSION"
    case rejected = "REJECTED"
    case childSkipped = "CHILD_SKIPPED"
    case map = "MAP"
    case depth = "DEPTH"
    case output = "OUTPUT"
    // skipped
    case notChosen = "NOT_CHOSEN"
    case upstreamFailed = "UPSTREAM_FAILED"
    case stopped = "STOPPED"
    case ifDisabled = "IF_DISABLED"
    // cancelled
    case requested = "REQUESTED"
    case abandoned = "ABANDONED"
}

/// How the executions of a step ended.
package struct NodeResult: Hashable, Sendable, Codable {
    /// By the state's number.
    package var counts: [Int: Int]
    /// The highest of its hosts; nil when no program exited by itself.
    package var exitCode: Int?
    /// What its executions agree on; nil, also in what older versions stored, is nothing.
    package var outputs: [String: String]?
    /// Why there are none although its executions had some.
    package var outputsFault: String?
    /// Of a map: each output by the numbers of the items; nil for an item that has none.
    package var lists: [String: [String?]]?

    package init(
        _ tally: RunTally,
        exitCode: Int? = nil,
        outputs: [String: String]? = nil,
        outputsFault: String? = nil,
        lists: [String: [String?]]? = nil
    ) {
        self.counts = Dictionary(
            uniqueKeysWithValues: tally.counts.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }
        )
        self.exitCode = exitCode
        self.outputs = outputs
        self.outputsFault = outputsFault
        self.lists = lists
    }

    package var tally: RunTally {
        RunTally(
            counts: Dictionary(
                self.counts.compactMap { status, count in ExecutionStatus(rawValue: status).map { ($0, count) } }
            ) { first, _ in first }
        )
    }
}

/// What somebody answered to a question.
package struct NodeAnswer: Hashable, Sendable, Codable {
    package var approves: Bool
    /// Nil: nobody did in time.
    package var by: String?
    package var comment: String
    package var at: Timestamp

    package init(approves: Bool, by: String?, comment: String = "", at: Timestamp) {
        self.approves = approves
        self.by = by
        self.comment = comment
        self.at = at
    }
}
