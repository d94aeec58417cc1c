// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The edges of a definition by the places of its steps, those of decisions among them.
package struct WorkflowGraph: Sendable {
    package struct Edge: Hashable, Sendable {
        package let from: Int
        package let to: Int
        package let on: WorkflowEdge.Condition
        package let catches: Bool
        /// Taken when the decision it comes from chose its target.
        package let isChoice: Bool
    }

    package let index: [String: Int]
    package let edges: [Edge]
    /// Numbers of edges by the step that they lead to, and that they come from.
    package let incoming: [[Int]]
    package let outgoing: [[Int]]

    /// - Precondition: None; edges of steps that are not there are left out.
    package init(_ definition: WorkflowDefinition) {
        let index = Dictionary(definition.nodes.enumerated().map { ($1.key, $0) }) { first, _ in first }
        var edges: [Edge] = []
        for edge in definition.edges {
            guard let from = index[edge.from], let to = index[edge.to] else { continue }
            edges.append(Edge(from: from, to: to, on: edge.on, catches: edge.catches, isChoice: false))
        }
        for (from, node) in definition.nodes.enumerated() {
            for target in Self.choices(of: node) {
                guard let to = index[target] else { continue }
                edges.append(Edge(from: from, to: to, on: .success, catches: false, isChoice: true))
            }
        }
        var incoming = [[Int]](repeating: [], count: definition.nodes.count)
        var outgoing = incoming
        for (number, edge) in edges.enumerated() {
            incoming[edge.to].append(number)
            outgoing[edge.from].append(number)
        }
        self.index = index
        self.edges = edges
        self.incoming = incoming
        self.outgoing = outgoing
    }

    /// The targets of a decision, each once, in the order in which they are named.
    static func choices(of node: WorkflowNode) -> [String] {
        guard case .decision(let cases, let otherwise) = node.work else { return [] }
        var seen: Set<String> = []
        return (cases.flatMap(\.to) + otherwise).filter { seen.insert($0).inserted }
    }

    /// Steps so that each comes behind all that lead to it, and those that no such order has because they wait for each other.
    package func order() -> (sorted: [Int], cyclic: Set<Int>) {
        var missing = self.incoming.map(\.count)
        var sorted = missing.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < sorted.count {
            for edge in self.outgoing[sorted[next]] {
                missing[self.edges[edge].to] -= 1
                if missing[self.edges[edge].to] == 0 { sorted.append(self.edges[edge].to) }
            }
            next += 1
        }
        return (sorted, Set(missing.indices).subtracting(sorted))
    }

    /// A way from a step back to itself.
    package func cycle() -> [Int]? {
        let cyclic = self.order().cyclic
        guard var step = cyclic.min() else { return nil }
        var path: [Int] = []
        var place: [Int: Int] = [:]
        // Each step that is left has one before it that is left as well, so going back comes to one seen before.
        while place[step] == nil {
            place[step] = path.count
            path.append(step)
            guard let before = self.incoming[step].map({ self.edges[$0].from }).first(where: { cyclic.contains($0) })
            else {
                return nil
            }
            step = before
        }
        return Array((path[(place[step] ?? 0)...] + [step]).reversed())
    }

    /// Everything that some steps lead to, they themselves among it.
    package func reach(from seeds: Set<Int>) -> Set<Int> {
        var reached = seeds
        var stack = Array(seeds)
        while let step = stack.popLast() {
            for edge in self.outgoing[step] where reached.insert(self.edges[edge].to).inserted {
                stack.append(self.edges[edge].to)
            }
        }
        return reached
    }

    /// Everything that leads to a step, without itself.
    func ancestors(of target: Int) -> Set<Int> {
        var seen: Set<Int> = []
        var stack = [target]
        while let step = stack.popLast() {
            for edge in self.incoming[step] where seen.insert(self.edges[edge].from).inserted {
                stack.append(self.edges[edge].from)
            }
        }
        return seen
    }
}
