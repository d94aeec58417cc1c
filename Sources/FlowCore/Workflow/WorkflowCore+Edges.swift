// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WorkflowCore {
    /// What an edge has become (W1); once its source has ended, for good.
    package enum EdgeState: String, Sendable {
        case open
        case taken
        /// Neutral.
        case void
        /// It blocks.
        case unmet
    }

    /// - Parameter number: in the graph.
    package func state(of number: Int) -> EdgeState {
        Self.state(of: self.graph.edges[number], self.nodes, self.definition)
    }

    static func state(of edge: WorkflowGraph.Edge, _ nodes: [FlowNode], _ definition: WorkflowDefinition) -> EdgeState {
        let source = nodes[edge.from]
        let policy = definition.nodes[edge.from].onFailure ?? definition.onFailure
        switch source.state {
        case .waiting, .ready, .started: return .open
        case .succeeded: return self.success(edge, source, nodes)
        case .failed, .cancelled:
            if policy == .ignore { return self.success(edge, source, nodes) }
            return edge.on == .success ? .unmet : .taken
        case .skipped:
            if edge.on == .always { return .taken }
            let isBlocking = source.reason == .upstreamFailed || source.reason == .stopped
            return isBlocking && edge.on != .failure ? .unmet : .void
        }
    }

    private static func success(_ edge: WorkflowGraph.Edge, _ source: FlowNode, _ nodes: [FlowNode]) -> EdgeState {
        if edge.on == .failure { return .void }
        // A decision that failed and is ignored chose nothing.
        guard edge.isChoice else { return .taken }
        return source.chosen?.contains(nodes[edge.to].key) == true ? .taken : .void
    }

    /// What a run whose steps have ended came to: a function of what is stored (W3).
    package static func outcome(
        of run: FlowRun,
        _ nodes: [FlowNode],
        _ definition: WorkflowDefinition,
        _ graph: WorkflowGraph
    ) -> FlowOutcome {
        switch run.halt {
        case .cancel, .abandoned: return .cancelled
        case .timeout: return .failed
        case .failure, nil: break
        }
        for (index, node) in nodes.enumerated() where node.state == .failed || node.state == .cancelled {
            // How undoing went makes nothing good or worse (W6).
            if definition.nodes[index].role == .compensator { continue }
            guard (definition.nodes[index].onFailure ?? definition.onFailure) != .ignore else { continue }
            let isCaught = graph.outgoing[index].contains { number in
                let edge = graph.edges[number]
                return edge.catches && nodes[edge.to].state == .succeeded
            }
            if !isCaught { return .failed }
        }
        return .succeeded
    }
}
