// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// What still runs when the ordinary steps have ended (W6), and what lists come to (W13).

extension WorkflowCore {
    /// A step has become ready outside the rules of edges.
    var canStartMore: Bool {
        guard self.run.phase == .compensating || self.run.phase == .finalising else { return false }
        return self.nodes.indices.contains { index in
            self.nodes[index].state == .ready && self.definition.nodes[index].isAside && self.hasRoom
        }
    }

    private var hasRoom: Bool {
        let open = self.nodes.indices.filter {
            self.nodes[$0].state == .started && self.definition.nodes[$0].work.hasChild
        }
        return open.count < self.definition.maxParallel
    }

    /// Lets compensators and then the steps that run at any end have their turn, when everything before has ended.
    mutating func closeOut(at now: Timestamp) {
        guard self.run.phase != .paused, self.run.phase != .ended, self.isOver(.ordinary) else { return }
        if !self.isOver(.compensator) { self.compensate(at: now) }
        guard self.isOver(.compensator), !self.isOver(.finally), self.run.phase != .finalising else { return }
        self.run.phase = .finalising
        self.run.deadline = now.advanced(byMilliseconds: WorkflowDefinition.finallyMilliseconds)
        for index in self.nodes.indices
        where self.definition.nodes[index].role == .finally && self.nodes[index].state == .waiting {
            self.makeReady(index, at: now)
        }
    }

    private func isOver(_ role: WorkflowNode.Role) -> Bool {
        !self.nodes.indices.contains { self.definition.nodes[$0].role == role && self.nodes[$0].state.isOpen }
    }

    /// One at a time: what ended last is undone first.
    private mutating func compensate(at now: Timestamp) {
        let isRunning = self.nodes.indices.contains { index in
            self.definition.nodes[index].role == .compensator
                && (self.nodes[index].state == .ready || self.nodes[index].state == .started)
        }
        guard !isRunning else { return }
        let verdict = Self.outcome(of: self.run, self.nodes, self.definition, self.graph)
        if verdict != .succeeded, let next = self.nextCompensator {
            self.run.phase = .compensating
            // Its steps have limits of their own, and what was begun is to be undone whole.
            self.run.deadline = nil
            return self.makeReady(next, at: now)
        }
        for index in self.nodes.indices
        where self.definition.nodes[index].role == .compensator && self.nodes[index].state == .waiting {
            self.end(index, .skipped, .notChosen, nil, at: now)
        }
    }

    private var nextCompensator: Int? {
        let due = self.nodes.indices.filter { index in
            guard let key = self.definition.nodes[index].compensate, let target = self.graph.index[key] else {
                return false
            }
            return self.nodes[target].state == .waiting && self.nodes[index].hasDoneSomething
        }
        let last = due.max { left, right in
            let (one, other) = (self.nodes[left], self.nodes[right])
            let ends = (one.endedAt ?? .distantPast, other.endedAt ?? .distantPast)
            return ends.0 == ends.1 ? one.key > other.key : ends.0 < ends.1
        }
        return last.flatMap { self.definition.nodes[$0].compensate }.flatMap { self.graph.index[$0] }
    }

    /// Ends what has not begun of the steps that run after all others; the first cancel spares them (W6).
    mutating func dropAside(_ reason: NodeReason, at now: Timestamp) {
        for index in self.nodes.indices where self.definition.nodes[index].isAside {
            guard self.nodes[index].state == .waiting || self.nodes[index].state == .ready else { continue }
            self.end(index, .cancelled, reason, nil, at: now)
        }
    }

    /// What the items of a map came to together (W13).
    mutating func settle(_ index: Int, _ map: MapStep, _ result: NodeResult, at now: Timestamp) {
        let result = self.nodes[index].items?.joined(with: result) ?? result
        self.nodes[index].result = result
        let tally = result.tally
        let failed = (tally.counts[.failure] ?? 0) + (tally.counts[.timeout] ?? 0)
        let fault = result.outputsFault.map { "Its outputs were not taken: \($0)." }
        let words = "\(failed) of \(tally.total) items failed."
        if map.fail.isMet(failed: failed, of: tally.total) {
            self.end(index, .failed, .execution, words + (fault.map { " " + $0 } ?? ""), at: now)
        } else if (tally.counts[.cancelled] ?? 0) > 0 {
            self.end(index, .cancelled, .requested, nil, at: now)
        } else if let skipped = tally.counts[.skipped], skipped > 0, map.fail != .never {
            let words = "\(skipped) of \(tally.total) items were skipped."
            switch self.definition.nodes[index].skippedIs {
            case .failed: self.end(index, .failed, .childSkipped, words, at: now)
            case .skipped where skipped == tally.total: self.end(index, .skipped, .childSkipped, words, at: now)
            case .skipped, .succeeded: self.end(index, .succeeded, nil, words, at: now)
            }
        } else {
            self.end(index, .succeeded, nil, failed > 0 ? words : fault, at: now)
        }
    }

    /// What the run hands on; a result that cannot be told is left out, and said so.
    mutating func collectResults() {
        var values: [JSON.Member] = []
        var faults: [String] = []
        for (name, template) in self.definition.results.sorted(by: { $0.key < $1.key }) {
            do {
                values.append(.init(name, try template.rendered(in: self.scope(for: template.expressions))))
            } catch {
                faults.append("\(name): \(error)")
            }
        }
        self.run.results = values.isEmpty ? nil : .object(values)
        self.run.resultsFault = faults.isEmpty ? nil : faults.joined(separator: "; ").shortened(toBytes: 1000)
    }
}

extension FlowNode {
    /// Whether there may be something to undo: it succeeded, or ended otherwise after it had begun.
    var hasDoneSomething: Bool {
        switch self.state {
        case .succeeded: true
        case .failed, .cancelled: self.startedAt != nil
        case .waiting, .ready, .started, .skipped: false
        }
    }
}
