// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which workflows run within which (W14).
package enum NestedWorkflows {
    /// Walks everything that runs within a workflow.
    ///
    /// - Parameter find: nil for one that is not there.
    /// - Returns: why it cannot be saved; nil = it can.
    package static func check(
        _ root: WorkflowID,
        find: (WorkflowID) throws -> WorkflowDefinition?
    ) throws -> CoreError? {
        var path: [WorkflowID] = []
        var names: [WorkflowID: String] = [:]
        // Runs within one another below a workflow, itself among them; of those that were looked at.
        var depths: [WorkflowID: Int] = [:]
        func walk(_ id: WorkflowID) throws -> (depth: Int, fault: CoreError?) {
            if let start = path.firstIndex(of: id) {
                let cycle = (path[start...] + [id]).map { names[$0] ?? String($0) }
                return (0, Self.cycle(cycle.joined(separator: " → ")))
            }
            if let depth = depths[id] { return (depth, nil) }
            guard let definition = try find(id) else { return (0, nil) }
            names[id] = definition.name
            path.append(id)
            defer { path.removeLast() }
            var deepest = 0
            for case .workflow(let inner) in definition.nodes.map(\.work) {
                let (depth, fault) = try walk(inner)
                if let fault { return (0, fault) }
                deepest = max(deepest, depth)
            }
            depths[id] = deepest + 1
            return (deepest + 1, nil)
        }
        let (depth, fault) = try walk(root)
        if let fault { return fault }
        guard depth <= WorkflowDefinition.depthLimit else {
            return CoreError(
                .invalid,
                "\(depth) workflows would run within one another; at most \(WorkflowDefinition.depthLimit) may.",
                details: [
                    .init(
                        path: "nodes",
                        code: "depth",
                        message: "at most \(WorkflowDefinition.depthLimit) within one another"
                    )
                ]
            )
        }
        return nil
    }

    private static func cycle(_ path: String) -> CoreError {
        CoreError(
            .invalid,
            "The workflows would run one another for ever: \(path).",
            details: [.init(path: "nodes", code: "cycle", message: "the workflows would run one another: \(path)")]
        )
    }
}

extension WorkflowDefinition {
    /// The values that a step hands to a workflow, each as its parameter wants it.
    package func parameters(from given: [String: String]) throws(ExpressionFault) -> JSON {
        var members: [JSON.Member] = []
        for (name, _) in given.sorted(by: { $0.key < $1.key })
        where !self.parameters.contains(where: { $0.name == name }) {
            throw ExpressionFault("the workflow '\(self.name)' has no parameter '\(name)'", at: 0)
        }
        for parameter in self.parameters {
            let value = given[parameter.name].map { parameter.kind.value(of: $0) } ?? parameter.standard
            guard let value else {
                throw ExpressionFault("the workflow '\(self.name)' needs its parameter '\(parameter.name)'", at: 0)
            }
            guard parameter.kind.accepts(value) else {
                throw ExpressionFault("parameter '\(parameter.name)' is not of type \(parameter.kind.rawValue)", at: 0)
            }
            members.append(JSON.Member(parameter.name, value))
        }
        return .object(members)
    }
}

extension WorkflowParameter.Kind {
    /// A text as a value of this kind; the text itself where it is none.
    func value(of text: String) -> JSON {
        guard self != .string, let value = try? JSONParser.parse(Array(text.utf8)) else { return .string(text) }
        return value
    }
}
