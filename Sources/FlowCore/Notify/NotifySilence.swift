// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Until when nobody is told of something: who wants it so, and why.
package struct NotifySilence: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case active
        /// Its time is over, or somebody ended it.
        case ended
    }

    package let id: Int64
    package let match: SilenceMatch
    /// Who has one of these sees it, and who has all may end it; empty = it is about everything.
    package let groups: [GroupID]
    package let reason: String
    package let createdBy: String
    package let createdAt: Timestamp
    package let until: Timestamp
    /// Ended by hand; nil when it ran, or runs, to its end.
    package var endedAt: Timestamp?
    package var endedBy: String?
    /// Events that nobody was told of.
    package var caught: Int
    package var lastCaughtAt: Timestamp?

    /// The longest; milliseconds.
    package static let longest: Int64 = 30 * 86_400_000
    /// The shortest; milliseconds.
    package static let shortest: Int64 = 60_000
    /// So many may be active at once.
    package static let activeLimit = 500

    package init(
        id: Int64,
        match: SilenceMatch,
        groups: [GroupID],
        reason: String,
        createdBy: String,
        createdAt: Timestamp,
        until: Timestamp,
        endedAt: Timestamp? = nil,
        endedBy: String? = nil,
        caught: Int = 0,
        lastCaughtAt: Timestamp? = nil
    ) {
        self.id = id
        self.match = match
        self.groups = groups
        self.reason = reason
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.until = until
        self.endedAt = endedAt
        self.endedBy = endedBy
        self.caught = caught
        self.lastCaughtAt = lastCaughtAt
    }

    package func isActive(at now: Timestamp) -> Bool { self.endedAt == nil && now < self.until }

    package func state(at now: Timestamp) -> State { self.isActive(at: now) ? .active : .ended }
}

/// What a silence is about: what has all of the parts that are given.
package struct SilenceMatch: Hashable, Sendable, Codable {
    /// A rule's name, of its own or of a task; nil = any.
    package var rule: String?
    /// Any of these tasks.
    package var tasks: [JobID]
    /// Any of these; an execution has the groups that its job and its host have in common.
    package var groups: [GroupID]
    /// Any of these hosts.
    package var hosts: [AgentID]
    /// All of these labels of the task.
    package var labels: [String: String]

    package static let limit = 100

    package init(
        rule: String? = nil,
        tasks: [JobID] = [],
        groups: [GroupID] = [],
        hosts: [AgentID] = [],
        labels: [String: String] = [:]
    ) {
        self.rule = rule
        self.tasks = tasks
        self.groups = groups
        self.hosts = hosts
        self.labels = labels
    }

    package var isEmpty: Bool { self == SilenceMatch() }

    /// - Parameters:
    ///   - job: nil = it is about a host as such.
    ///   - host: nil when it is not known which.
    ///   - groups: what job and host have in common.
    package func covers(rule: String, job: Job?, host: AgentID?, groups: Set<GroupID>) -> Bool {
        if self.isEmpty { return false }
        if let name = self.rule, name != rule { return false }
        if !self.tasks.isEmpty { guard let job, self.tasks.contains(job.id) else { return false } }
        if !self.hosts.isEmpty { guard let host, self.hosts.contains(host) else { return false } }
        if !self.labels.isEmpty {
            guard let job, self.labels.allSatisfy({ job.definition.labels[$0.key] == $0.value }) else { return false }
        }
        return self.groups.isEmpty || self.groups.contains { groups.contains($0) }
    }

    /// Whether it keeps back what is told of a workflow, which has no task and no host.
    ///
    /// - Parameter labels: of the workflow; nil when they are not known any more.
    package func covers(rule: String, workflowIn groups: Set<GroupID>, labels: [String: String]?) -> Bool {
        if self.isEmpty || !self.tasks.isEmpty || !self.hosts.isEmpty { return false }
        if let name = self.rule, name != rule { return false }
        if !self.labels.isEmpty {
            guard let labels, self.labels.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        }
        return self.groups.isEmpty || self.groups.contains { groups.contains($0) || $0 == Group.everyone }
    }
}

/// A silence that somebody asks for.
package struct SilenceDraft: Hashable, Sendable {
    package var match: SilenceMatch
    package var groups: [GroupID]
    package var reason: String
    package var until: Timestamp

    package init(match: SilenceMatch, groups: [GroupID], reason: String, until: Timestamp) {
        self.match = match
        self.groups = groups
        self.reason = reason
        self.until = until
    }
}
