// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// What one client watches, and what changed of it since the last tick.
///
/// No I/O. Everything that happens between two ticks is put together: the last state wins, and nothing is kept for topics that
/// nobody watches. Too much at once becomes a gap, after which the client asks again.
struct LiveWatch: Sendable {
    /// Executions or jobs told in one frame; more are a gap.
    static let batchLimit = 500
    /// More hosts than this are read together.
    private static let hostLimit = 50

    private(set) var filter: ExecutionFilter?
    private var changedExecutions: [ExecutionID: Execution] = [:]
    private var hasExecutionGap = false

    private(set) var watchesJobs = false
    private var changedJobs: [JobID: Job?] = [:]
    private var staleJobs: Set<JobID> = []

    private var details: Set<ExecutionID> = []
    private var staleDetails: Set<ExecutionID> = []

    private(set) var watchesHosts = false
    private var staleHosts: Set<AgentID> = []
    private var areAllHostsStale = false

    private(set) var watchesStats = false
    private var lastStats: [JSON.Member]?

    private(set) var watchesApprovals = false
    private var areApprovalsStale = false
    private var lastApprovals: JSON?

    /// Executions that are watched one by one.
    var detailCount: Int { self.details.count }

    // MARK: Topics

    mutating func watchJobs() { self.watchesJobs = true }
    mutating func watchExecutions(_ filter: ExecutionFilter) { self.filter = filter }
    mutating func watchDetail(_ id: ExecutionID) { self.details.insert(id) }
    mutating func watchHosts() { self.watchesHosts = true }
    mutating func watchStats() { self.watchesStats = true }
    mutating func watchApprovals() { self.watchesApprovals = true }

    mutating func forgetJobs() {
        self.watchesJobs = false
        self.changedJobs = [:]
        self.staleJobs = []
    }

    mutating func forgetExecutions() {
        self.filter = nil
        self.changedExecutions = [:]
        self.hasExecutionGap = false
    }

    mutating func forgetDetail(_ id: ExecutionID) {
        self.details.remove(id)
        self.staleDetails.remove(id)
    }

    mutating func forgetHosts() {
        self.watchesHosts = false
        self.staleHosts = []
        self.areAllHostsStale = false
    }

    mutating func forgetStats() {
        self.watchesStats = false
        self.lastStats = nil
    }

    mutating func forgetApprovals() {
        self.watchesApprovals = false
        self.areApprovalsStale = false
        self.lastApprovals = nil
    }

    // MARK: Changes

    mutating func note(job id: JobID, _ job: Job?) {
        if self.watchesJobs { self.changedJobs[id] = .some(job) }
    }

    mutating func note(_ executions: [Execution]) {
        for execution in executions {
            if let filter, filter.matches(execution) {
                if self.changedExecutions.count < Self.batchLimit || self.changedExecutions[execution.id] != nil {
                    self.changedExecutions[execution.id] = execution
                } else {
                    self.hasExecutionGap = true
                }
            }
            if self.details.contains(execution.id) { self.staleDetails.insert(execution.id) }
            // Rows of jobs show the last execution and the next fire.
            if self.watchesJobs, self.staleJobs.count < Self.batchLimit { self.staleJobs.insert(execution.jobID) }
        }
    }

    mutating func note(hosts: some Sequence<AgentID>) {
        if self.watchesHosts { self.staleHosts.formUnion(hosts) }
    }

    mutating func noteAllHosts() {
        if self.watchesHosts { self.areAllHostsStale = true }
    }

    mutating func noteApprovals() { self.areApprovalsStale = self.watchesApprovals }

    /// Changes were missed: everything that is watched may have changed.
    mutating func lostTrack() {
        if self.filter != nil { self.hasExecutionGap = true }
        self.staleDetails = self.details
        self.areAllHostsStale = self.watchesHosts
        self.areApprovalsStale = self.watchesApprovals
    }

    // MARK: What to tell

    /// Executions that changed, by id; nil when they were too many to tell.
    mutating func takeExecutions() -> [Execution]? {
        defer {
            self.changedExecutions = [:]
            self.hasExecutionGap = false
        }
        return self.hasExecutionGap ? nil : self.changedExecutions.values.sorted { $0.id < $1.id }
    }

    mutating func takeDetails() -> [ExecutionID] {
        defer { self.staleDetails = [] }
        return self.staleDetails.sorted()
    }

    /// Jobs that were changed, nil where they are gone.
    mutating func takeChangedJobs() -> [JobID: Job?] {
        defer { self.changedJobs = [:] }
        return self.changedJobs
    }

    /// Jobs whose executions moved.
    mutating func takeStaleJobs() -> [JobID] {
        defer { self.staleJobs = [] }
        return self.staleJobs.sorted()
    }

    /// Hosts to read and tell.
    enum Hosts: Hashable, Sendable {
        /// All of them; who is not among them is gone.
        case all
        /// These, so many that they are read with all others.
        case many(Set<AgentID>)
        case few([AgentID])
    }

    mutating func takeHosts() -> Hosts? {
        guard self.watchesHosts else { return nil }
        defer {
            self.areAllHostsStale = false
            self.staleHosts = []
        }
        if self.areAllHostsStale { return .all }
        if self.staleHosts.isEmpty { return nil }
        return self.staleHosts.count > Self.hostLimit ? .many(self.staleHosts) : .few(self.staleHosts.sorted())
    }

    /// - Returns: whether these numbers are news, whenever they were counted.
    mutating func takeNews(_ overview: Overview) -> Bool {
        let members = SystemRoutes.members(overview)
        defer { self.lastStats = members }
        return self.lastStats != members
    }

    /// - Returns: whether requests may have changed.
    mutating func takeApprovals() -> Bool {
        defer { self.areApprovalsStale = false }
        return self.areApprovalsStale
    }

    /// - Returns: whether this is news: others' requests that may not be seen change nothing of it.
    mutating func takeNews(approvals: JSON) -> Bool {
        defer { self.lastApprovals = approvals }
        return self.lastApprovals != approvals
    }
}
