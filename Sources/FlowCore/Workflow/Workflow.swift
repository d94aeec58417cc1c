// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A stored workflow.
package struct Workflow: Hashable, Sendable {
    package let id: WorkflowID
    package let uid: JobUID
    /// 1 for a new one, +1 on every change, enabling and disabling included.
    package var version: Int64
    package var definition: WorkflowDefinition
    /// A newer server wrote the definition: here it has name and groups, and nothing else of it.
    package let isUnreadable: Bool
    package var isEnabled: Bool
    package var nextFire: Timestamp?
    /// As whom it starts: who saved it last; nil = nobody who signs in.
    package var owner: UserID?
    package var createdBy: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: WorkflowID,
        uid: JobUID,
        version: Int64,
        definition: WorkflowDefinition,
        isUnreadable: Bool = false,
        isEnabled: Bool,
        nextFire: Timestamp?,
        owner: UserID?,
        createdBy: String,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.isUnreadable = isUnreadable
        self.id = id
        self.uid = uid
        self.version = version
        self.definition = definition
        self.isEnabled = isEnabled
        self.nextFire = nextFire
        self.owner = owner
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A request to begin a run of a workflow.
package struct FlowStart: Hashable, Sendable {
    package let workflow: WorkflowID
    /// Names the request: a repeated one finds the run that the first one began.
    package let uid: String
    package let source: String
    package let caller: String?
    /// An object with a value for each parameter that has no default.
    package let parameters: JSON

    package init(workflow: WorkflowID, uid: String, source: String, caller: String?, parameters: JSON = .object([])) {
        self.workflow = workflow
        self.uid = uid
        self.source = source
        self.caller = caller
        self.parameters = parameters
    }
}

/// A run of a workflow with its steps and the definition that it keeps to.
package struct FlowDetail: Hashable, Sendable {
    package let run: FlowRun
    /// In the order of the definition.
    package let nodes: [FlowNode]
    package let definition: WorkflowDefinition

    package init(run: FlowRun, nodes: [FlowNode], definition: WorkflowDefinition) {
        self.run = run
        self.nodes = nodes
        self.definition = definition
    }

    /// What an edge has become.
    package func state(of edge: WorkflowGraph.Edge) -> WorkflowCore.EdgeState {
        WorkflowCore.state(of: edge, self.nodes, self.definition)
    }
}

/// A run of a workflow with how many of its steps are in each state.
package struct FlowSummary: Hashable, Sendable {
    package let run: FlowRun
    package let counts: [NodeState: Int]

    package init(run: FlowRun, counts: [NodeState: Int]) {
        self.run = run
        self.counts = counts
    }
}

/// What one transaction did to a run of a workflow.
package struct FlowStep: Sendable {
    package let detail: FlowDetail
    /// Runs of tasks that it began, with their orders.
    package let started: [StartedRun]
    /// Executions that it asked to stop.
    package let stopped: [(execution: Execution, force: Bool)]
    /// The request had been seen before.
    package let isRepeat: Bool

    package init(
        detail: FlowDetail,
        started: [StartedRun] = [],
        stopped: [(execution: Execution, force: Bool)] = [],
        isRepeat: Bool = false
    ) {
        self.detail = detail
        self.started = started
        self.stopped = stopped
        self.isRepeat = isRepeat
    }
}

/// Filter of workflows, by name.
package struct WorkflowQuery: Sendable {
    package var page: PageRequest
    /// Part of the name.
    package var keyword: String?
    package var scope: Scope

    package init(page: PageRequest = PageRequest(), keyword: String? = nil, scope: Scope = .all) {
        self.page = page
        self.keyword = keyword
        self.scope = scope
    }
}

/// Filter of runs of workflows, newest first.
package struct FlowQuery: Sendable {
    package var page: PageRequest
    package var workflow: WorkflowID?
    package var phase: FlowPhase?
    package var outcome: FlowOutcome?
    package var scope: Scope

    package init(
        page: PageRequest = PageRequest(),
        workflow: WorkflowID? = nil,
        phase: FlowPhase? = nil,
        outcome: FlowOutcome? = nil,
        scope: Scope = .all
    ) {
        self.page = page
        self.workflow = workflow
        self.phase = phase
        self.outcome = outcome
        self.scope = scope
    }
}
