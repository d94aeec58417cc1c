// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides how a run of a workflow goes on (W1 to W10, W19).
///
/// A store loads the run and its steps, lets this decide, and saves what changed together with all that follows from it, in
/// one transaction under the run's lock. Every event may come twice: the second changes nothing.
package struct WorkflowCore: Sendable {
    package let definition: WorkflowDefinition
    package let graph: WorkflowGraph
    package internal(set) var run: FlowRun
    /// In the order of the definition.
    package internal(set) var nodes: [FlowNode]
    /// Places of the steps that differ from what was loaded.
    package internal(set) var changed: Set<Int> = []
    var effects: [WorkflowEffect] = []
    /// Steps to look at again.
    private var pending: [Int] = []

    /// - Parameter nodes: as they are stored; a step that is missing is new.
    package init(definition: WorkflowDefinition, run: FlowRun, nodes: [FlowNode]) {
        let stored = Dictionary(nodes.map { ($0.key, $0) }) { first, _ in first }
        self.definition = definition
        self.graph = WorkflowGraph(definition)
        self.run = run
        self.nodes = definition.nodes.map { stored[$0.key] ?? FlowNode(key: $0.key) }
    }

    /// Keys of the steps that wait for a person, in the order of the definition (W10).
    package var asking: [String] {
        self.nodes.indices.compactMap { index in
            guard self.nodes[index].state == .started, case .approval = self.definition.nodes[index].work else {
                return nil
            }
            return self.nodes[index].key
        }
    }

    package mutating func handle(_ event: WorkflowEvent, at now: Timestamp) -> [WorkflowEffect] {
        guard self.run.phase != .ended else { return [] }
        self.effects = []
        if self.run.phase == .queued { guard self.admits(event, at: now) else { return self.effects } }
        switch event {
        case .reconcile, .begin: self.pending = Array(self.nodes.indices)
        case .childSettled(let key, let child, let result):
            guard let index = self.graph.index[key], self.nodes[index].state == .started,
                self.nodes[index].child == child
            else { return [] }
            self.settle(index, result, at: now)
        case .refused(let key, let reason, let words):
            guard let index = self.graph.index[key], self.nodes[index].state == .started else { return [] }
            let isSkipped = reason == .ifDisabled
            self.end(index, isSkipped ? .skipped : .failed, reason, words, at: now)
        case .taskEnded(let job, let result):
            self.meet(at: now) { source in
                guard case .task(job, let on) = source, on.holds(for: result) else { return nil }
                return result
            }
        case .message(let message):
            self.meet(at: now) { source in
                guard case .message(message.topic) = source else { return nil }
                return NodeResult(RunTally(counts: [:]), outputs: message.data.isEmpty ? nil : message.data)
            }
        case .timerRang: self.ring(at: now)
        case .answered(let key, let answer):
            guard let index = self.graph.index[key], self.nodes[index].state == .started,
                case .approval = self.definition.nodes[index].work
            else { return [] }
            self.nodes[index].answer = answer
            self.end(index, answer.approves ? .succeeded : .failed, answer.approves ? nil : .rejected, nil, at: now)
        case .pause:
            guard self.run.phase == .running else { return [] }
            self.run.phase = .paused
            self.run.pausedAt = now
        case .resume: self.resume(at: now)
        case .cancel(let force): self.stopEverything(.cancel, force: force, at: now)
        case .abandon: self.abandon(at: now)
        }
        self.goOn(at: now)
        return self.effects
    }

    // MARK: Going on

    /// Looks at steps until nothing follows any more.
    private mutating func goOn(at now: Timestamp) {
        repeat {
            while let index = self.pending.popLast() { self.look(at: index, now) }
            self.startReady(at: now)
            if self.pending.isEmpty { self.closeOut(at: now) }
        } while !self.pending.isEmpty || self.canStartMore
        guard self.run.phase != .ended, !self.nodes.contains(where: { $0.state.isOpen }) else { return }
        let outcome = Self.outcome(of: self.run, self.nodes, self.definition, self.graph)
        self.run.phase = .ended
        self.run.outcome = outcome
        self.run.endedAt = now
        self.run.pausedAt = nil
        if outcome == .succeeded { self.collectResults() }
        self.effects.append(.ended(outcome))
    }

    /// Applies a step's rule (W2).
    private mutating func look(at index: Int, _ now: Timestamp) {
        guard self.nodes[index].state == .waiting, !self.definition.nodes[index].isAside else { return }
        let incoming = self.graph.incoming[index]
        guard !incoming.isEmpty else { return self.makeReady(index, at: now) }
        var counts: [EdgeState: Int] = [:]
        for edge in incoming { counts[self.state(of: edge), default: 0] += 1 }
        let (open, taken) = (counts[.open] ?? 0, counts[.taken] ?? 0)
        let why: NodeReason = (counts[.unmet] ?? 0) > 0 ? .upstreamFailed : .notChosen
        let isMet: Bool
        switch self.definition.nodes[index].rule {
        case .all:
            guard open == 0 else { return }
            isMet = taken > 0 && why == .notChosen
        case .strict:
            guard open == 0 else { return }
            isMet = taken == incoming.count
        case .atLeast(let count):
            guard taken >= count || taken + open < count else { return }
            isMet = taken >= count
        }
        if isMet { self.makeReady(index, at: now) } else { self.end(index, .skipped, why, nil, at: now) }
    }

    mutating func makeReady(_ index: Int, at now: Timestamp) {
        self.nodes[index].isExempt = self.graph.incoming[index].contains { number in
            let edge = self.graph.edges[number]
            guard self.state(of: number) == .taken else { return false }
            return edge.on == .failure || self.nodes[edge.from].isExempt
        }
        self.nodes[index].state = .ready
        self.nodes[index].readyAt = now
        self.changed.insert(index)
        self.dropIfStopped(index, at: now)
    }

    /// After a failure only what failures lead to still starts (W5).
    private mutating func dropIfStopped(_ index: Int, at now: Timestamp) {
        guard let halt = self.run.halt, self.nodes[index].state == .ready, !self.definition.nodes[index].isAside
        else { return }
        if halt.endsEverything {
            self.end(index, .cancelled, halt == .timeout ? .timeout : .requested, nil, at: now)
        } else if !self.nodes[index].isExempt {
            self.end(index, .skipped, .stopped, nil, at: now)
        }
    }

    private mutating func startReady(at now: Timestamp) {
        guard self.run.phase != .paused, self.run.phase != .ended else { return }
        var open = 0
        for (index, node) in self.nodes.enumerated()
        where node.state == .started && self.definition.nodes[index].work.hasChild { open += 1 }
        for index in self.nodes.indices where self.nodes[index].state == .ready {
            let node = self.definition.nodes[index]
            if node.work.hasChild {
                guard open < self.definition.maxParallel else { continue }
                open += 1
            }
            self.begin(index, node, at: now)
        }
    }

    private mutating func begin(_ index: Int, _ node: WorkflowNode, at now: Timestamp) {
        self.nodes[index].state = .started
        self.nodes[index].startedAt = now
        self.changed.insert(index)
        do {
            switch node.work {
            case .noop: self.end(index, .succeeded, nil, nil, at: now)
            case .wait(let wait):
                guard let end = try? wait.end(from: now, workflow: self.run.workflowUID) else {
                    return self.end(index, .failed, .expression, "The time it waits for never comes.", at: now)
                }
                self.nodes[index].wakeAt = end
            case .approval(let approval):
                self.nodes[index].wakeAt = now.advanced(byMilliseconds: Int64(approval.timeoutSeconds) * 1000)
                self.effects.append(.ask(key: node.key))
            case .decision(let cases, let otherwise):
                var chosen = otherwise
                for item in cases {
                    guard try item.when.holds(in: self.scope(for: [item.when])) else { continue }
                    chosen = item.to
                    break
                }
                self.nodes[index].chosen = chosen
                self.end(index, .succeeded, nil, nil, at: now)
            case .job, .own, .workflow:
                let parameters = try self.parameters(of: node)
                self.nodes[index].child = self.childID(of: index)
                self.effects.append(.start(key: node.key, parameters: parameters, items: nil))
            case .map(let map): try self.begin(index, map, node, at: now)
            }
        } catch {
            self.end(index, .failed, .expression, "\(error)", at: now)
        }
    }

    /// A list that is empty is done, and one that is none, or too long, fails before an item starts (W13).
    private mutating func begin(
        _ index: Int,
        _ map: MapStep,
        _ node: WorkflowNode,
        at now: Timestamp
    ) throws(ExpressionFault) {
        let parameters = try self.parameters(of: node)
        let expressions: [Expression] =
            if case .expression(let template) = map.over { template.expressions } else { [] }
        let items: [String]
        do throws(ExpressionFault) {
            items = try map.items(in: self.scope(for: expressions))
        } catch {
            return self.end(index, .failed, .map, "The list cannot be gone over: \(error).", at: now)
        }
        guard !items.isEmpty else { return self.end(index, .succeeded, nil, "The list is empty.", at: now) }
        let before = self.nodes[index].items
        let kept = before?.isOf(items) == true ? before : nil
        self.nodes[index].items = kept ?? KeptItems(of: items)
        if kept?.done.count == items.count {
            // All of it was done before, and only how it ended was not told.
            return self.settle(index, map, NodeResult(RunTally(counts: [:])), at: now)
        }
        self.nodes[index].child = self.childID(of: index)
        self.effects.append(.start(key: node.key, parameters: parameters, items: items))
    }

    /// Named by the step and the moment it became ready: whoever starts it again finds it started.
    private func childID(of index: Int) -> RunID? {
        guard let job = self.nodes[index].job, let ready = self.nodes[index].readyAt else { return nil }
        return DeterministicID.run(
            kind: .node,
            job: job.uid,
            nominal: ready,
            discriminator: Self.discriminator(run: self.run.id, key: self.nodes[index].key)
        )
    }

    /// What names a step's child run beside its task and the time; a step runs once, as iteration 0.
    package static func discriminator(run: RunID, key: String) -> String { "\(run)/\(key)/0" }

    // MARK: Ends

    /// Ends a step, once.
    mutating func end(
        _ index: Int,
        _ state: NodeState,
        _ reason: NodeReason?,
        _ detail: String?,
        at now: Timestamp
    ) {
        guard self.nodes[index].state.isOpen else { return }
        self.nodes[index].state = state
        self.nodes[index].reason = reason
        self.nodes[index].detail = detail?.shortened(toBytes: 1000)
        self.nodes[index].endedAt = now
        self.nodes[index].wakeAt = nil
        self.changed.insert(index)
        self.pending += self.graph.outgoing[index].map { self.graph.edges[$0].to }
        self.judgeFailure(index, at: now)
        // It was to make good a failure of another step.
        for number in self.graph.incoming[index] where self.graph.edges[number].catches {
            self.judgeFailure(self.graph.edges[number].from, at: now)
        }
    }

    /// Applies the policy of a step that failed, unless another step makes it good (W5).
    private mutating func judgeFailure(_ index: Int, at now: Timestamp) {
        let node = self.nodes[index]
        guard node.state == .failed || node.state == .cancelled, node.keptFrom == nil, self.run.halt == nil,
            !self.definition.nodes[index].isAside
        else { return }
        let policy = self.definition.nodes[index].onFailure ?? self.definition.onFailure
        guard policy == .stop || policy == .cancel else { return }
        let catchers = self.graph.outgoing[index].map { self.graph.edges[$0] }.filter(\.catches).map {
            self.nodes[$0.to].state
        }
        guard catchers.allSatisfy({ $0.isTerminal && $0 != .succeeded }) else { return }
        self.run.halt = .failure
        for other in self.nodes.indices { self.dropIfStopped(other, at: now) }
        guard policy == .cancel else { return }
        self.stopStarted(force: false, at: now)
    }

    private mutating func settle(_ index: Int, _ result: NodeResult, at now: Timestamp) {
        let tally = result.tally
        let counts = tally.counts
        self.nodes[index].result = result
        if case .map(let map) = self.definition.nodes[index].work { return self.settle(index, map, result, at: now) }
        let fault = result.outputsFault.map { "Its outputs were not taken: \($0)." }
        switch tally.state {
        case "succeeded":
            if let words = self.outputsFault(index, result) { return self.end(index, .failed, .output, words, at: now) }
            self.end(index, .succeeded, nil, fault, at: now)
        case "failed":
            let isTimeout = (counts[.failure] ?? 0) == 0
            let failed = (counts[.failure] ?? 0) + (counts[.timeout] ?? 0)
            self.end(
                index,
                .failed,
                isTimeout ? .timeout : .execution,
                "\(failed) of \(tally.total) executions failed." + (fault.map { " " + $0 } ?? ""),
                at: now
            )
        case "cancelled": self.end(index, .cancelled, .requested, nil, at: now)
        case "skipped":
            let (reason, words): (NodeReason, String) =
                tally.total == 0
                ? (.noHost, "The task has no host.") : (.childSkipped, "Every execution of it was skipped.")
            switch self.definition.nodes[index].skippedIs {
            case .failed: self.end(index, .failed, reason, words, at: now)
            case .skipped: self.end(index, .skipped, .childSkipped, words, at: now)
            case .succeeded: self.end(index, .succeeded, nil, nil, at: now)
            }
        default: break
        }
    }
}
