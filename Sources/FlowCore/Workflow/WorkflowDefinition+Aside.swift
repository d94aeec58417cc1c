// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WorkflowDefinition {
    /// Steps that undo others, and those that run at any end (W6).
    func checkAside(_ faults: inout [WorkflowFault]) {
        let roles = Dictionary(self.nodes.map { ($0.key, $0.role) }) { first, _ in first }
        for (number, edge) in self.edges.enumerated() {
            for (end, key) in [("from", edge.from), ("to", edge.to)] where (roles[key] ?? .ordinary) != .ordinary {
                faults.append(
                    WorkflowFault(
                        "edges[\(number)].\(end)",
                        "conflict",
                        "'\(key)' is a compensator or a 'finally' step: no edge leads to it or from it"
                    )
                )
            }
        }
        var named: Set<String> = []
        for (number, node) in self.nodes.enumerated() {
            self.checkAside(node, "nodes[\(number)]", roles, &named, &faults)
        }
        for (number, node) in self.nodes.enumerated() where node.role == .compensator && !named.contains(node.key) {
            faults.append(
                WorkflowFault(
                    "nodes[\(number)].compensator",
                    "required",
                    "no step names '\(node.key)' in its 'compensate', so it would never run"
                )
            )
        }
    }

    private func checkAside(
        _ node: WorkflowNode,
        _ path: String,
        _ roles: [String: WorkflowNode.Role],
        _ named: inout Set<String>,
        _ faults: inout [WorkflowFault]
    ) {
        if node.isAside, !node.work.hasChild {
            faults.append(
                WorkflowFault(
                    "\(path).kind",
                    "conflict",
                    "what undoes a step or runs at any end is done by a task or a workflow"
                )
            )
        }
        for key in WorkflowGraph.choices(of: node) where (roles[key] ?? .ordinary) != .ordinary {
            faults.append(
                WorkflowFault(
                    "\(path).cases",
                    "conflict",
                    "'\(key)' is a compensator or a 'finally' step: no edge leads to it or from it"
                )
            )
        }
        guard let target = node.compensate else { return }
        if node.isAside {
            faults.append(WorkflowFault("\(path).compensate", "conflict", "what undoes a step is not undone itself"))
        }
        guard let role = roles[target] else {
            faults.append(
                WorkflowFault("\(path).compensate", "not_found", "there is no step '\(target.shortened(toBytes: 60))'")
            )
            return
        }
        if role != .compensator {
            faults.append(
                WorkflowFault(
                    "\(path).compensate",
                    "conflict",
                    "'\(target)' is no compensator: write \"compensator\": true there"
                )
            )
        } else if !named.insert(target).inserted {
            faults.append(
                WorkflowFault("\(path).compensate", "duplicate", "'\(target)' undoes another step already")
            )
        }
    }
}
