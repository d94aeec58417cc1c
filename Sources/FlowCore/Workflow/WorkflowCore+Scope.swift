// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WorkflowCore {
    /// What a step's executions are given.
    func parameters(of node: WorkflowNode) throws(ExpressionFault) -> [String: String] {
        guard !node.parameters.isEmpty else { return [:] }
        let scope = self.scope(for: node.parameters.values.flatMap(\.expressions))
        var result: [String: String] = [:]
        var total = 0
        for (name, template) in node.parameters.sorted(by: { $0.key < $1.key }) {
            do throws(ExpressionFault) {
                let text = try template.rendered(in: scope)
                guard text.utf8.count <= JobLimits.parameterBytes, !text.utf8.contains(0) else {
                    throw ExpressionFault(
                        "it comes to more than \(JobLimits.parameterBytes) bytes, or has a NUL character",
                        at: 0
                    )
                }
                total += name.utf8.count + text.utf8.count
                result[name] = text
            } catch {
                throw ExpressionFault("parameter '\(name)': \(error.text)", at: error.column)
            }
        }
        guard total <= JobLimits.parametersBytes else {
            throw ExpressionFault("all parameters together have more than \(JobLimits.parametersBytes) bytes", at: 0)
        }
        return result
    }

    /// What some expressions can ask about: the steps that they name, and nothing of those that have not ended.
    func scope(for expressions: [Expression]) -> ExpressionScope {
        let keys = Set(expressions.flatMap { $0.steps.map(\.key) })
        let steps = keys.sorted().compactMap { key -> JSON.Member? in
            guard let index = self.graph.index[key], self.nodes[index].state.isTerminal else { return nil }
            return JSON.Member(key, Self.value(of: self.nodes[index], self.definition.nodes[index].outputs))
        }
        return ExpressionScope(params: self.run.parameters, steps: .object(steps), run: Self.value(of: self.run))
    }

    private static func value(of run: FlowRun) -> JSON {
        let instant = run.nominal.rfc3339()
        return .object([
            .init("id", run.id), .init("workflow", run.workflowName), .init("time", instant),
            .init("date", String(instant.prefix(10))), .init("type", run.type.rawValue), .init("caller", run.caller),
        ])
    }

    /// Why a step that succeeded has failed after all: it declares outputs that it did not hand on, or not of their type (W12).
    func outputsFault(_ index: Int, _ result: NodeResult) -> String? {
        let declared = self.definition.nodes[index].outputs
        guard !declared.isEmpty else { return nil }
        if let fault = result.outputsFault { return "Its outputs were not taken: \(fault)." }
        for (name, kind) in declared.sorted(by: { $0.key < $1.key }) {
            guard let text = result.outputs?[name] else { return "It did not hand on its output '\(name)'." }
            guard kind.accepts(kind.value(of: text)) else {
                return "Its output '\(name)' is not of type \(kind.rawValue)."
            }
        }
        return nil
    }

    private static func value(of node: FlowNode, _ declared: [String: WorkflowParameter.Kind]) -> JSON {
        var members: [JSON.Member] = [
            .init("state", node.state.rawValue), .init("reason", node.reason?.rawValue),
            .init("exit_code", node.result?.exitCode),
        ]
        if let tally = node.result?.tally {
            members.append(.init("hosts", tally.total))
            members.append(.init("failed", (tally.counts[.failure] ?? 0) + (tally.counts[.timeout] ?? 0)))
        }
        if let result = node.result {
            let outputs = (result.outputs ?? [:]).sorted { $0.key < $1.key }.map { name, text in
                JSON.Member(name, declared[name]?.value(of: text) ?? .string(text))
            }
            let lists = (result.lists ?? [:]).sorted { $0.key < $1.key }.map { name, values in
                JSON.Member(name, JSON.array(values.map { $0.map { .string($0) } ?? .null }))
            }
            members.append(.init("outputs", JSON.object(outputs + lists)))
        }
        if let answer = node.answer {
            members += [.init("approved", answer.approves), .init("by", answer.by), .init("comment", answer.comment)]
        }
        if let chosen = node.chosen { members.append(.init("chosen", chosen)) }
        return .object(members)
    }
}
