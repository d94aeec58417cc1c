// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which jobs a job waits for, and what has to become of them (D1 to D14, `docs/flows.md`).
package struct JobDependencies: Hashable, Sendable, Codable {
    /// One for each parent, by the parents' numbers.
    package var edges: [DependencyEdge]
    package var join: DependencyJoin
    /// Which ends go together, where all have to come.
    package var match: DependencyMatch
    /// Nil where nobody said: a job with a schedule of its own has to (D14).
    package var mode: DependencyMode?
    /// A run of a parent that ended longer ago than this when its end became known does not count; seconds.
    package var maxAgeSeconds: Int
    /// By when the parents have to have come (D9).
    package var deadline: DependencyDeadline?

    package init(
        edges: [DependencyEdge],
        join: DependencyJoin = .all,
        match: DependencyMatch = .latest,
        mode: DependencyMode? = nil,
        maxAgeSeconds: Int = Self.standardMaxAge,
        deadline: DependencyDeadline? = nil
    ) {
        self.edges = edges.sorted { $0.parent < $1.parent }
        self.join = join
        self.match = match
        self.mode = mode
        self.maxAgeSeconds = maxAgeSeconds
        self.deadline = deadline
    }

    /// A day: what hosts report late after an outage floods nobody.
    package static let standardMaxAge = 86_400
    package static let maxAgeRange = 60...30 * 86_400
    /// Parents of one job.
    package static let parentLimit = 64
    /// Jobs that wait for one job.
    package static let dependentLimit = 1000
    /// Jobs on the longest path of the graph.
    package static let depthLimit = 32
    /// Ends of one parent that wait for the other parents; of more, the oldest go.
    package static let waitingLimit = 100
    /// The same, where none takes another's place.
    package static let pairLimit = 1000
    /// What became of the newest ends of parents is kept for people, so many for each job.
    package static let historyLimit = 200

    package func edge(to parent: JobID) -> DependencyEdge? { self.edges.first { $0.parent == parent } }
}

/// When the ends of parents start the job.
package enum DependencyJoin: String, Codable, Sendable, CaseIterable {
    /// Once every parent has ended as it should since the last start (D3).
    case all
    /// For each end of any parent (D6).
    case any
}

/// Which ends of the parents go together.
package enum DependencyMatch: String, Codable, Sendable, CaseIterable {
    /// The newest run of each; a failure takes back an earlier success (D3).
    case latest
    /// The first of each, then the second of each, and so on; nothing is taken back (D4).
    case pair
}

/// What the parents decide of a job (D14).
package enum DependencyMode: String, Codable, Sendable, CaseIterable {
    /// They start runs; a schedule of the job's own starts others.
    case start
}

/// A job's interest in one parent.
package struct DependencyEdge: Hashable, Sendable, Codable {
    package var parent: JobID
    package var on: DependencyOutcome
    package var hosts: HostShare
    /// Which outputs of the parent become parameters of the job, by the parameters' names; nil = none.
    package var parameters: [String: String]?

    package init(
        parent: JobID,
        on: DependencyOutcome = .success,
        hosts: HostShare? = nil,
        parameters: [String: String]? = nil
    ) {
        self.parent = parent
        self.on = on
        self.hosts = hosts ?? on.standardShare
        self.parameters = parameters
    }

    /// What decides whether an end of the parent counts, whatever it hands on.
    package var interest: DependencyEdge { DependencyEdge(parent: self.parent, on: self.on, hosts: self.hosts) }
}
