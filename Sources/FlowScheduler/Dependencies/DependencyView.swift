// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a job waits for, as people see it.
package struct DependencyView: Hashable, Sendable {
    package struct Edge: Hashable, Sendable {
        package let edge: DependencyEdge
        /// Nil when whoever asks may not see the parent.
        package let name: String?
        package let state: EdgeState
    }

    package let job: Job
    package let edges: [Edge]
    /// What the newest ends of parents came to, newest first.
    package let marks: [DependencyMark]
    /// As whom it starts.
    package let owner: String?
    /// When the deadline for the parents is next.
    package let due: Timestamp?

    package init(job: Job, book: DependencyBook?, names: [JobID: String], owner: String?) {
        let states = Dictionary((book?.edges ?? []).map { ($0.parent, $0) }) { first, _ in first }
        self.job = job
        self.edges = (job.definition.dependencies?.edges ?? []).map { edge in
            Edge(edge: edge, name: names[edge.parent], state: states[edge.parent] ?? EdgeState(parent: edge.parent))
        }
        self.marks = book?.marks ?? []
        self.owner = owner
        self.due = book?.due
    }

    package var dependencies: JobDependencies? { self.job.definition.dependencies }

    /// How many parents have come.
    package var metCount: Int { self.edges.count { $0.state.news == .met } }

    /// Whether what has come is enough to start it by hand.
    package var isReady: Bool { !self.edges.isEmpty && self.marks.contains { $0.state == .waiting } }

    /// In a sentence.
    package var text: (zh: String, en: String) {
        guard let dependencies, !self.edges.isEmpty else { return ("没有依赖的任务。", "Waits for no other task.") }
        guard self.job.isEnabled else {
            return ("任务已停用，前置任务结束时不会启动。", "Disabled: ends of its parents start nothing.")
        }
        let names = { (edges: [Edge]) in edges.prefix(5).map { "'\($0.name ?? "#\($0.edge.parent)")'" } }
        if dependencies.join == .any {
            let all = names(self.edges)
            return (
                "\(all.joined(separator: "、"))\(self.edges.count > 5 ? " 等" : "")中任一结束时启动一次。",
                "Starts once for each end of \(Self.list(all, of: self.edges.count, "or"))."
            )
        }
        let missing = self.edges.filter { $0.state.news != .met }
        let words = names(missing)
        let zh = missing.isEmpty ? "" : "，等待\(words.joined(separator: "、"))\(missing.count > 5 ? " 等" : "")"
        let en = missing.isEmpty ? "" : "; waits for \(Self.list(words, of: missing.count, "and"))"
        return (
            "\(self.edges.count) 个前置任务已满足 \(self.metCount) 个\(zh)。",
            "\(self.metCount) of \(self.edges.count) parents have come\(en)."
        )
    }

    private static func list(_ names: [String], of count: Int, _ word: String) -> String {
        guard count <= names.count else {
            return names.joined(separator: ", ") + " \(word) \(count - names.count) more"
        }
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " \(word) \(last)"
    }
}
