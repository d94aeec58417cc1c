// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// From where a run is repeated (W16).
package enum RerunStart: Hashable, Sendable {
    /// What did not succeed, and all that follows from it.
    case failed
    /// A step, and all that follows from it; what did not succeed runs again as well.
    case step(String)
}

extension WorkflowCore {
    /// The steps with which a further run begins: those that are kept have ended, the others wait.
    ///
    /// - Parameters:
    ///   - definition: of the version that the run kept to.
    ///   - graph: of the version that the run kept to, to which the further one keeps as well.
    ///   - nodes: of the run that ended, in the order of the definition.
    ///   - items: of the maps that did not succeed, by their keys, what of their lists was done.
    /// - Returns: nil when there is no such step.
    package static func rerun(
        of run: FlowRun,
        _ nodes: [FlowNode],
        _ definition: WorkflowDefinition,
        _ graph: WorkflowGraph,
        from start: RerunStart,
        items: [String: KeptItems] = [:]
    ) -> [FlowNode]? {
        var seeds: Set<Int> = []
        var undone: Set<Int> = []
        for (index, node) in nodes.enumerated() {
            switch node.state {
            case .failed, .cancelled, .waiting, .ready, .started: seeds.insert(index)
            case .skipped where node.reason == .upstreamFailed || node.reason == .stopped: seeds.insert(index)
            case .skipped, .succeeded: break
            }
            // What was undone is to be done again, and what undoes or cleans up has its turn at every end.
            let undoes = definition.nodes[index].compensate.flatMap { graph.index[$0] }
            if let undoes, nodes[undoes].startedAt != nil {
                seeds.insert(index)
                undone.insert(index)
            }
            if definition.nodes[index].isAside { seeds.insert(index) }
        }
        if case .step(let key) = start {
            guard let index = graph.index[key] else { return nil }
            seeds.insert(index)
        }
        let again = graph.reach(from: seeds)
        return nodes.enumerated().map { index, node in
            guard again.contains(index) else {
                var kept = node
                kept.keptFrom = node.keptFrom ?? run.id
                return kept
            }
            var fresh = FlowNode(key: node.key, job: node.job)
            // What comes before a list may give it other data under the same names.
            let isFed = graph.incoming[index].contains { again.contains(graph.edges[$0].from) }
            if !isFed, !undone.contains(index), !definition.nodes[index].isAside, start != .step(node.key) {
                fresh.items = items[node.key]
            }
            return fresh
        }
    }
}
