// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Who starts whom around a job, as far as somebody may see it.
package struct DependencyMap: Sendable {
    /// Jobs of one map.
    package static let limit = 500

    package struct Edge: Hashable, Sendable {
        package let parent: JobID
        package let child: JobID
        package let on: DependencyOutcome
    }

    /// By id, the one that was asked about included.
    package let jobs: [Job]
    /// By child, then parent; only between jobs of the map.
    package let edges: [Edge]
    /// Others that may not be seen; what lies behind them is counted too.
    package let hidden: Int
    /// False when there is more than a map has room for.
    package let isWhole: Bool

    package init(root: Job, others: [Job], hidden: Int, isWhole: Bool) {
        self.jobs = (others + [root]).sorted { $0.id < $1.id }
        self.hidden = hidden
        self.isWhole = isWhole
        let known = Set(self.jobs.map(\.id))
        self.edges = self.jobs.flatMap { job in
            (job.definition.dependencies?.edges ?? []).sorted { $0.parent < $1.parent }
                .filter { known.contains($0.parent) }
                .map { Edge(parent: $0.parent, child: job.id, on: $0.on) }
        }
    }
}
