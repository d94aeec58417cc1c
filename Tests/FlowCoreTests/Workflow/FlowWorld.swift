// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A run of a workflow in memory, whose tasks end as a test says.
struct FlowWorld {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    let definition: WorkflowDefinition
    var now = FlowWorld.start
    var run: FlowRun
    var nodes: [FlowNode] = []
    /// How often each step's run was begun.
    var starts: [String: Int] = [:]
    /// Steps in the order in which they began.
    var order: [String] = []
    var given: [String: [String: String]] = [:]
    var stops: [String: Int] = [:]
    /// The lists of maps.
    var lists: [String: [String]] = [:]
    var asked: [String] = []
    var ends: [FlowOutcome] = []

    init(
        _ definition: WorkflowDefinition,
        parameters: JSON = .object([]),
        nodes: [FlowNode]? = nil,
        id: UInt8 = 1,
        phase: FlowPhase = .running
    ) {
        self.definition = definition
        self.run = FlowRun(
            id: RunID(bytes: [UInt8](repeating: id, count: 16))!,
            workflow: 1,
            workflowUID: JobUID(bytes: [UInt8](repeating: 9, count: 16))!,
            workflowName: definition.name,
            version: 1,
            type: .manual,
            nominal: Self.start,
            source: "api",
            caller: "ann",
            phase: phase,
            parameters: parameters,
            deadline: phase == .queued
                ? nil : Self.start.advanced(byMilliseconds: Int64(definition.timeoutSeconds) * 1000),
            createdAt: Self.start
        )
        self.nodes =
            nodes
            ?? definition.nodes.enumerated().map { number, node in
                var row = FlowNode(key: node.key)
                if node.work.hasChild {
                    let uid = JobUID(bytes: [UInt8](repeating: UInt8(number % 250), count: 16))!
                    row.job = JobReference(id: JobID(number), uid: uid, version: 1, name: node.key)
                }
                return row
            }
        self.handle(.reconcile)
    }

    /// As a store does: loads, lets decide, saves.
    @discardableResult
    mutating func handle(_ event: WorkflowEvent) -> [WorkflowEffect] {
        self.now = self.now.advanced(byMilliseconds: 1)
        var core = WorkflowCore(definition: self.definition, run: self.run, nodes: self.nodes)
        let effects = core.handle(event, at: self.now)
        self.run = core.run
        for index in core.changed { self.nodes[index] = core.nodes[index] }
        for effect in effects {
            switch effect {
            case .start(let key, let parameters, let items):
                self.order.append(key)
                self.lists[key] = items
                self.starts[key, default: 0] += 1
                self.given[key] = parameters
            case .stop(let key, _): self.stops[key, default: 0] += 1
            case .ask(let key): self.asked.append(key)
            case .ended(let outcome): self.ends.append(outcome)
            }
        }
        return effects
    }

    mutating func end(_ key: String, _ status: ExecutionStatus = .success, exitCode: Int? = nil) {
        guard let child = self.node(key).child else { return }
        self.handle(
            .childSettled(key: key, child: child, NodeResult(RunTally(counts: [status: 1]), exitCode: exitCode))
        )
    }

    /// Ends a step with so many executions in each state.
    mutating func end(_ key: String, _ counts: [ExecutionStatus: Int], lists: [String: [String?]]? = nil) {
        guard let child = self.node(key).child else { return }
        self.handle(.childSettled(key: key, child: child, NodeResult(RunTally(counts: counts), lists: lists)))
    }

    mutating func pass(seconds: Int64) {
        self.now = self.now.advanced(byMilliseconds: seconds * 1000)
        self.handle(.timerRang)
    }

    func node(_ key: String) -> FlowNode { self.nodes.first { $0.key == key } ?? FlowNode(key: key) }

    func state(_ key: String) -> NodeState { self.node(key).state }

    var started: [String] { self.nodes.filter { $0.state == .started }.map(\.key) }

    /// Such as `a=succeeded b=skipped(STOPPED)`.
    var words: String {
        self.nodes.map { node in
            "\(node.key)=\(node.state.rawValue)" + (node.reason.map { "(\($0.rawValue))" } ?? "")
        }.joined(separator: " ")
    }
}

extension WorkflowNode {
    static func job(_ key: String, rule: NodeRule = .all, onFailure: FailurePolicy? = nil) -> WorkflowNode {
        WorkflowNode(key, .job(1), rule: rule, onFailure: onFailure)
    }
}

extension WorkflowDefinition {
    init(_ nodes: [WorkflowNode], _ edges: [WorkflowEdge] = [], onFailure: FailurePolicy = .stop, parallel: Int = 20) {
        self.init(name: "w", maxParallel: parallel, onFailure: onFailure, nodes: nodes, edges: edges)
    }
}
