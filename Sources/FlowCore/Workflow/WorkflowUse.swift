// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What workflows use that is not their own.
package enum WorkflowUse: Hashable, Sendable {
    case job(JobID)
    case workflow(WorkflowID)
}

/// A workflow that uses something, as far as it takes to name it.
package struct WorkflowUser: Hashable, Sendable {
    package let id: WorkflowID
    package let name: String
    package let groups: [GroupID]

    package init(id: WorkflowID, name: String, groups: [GroupID]) {
        self.id = id
        self.name = name
        self.groups = groups
    }
}

extension WorkflowDefinition {
    /// Whether a step runs it, runs it for each item, or waits for its end.
    package func uses(_ thing: WorkflowUse) -> Bool {
        self.nodes.contains { node in
            switch thing {
            case .job(let id): node.work.job == id || node.work.awaited == id
            case .workflow(let id): node.work == .workflow(id)
            }
        }
    }
}
