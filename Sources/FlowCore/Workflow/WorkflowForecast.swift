// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a run would do as far as that can be said before it begins (W18).
package struct WorkflowForecast: Hashable, Sendable {
    /// One step of it.
    package struct Step: Hashable, Sendable {
        package let node: WorkflowNode
        /// Values that are known, by name.
        package var parameters: [String: String] = [:]
        /// Parameters that only a step before it can tell.
        package var open: [String] = []
        /// What cannot be worked out whatever the steps before it do.
        package var fault: ExpressionFault?
        /// Of a map, if it is known.
        package var items: Int?
        /// Of a wait that began now.
        package var until: Timestamp?
        /// Of a decision that asks about no step.
        package var chosen: [String]?
    }

    /// In an order in which they could run; compensators and steps that run at any end come last.
    package let steps: [Step]

    /// - Parameters:
    ///   - values: of all parameters.
    ///   - now: when it would begin.
    package init(of workflow: Workflow, values: JSON, caller: String?, at now: Timestamp) {
        let run = FlowRun(
            id: DeterministicID.run(kind: .manual, job: workflow.uid, nominal: now, discriminator: "dry-run"),
            workflow: workflow.id,
            workflowUID: workflow.uid,
            workflowName: workflow.definition.name,
            version: workflow.version,
            type: .manual,
            nominal: now,
            source: "api",
            caller: caller,
            parameters: values,
            createdAt: now
        )
        let core = WorkflowCore(definition: workflow.definition, run: run, nodes: [])
        let nodes = workflow.definition.nodes
        let order = core.graph.order().sorted
        let turns: [WorkflowNode.Role] = [.ordinary, .compensator, .finally]
        self.steps = turns.flatMap { role in
            order.filter { nodes[$0].role == role }.map { Self.step(nodes[$0], core, workflow.uid, at: now) }
        }
    }

    private static func step(_ node: WorkflowNode, _ core: WorkflowCore, _ uid: JobUID, at now: Timestamp) -> Step {
        var step = Step(node: node)
        for (name, template) in node.parameters.sorted(by: { $0.key < $1.key }) {
            guard template.expressions.allSatisfy(\.steps.isEmpty) else {
                step.open.append(name)
                continue
            }
            do {
                step.parameters[name] = try template.rendered(in: core.scope(for: template.expressions))
            } catch {
                step.fault = step.fault ?? error
            }
        }
        switch node.work {
        case .map(let map):
            if case .expression(let template) = map.over, !template.expressions.allSatisfy(\.steps.isEmpty) { break }
            let asked: [Expression] = if case .expression(let template) = map.over { template.expressions } else { [] }
            do { step.items = try map.items(in: core.scope(for: asked)).count } catch {
                step.fault = step.fault ?? error
            }
        case .wait(let wait): step.until = (try? wait.end(from: now, workflow: uid)) ?? nil
        case .decision(let cases, let otherwise):
            guard cases.allSatisfy(\.when.steps.isEmpty) else { break }
            do {
                step.chosen =
                    try cases.first { try $0.when.holds(in: core.scope(for: [$0.when])) }?.to ?? otherwise
            } catch let fault as ExpressionFault {
                step.fault = fault
            } catch {}
        case .job, .own, .workflow, .approval, .noop: break
        }
        return step
    }
}
