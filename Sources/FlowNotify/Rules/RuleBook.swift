// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which rules an event meets: those of its task and those that stand by themselves.
package struct RuleBook: Sendable {
    /// A rule with what it is about.
    struct Entry {
        /// Changes when what is counted changes, so that counters and incidents of the old rule end with it.
        let key: String
        let rule: NotifyRule
        let job: Job?
        /// Of the job, of the workflow, or of the host.
        let groups: [GroupID]
        /// Of the workflow that the event is about.
        var workflow: WorkflowNews?
    }

    private let own: [OwnNotifyRule]
    private let jobs: [JobID: Job]
    private let hosts: [AgentID: Set<GroupID>]

    /// - Parameters:
    ///   - jobs: those of the events; a deleted one is missing.
    ///   - hosts: the groups of each host, without the built-in one.
    package init(own: [OwnNotifyRule], jobs: [Job], hosts: [AgentID: Set<GroupID>]) {
        self.own = own.filter(\.rule.isEnabled)
        self.jobs = Dictionary(jobs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.hosts = hosts
    }

    func rules(for event: ExecutionEvent) -> [Entry] { self.rules(of: event.jobID, on: event.agentID) }

    /// - Parameter agent: nil = the job as such, wherever it runs.
    func rules(of id: JobID, on agent: AgentID?) -> [Entry] {
        let job = self.jobs[id]
        var entries: [Entry] = []
        for rule in job?.definition.notify ?? [] where rule.isEnabled {
            entries.append(
                Entry(
                    key: "task \(id) \(rule.name)" + Self.suffix(rule),
                    rule: rule,
                    job: job,
                    groups: job?.definition.groups ?? []
                )
            )
        }
        for own in self.own where self.matches(own.match, job, on: agent) {
            let groups = job?.definition.groups ?? []
            entries.append(
                Entry(key: "rule \(own.id)" + Self.suffix(own.rule), rule: own.rule, job: job, groups: groups)
            )
        }
        return entries
    }

    func rules(for event: PersonEvent) -> [Entry] {
        let job = event.job.flatMap { self.jobs[$0] }
        let ofJob = (job?.definition.notify ?? []).filter(\.isEnabled).map { rule in
            Entry(
                key: "task \(event.job ?? 0) \(rule.name)" + Self.suffix(rule),
                rule: rule,
                job: job,
                groups: event.groups
            )
        }
        return ofJob
            + self.own.filter { Self.matches($0.match, job, event) }.map { own in
                Entry(key: "rule \(own.id)" + Self.suffix(own.rule), rule: own.rule, job: job, groups: event.groups)
            }
    }

    func rules(for news: WorkflowNews) -> [Entry] {
        self.own.filter { Self.matches($0.match, news) }.map { own in
            var entry = Entry(key: Self.key(of: own), rule: own.rule, job: nil, groups: news.groups)
            entry.workflow = news
            return entry
        }
    }

    private static func matches(_ match: NotifyMatch, _ news: WorkflowNews) -> Bool {
        // A rule that names tasks and no workflows is about tasks.
        if !match.workflows.isEmpty || !match.tasks.isEmpty {
            guard match.workflows.contains(news.workflow) else { return false }
        }
        guard match.labels.allSatisfy({ news.labels[$0.key] == $0.value }) else { return false }
        return match.groups.isEmpty
            || match.groups.contains { news.groups.contains($0) || $0 == Group.everyone }
    }

    /// What concerns the whole installation is told to rules on everything only.
    private static func matches(_ match: NotifyMatch, _ job: Job?, _ event: PersonEvent) -> Bool {
        if match == NotifyMatch() { return true }
        if !match.workflows.isEmpty, match.tasks.isEmpty { return false }
        if !match.tasks.isEmpty { guard let job, match.tasks.contains(job.id) else { return false } }
        if !match.labels.isEmpty {
            guard let job, match.labels.allSatisfy({ job.definition.labels[$0.key] == $0.value }) else { return false }
        }
        guard !match.groups.isEmpty else { return true }
        return match.groups.contains { event.groups.contains($0) || ($0 == Group.everyone && !event.groups.isEmpty) }
    }

    /// - Parameter agent: nil = a server, which only rules on all hosts are about.
    func rules(forHost agent: AgentID?) -> [Entry] {
        let groups = agent.map { self.groups(of: $0) } ?? []
        return self.own.filter { own in
            own.match.labels.isEmpty && own.match.tasks.isEmpty && own.match.workflows.isEmpty
                && (own.match.groups.isEmpty || own.match.groups.contains { groups.contains($0) })
        }.map { own in
            Entry(key: "rule \(own.id)" + Self.suffix(own.rule), rule: own.rule, job: nil, groups: groups.sorted())
        }
    }

    func job(_ id: JobID) -> Job? { self.jobs[id] }

    /// Everything that is known of, in the order of their ids.
    var allJobs: [Job] { self.jobs.values.sorted { $0.id < $1.id } }

    var ownRules: [OwnNotifyRule] { self.own }

    /// Keys of the rules there are, of these jobs and by themselves.
    var keys: Set<String> {
        var keys = Set(self.own.map { Self.key(of: $0) })
        for job in self.jobs.values {
            for rule in job.definition.notify ?? [] where rule.isEnabled {
                keys.insert(Self.key(of: rule, job: job.id))
            }
        }
        return keys
    }

    static func key(of own: OwnNotifyRule) -> String { "rule \(own.id)" + Self.suffix(own.rule) }
    static func key(of rule: NotifyRule, job: JobID) -> String { "task \(job) \(rule.name)" + Self.suffix(rule) }

    /// What a job and a host have in common; what one of them is in when there is no other.
    func groups(of job: Job?, on agent: AgentID?) -> Set<GroupID> {
        guard let job else { return agent.map { self.groups(of: $0) } ?? [] }
        guard let agent else { return Set(job.definition.groups) }
        return self.groups(of: agent).intersection(job.definition.groups)
    }

    private func groups(of agent: AgentID) -> Set<GroupID> { (self.hosts[agent] ?? []).union([Group.everyone]) }

    private func matches(_ match: NotifyMatch, _ job: Job?, on agent: AgentID?) -> Bool {
        if match == NotifyMatch() { return true }
        guard let job else { return false }
        if !match.workflows.isEmpty, match.tasks.isEmpty { return false }
        if !match.tasks.isEmpty, !match.tasks.contains(job.id) { return false }
        if !match.labels.allSatisfy({ job.definition.labels[$0.key] == $0.value }) { return false }
        guard !match.groups.isEmpty else { return true }
        let shared = self.groups(of: job, on: agent).union(agent == nil ? [Group.everyone] : [])
        return match.groups.contains { shared.contains($0) }
    }

    private static func suffix(_ rule: NotifyRule) -> String {
        let triggers = rule.triggers.map(\.rawValue).sorted().joined(separator: ",")
        let own = " \(triggers) \(rule.threshold) \((rule.countBy ?? .host).rawValue)"
        return rule.watch.map { own + " \($0.key)" } ?? own
    }
}
