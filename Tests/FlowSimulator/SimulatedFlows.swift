// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs of workflows as the server's database has them; a part of ``SimulatedStore``, so that one transaction is one.
struct SimulatedFlows {
    struct Stored {
        let definition: WorkflowDefinition
        var run: FlowRun
        var nodes: [FlowNode]
    }

    /// A run of a step's task.
    struct Child {
        let flow: RunID
        let key: String
        let executions: [ExecutionID]
    }

    /// What one step of the engine came to.
    struct Move {
        var orders: [[AgentID: Order]] = []
        var stopped: [(id: ExecutionID, agent: AgentID, force: Bool)] = []
    }

    var runs: [RunID: Stored] = [:]
    var children: [RunID: Child] = [:]
    /// Children whose last execution has ended; taken when the run has heard of it.
    var settled: [RunID: [RunID]] = [:]

    /// Runs that something has come for, or whose time has: in the order of their ids.
    func due(at now: Timestamp) -> [RunID] {
        self.runs.filter { id, stored in
            guard stored.run.phase != .ended else { return false }
            if self.settled[id]?.isEmpty == false { return true }
            let waits = stored.nodes.compactMap { $0.state == .started ? $0.wakeAt : nil }
            return (waits + [stored.run.deadline].compactMap { $0 }).contains { $0 <= now }
        }.keys.sorted()
    }

    /// In the order of their ids.
    var open: [RunID] { self.runs.filter { $0.value.run.phase != .ended }.keys.sorted() }
}

extension SimulatedStore {
    /// What has happened to a run, in one transaction: its steps, what they start, and what was heard (W19).
    ///
    /// - Parameters:
    ///   - fault: the one to bring back, if it is one of this transaction's.
    ///   - crashes: the process dies in it, if the fault makes two of it.
    mutating func step(
        _ id: RunID,
        _ events: [WorkflowEvent],
        fault: FlowFault?,
        crashes: Bool,
        now: Timestamp
    ) -> SimulatedFlows.Move {
        guard let stored = self.flows.runs[id] else { return SimulatedFlows.Move() }
        var core = WorkflowCore(definition: stored.definition, run: stored.run, nodes: stored.nodes)
        var waiting = events
        for child in self.flows.settled[id] ?? [] {
            guard let known = self.flows.children[child] else { continue }
            let counts = Dictionary(known.executions.compactMap { self.executions[$0]?.status }.map { ($0, 1) }) {
                $0 + $1
            }
            waiting.append(.childSettled(key: known.key, child: child, NodeResult(RunTally(counts: counts))))
        }
        waiting.append(.timerRang)
        var move = SimulatedFlows.Move()
        var index = 0
        while index < waiting.count {
            for effect in core.handle(waiting[index], at: now) {
                switch effect {
                case .start(let key, let parameters, _):
                    if fault == .startsApart, crashes { continue }
                    if let refusal = self.begin(key, parameters, of: core, &move, now: now) { waiting.append(refusal) }
                case .stop(let key, let force) where fault != .leavesRunning:
                    self.stop(key, force: force, of: core, &move)
                case .stop, .ask, .ended: break
                }
            }
            index += 1
        }
        if fault == .savesApart, crashes { return move }
        self.flows.settled[id] = nil
        self.flows.runs[id]?.run = core.run
        for place in core.changed { self.flows.runs[id]?.nodes[place] = core.nodes[place] }
        return move
    }

    private mutating func begin(
        _ key: String,
        _ parameters: [String: String],
        of core: WorkflowCore,
        _ move: inout SimulatedFlows.Move,
        now: Timestamp
    ) -> WorkflowEvent? {
        guard let place = core.graph.index[key], let uid = core.nodes[place].job?.uid, let job = self.jobs[uid] else {
            return .refused(key: key, .deleted, "There is no such task.")
        }
        guard job.isEnabled else { return .refused(key: key, .disabled, "The task is disabled.") }
        let targets = (self.targets[uid] ?? []).sorted()
        guard let draft = RunDraft.node(core.nodes[place], of: core.run, parameters: parameters, on: targets, at: now)
        else { return .refused(key: key, .noHost, "The task has no host.") }
        // Who begins a run that is there already finds it.
        guard self.flows.children[draft.run.id] == nil else { return nil }
        self.flows.children[draft.run.id] = SimulatedFlows.Child(
            flow: core.run.id,
            key: key,
            executions: draft.executions.map(\.id)
        )
        var orders: [AgentID: Order] = [:]
        for execution in draft.executions where self.executions[execution.id] == nil {
            self.executions[execution.id] = execution
            orders[execution.agentID] = self.order(execution, job: job)
        }
        move.orders.append(orders)
        return nil
    }

    private mutating func stop(_ key: String, force: Bool, of core: WorkflowCore, _ move: inout SimulatedFlows.Move) {
        guard let place = core.graph.index[key], let child = core.nodes[place].child,
            let known = self.flows.children[child]
        else { return }
        for id in known.executions {
            guard let execution = self.executions[id], !execution.status.isTerminal else { continue }
            // Durable, so that a host that is away hears of it when it comes.
            self.cancels.insert(id)
            move.stopped.append((id, execution.agentID, force))
        }
    }

    /// Notes the end of a step's last execution, in the transaction that has heard of it.
    mutating func noteEnd(of execution: Execution) {
        guard execution.kind == .node, execution.status.isTerminal, let child = self.flows.children[execution.runID]
        else { return }
        let isOver = child.executions.allSatisfy { self.executions[$0]?.status.isTerminal == true }
        guard isOver, self.flows.settled[child.flow]?.contains(execution.runID) != true else { return }
        self.flows.settled[child.flow, default: []].append(execution.runID)
    }
}
