// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WorkflowDefinition {
    /// What is wrong with it as a whole.
    package var faults: [WorkflowFault] {
        var faults: [WorkflowFault] = []
        self.checkSize(&faults)
        guard faults.isEmpty else { return faults }
        self.checkNames(&faults)
        self.checkEdges(&faults)
        self.checkAside(&faults)
        guard faults.isEmpty else { return faults }
        let graph = WorkflowGraph(self)
        if let cycle = graph.cycle() {
            let path = cycle.map { self.nodes[$0].key }.joined(separator: " → ")
            return [WorkflowFault("edges", "cycle", "the steps would wait for each other: \(path)")]
        }
        for (number, node) in self.nodes.enumerated() {
            if case .atLeast(let count) = node.rule, count > graph.incoming[number].count {
                let edges = graph.incoming[number].count
                faults.append(
                    WorkflowFault(
                        "nodes[\(number)].rule",
                        "range",
                        "at_least \(count), but only \(edges) edges lead to '\(node.key)'"
                    )
                )
            }
            self.checkExpressions(of: node, at: number, graph, &faults)
        }
        self.checkResults(graph, &faults)
        return faults
    }

    private func checkSize(_ faults: inout [WorkflowFault]) {
        if self.nodes.isEmpty { faults.append(WorkflowFault("nodes", "required", "a workflow has at least one step")) }
        if self.nodes.count > Self.nodeLimit {
            faults.append(WorkflowFault("nodes", "too_many", "\(self.nodes.count) are more than \(Self.nodeLimit)"))
        }
        if self.edges.count > Self.edgeLimit {
            faults.append(WorkflowFault("edges", "too_many", "\(self.edges.count) are more than \(Self.edgeLimit)"))
        }
        guard faults.isEmpty else { return }
        let size = JSONWriter.bytes(self.json).count
        if size > Self.sizeLimit {
            faults.append(WorkflowFault("", "length", "\(size) bytes are more than \(Self.sizeLimit)"))
        }
        let choices = self.nodes.reduce(0) { $0 + WorkflowGraph.choices(of: $1).count }
        if self.edges.count + choices > Self.edgeLimit {
            faults.append(
                WorkflowFault("edges", "too_many", "with what decisions choose there are more than \(Self.edgeLimit)")
            )
        }
    }

    private func checkNames(_ faults: inout [WorkflowFault]) {
        let blanks: Set<Character> = [" ", "\t"]
        if self.name.isEmpty || blanks.contains(self.name.first ?? " ") || blanks.contains(self.name.last ?? " ")
            || self.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        {
            faults.append(
                WorkflowFault(
                    "name",
                    "name",
                    "a name has 1 to \(Self.nameLimit) bytes, no blank at its ends and no control characters"
                )
            )
        }
        var keys: Set<String> = []
        for (number, node) in self.nodes.enumerated() where !keys.insert(node.key).inserted {
            faults.append(WorkflowFault("nodes[\(number)].key", "duplicate", "there is a step '\(node.key)' already"))
        }
        var names: Set<String> = []
        for (number, parameter) in self.parameters.enumerated()
        where !names.insert(parameter.name.lowercased()).inserted {
            faults.append(
                WorkflowFault(
                    "parameters[\(number)].name",
                    "duplicate",
                    "there is a parameter '\(parameter.name)' already"
                )
            )
        }
    }

    private func checkEdges(_ faults: inout [WorkflowFault]) {
        let keys = Set(self.nodes.map(\.key))
        let decisions = Set(self.nodes.filter { if case .decision = $0.work { true } else { false } }.map(\.key))
        func check(_ key: String, _ path: String) {
            guard !keys.contains(key) else { return }
            faults.append(WorkflowFault(path, "not_found", "there is no step '\(key.shortened(toBytes: 60))'"))
        }
        var pairs: Set<[String]> = []
        for (number, edge) in self.edges.enumerated() {
            check(edge.from, "edges[\(number)].from")
            check(edge.to, "edges[\(number)].to")
            if !pairs.insert([edge.from, edge.to, edge.on.rawValue]).inserted {
                faults.append(WorkflowFault("edges[\(number)]", "duplicate", "this edge is there already"))
            }
            if decisions.contains(edge.from), edge.on == .success {
                faults.append(
                    WorkflowFault(
                        "edges[\(number)].from",
                        "conflict",
                        "where '\(edge.from)' leads is said in its cases and 'else'"
                    )
                )
            }
        }
        for (number, node) in self.nodes.enumerated() {
            guard case .decision(let cases, let otherwise) = node.work else { continue }
            for (place, item) in cases.enumerated() {
                for key in item.to { check(key, "nodes[\(number)].cases[\(place)].to") }
            }
            for key in otherwise { check(key, "nodes[\(number)].else") }
        }
    }

    /// Only what has ended before can be asked about.
    private func checkExpressions(
        of node: WorkflowNode,
        at number: Int,
        _ graph: WorkflowGraph,
        _ faults: inout [WorkflowFault]
    ) {
        var expressions: [(path: String, expression: Expression)] = []
        for (name, template) in node.parameters.sorted(by: { $0.key < $1.key }) {
            expressions += template.expressions.map { ("nodes[\(number)].parameters.\(name)", $0) }
        }
        if case .map(let map) = node.work, case .expression(let template) = map.over {
            expressions += template.expressions.map { ("nodes[\(number)].over", $0) }
        }
        if case .decision(let cases, _) = node.work {
            expressions += cases.enumerated().map { ("nodes[\(number)].cases[\($0)].when", $1.when) }
        }
        guard !expressions.isEmpty else { return }
        // Those that run after all others can ask about each of them.
        let before = node.isAside ? self.ordinary : graph.ancestors(of: number)
        self.check(expressions, before, graph, &faults) { step, column in
            "'\(step)' does not lead to '\(node.key)', so it may not have ended, at column \(column)"
        }
    }

    private var ordinary: Set<Int> { Set(self.nodes.indices.filter { !self.nodes[$0].isAside }) }

    private func checkResults(_ graph: WorkflowGraph, _ faults: inout [WorkflowFault]) {
        let expressions = self.results.sorted { $0.key < $1.key }.flatMap { name, template in
            template.expressions.map { (path: "results.\(name)", expression: $0) }
        }
        self.check(expressions, self.ordinary, graph, &faults) { step, column in
            "'\(step)' is no step that results can ask about, at column \(column)"
        }
    }

    /// - Parameter before: steps that have ended by then.
    private func check(
        _ expressions: [(path: String, expression: Expression)],
        _ before: Set<Int>,
        _ graph: WorkflowGraph,
        _ faults: inout [WorkflowFault],
        _ words: (_ step: String, _ column: Int) -> Wording
    ) {
        let declared = Set(self.parameters.map(\.name))
        for (path, expression) in expressions {
            for (root, parts, column) in expression.paths {
                guard case .string(let name)? = parts.first else { continue }
                switch root {
                case .steps:
                    guard let step = graph.index[name] else {
                        faults.append(
                            WorkflowFault(path, "expression", "there is no step '\(name)', at column \(column)")
                        )
                        continue
                    }
                    if !before.contains(step) {
                        faults.append(WorkflowFault(path, "expression", words(name, column)))
                    }
                case .params:
                    if !declared.contains(name) {
                        faults.append(
                            WorkflowFault(path, "expression", "there is no parameter '\(name)', at column \(column)")
                        )
                    }
                case .run: break
                }
            }
        }
    }
}
