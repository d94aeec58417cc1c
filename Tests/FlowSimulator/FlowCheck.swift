// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

extension Simulation {
    /// A run that began so long before the end has come to its own; milliseconds.
    private static let flowPatience: Int64 = 30_000
    /// What runs of a run that was cancelled in quiet times has so long to end; milliseconds.
    static let stopPatience: Int64 = 3000

    /// The invariants of workflows: each step once, no run stuck, a cancel leaves nothing (W7, W19, W20).
    func checkFlows() -> [String] {
        let flows = self.store.flows
        var faults: [String] = []
        for (id, stored) in flows.runs.sorted(by: { $0.key < $1.key }) {
            let name = stored.definition.name
            for (key, starts) in (self.record.flowStarts[id] ?? [:]).sorted(by: { $0.key < $1.key })
            where starts.count > 1 { faults.append("STEP_TWICE \(name)/\(key): begun \(starts.count) times") }
            guard stored.run.phase == .ended else {
                let words = stored.nodes.map { "\($0.key)=\($0.state.rawValue)" }.joined(separator: " ")
                faults.append("STUCK \(name) is \(stored.run.phase.rawValue): \(words)")
                continue
            }
            let graph = WorkflowGraph(stored.definition)
            if stored.run.outcome != WorkflowCore.outcome(of: stored.run, stored.nodes, stored.definition, graph) {
                faults.append("OUTCOME \(name) is \(stored.run.outcome?.rawValue ?? "nothing")")
            }
            faults += stored.nodes.compactMap { self.fault(of: $0, in: stored.definition) }
        }
        for promise in self.record.flowPromises {
            guard let stored = flows.runs[promise.flow] else { continue }
            let late = (self.record.flowStarts[promise.flow] ?? [:]).filter { key, starts in
                stored.definition.node(key)?.isAside == false && starts.contains { $0 > promise.at }
            }
            if let key = late.keys.min() {
                faults.append("UNCANCELLED \(stored.definition.name)/\(key) began afterwards")
            }
        }
        if let id = self.record.leftRunning.first {
            faults.append("LEFT \(self.record.leftRunning.count): \(id) ran on after its workflow was cancelled")
        }
        return faults
    }

    /// A step says of its task what the hosts say, and what has not begun has left no trace.
    private func fault(of node: FlowNode, in definition: WorkflowDefinition) -> String? {
        let flow = definition.name
        if node.state.isOpen { return "OPEN \(flow)/\(node.key) is \(node.state.rawValue) though its run has ended" }
        let isWork = definition.node(node.key)?.work.hasChild ?? false
        guard let id = node.child, let child = self.store.flows.children[id] else {
            // Nothing of its own has to be there for a wait; a task leaves a run.
            return isWork && node.state == .succeeded ? "OUTCOME \(flow)/\(node.key) succeeded without a run" : nil
        }
        let stored = child.executions.compactMap { self.store.executions[$0] }
        if stored.count < child.executions.count || stored.isEmpty {
            return "OUTCOME \(flow)/\(node.key) has a run whose records are gone"
        }
        if let open = stored.first(where: { !$0.status.isTerminal }) {
            return "LEFT \(flow)/\(node.key): \(open.id) is open"
        }
        let isRight =
            node.state != .succeeded
            || stored.allSatisfy { execution in
                execution.status == .success && self.record.firstStart[execution.id] != nil
            }
        return isRight ? nil : "OUTCOME \(flow)/\(node.key) succeeded, and its executions did not"
    }

    /// Notes what still runs of runs that were cancelled in quiet times.
    mutating func noteLeftRunning() {
        for promise in self.record.flowPromises where promise.isQuiet {
            guard self.serverTime.milliseconds(since: promise.at) > Self.stopPatience,
                let stored = self.store.flows.runs[promise.flow]
            else { continue }
            for node in stored.nodes {
                guard stored.definition.node(node.key)?.isAside == false, let id = node.child,
                    let child = self.store.flows.children[id]
                else { continue }
                let running = child.executions.filter { id in self.hosts.contains { $0.running[id] != nil } }
                for id in running where !self.record.leftRunning.contains(id) { self.record.leftRunning.append(id) }
            }
        }
    }
}
