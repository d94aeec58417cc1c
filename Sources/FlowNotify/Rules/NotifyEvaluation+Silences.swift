// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What falls into silences, and what is told when they end.
extension NotifyEvaluation {
    /// The silences that an event falls into.
    func silences(over entry: RuleBook.Entry, on host: AgentID?) -> [Int64] {
        guard !self.silences.isEmpty else { return [] }
        if let workflow = entry.workflow {
            return self.silences(named: entry.rule.name, workflowIn: workflow.groups, labels: workflow.labels)
        }
        return self.silences(named: entry.rule.name, job: entry.job, host: host)
    }

    private func silences(named rule: String, workflowIn groups: [GroupID], labels: [String: String]?) -> [Int64] {
        self.silences.filter { $0.match.covers(rule: rule, workflowIn: Set(groups), labels: labels) }.map(\.id)
    }

    private func silences(named rule: String, job: Job?, host: AgentID?) -> [Int64] {
        let groups = self.book.groups(of: job, on: host)
        return self.silences.filter { $0.match.covers(rule: rule, job: job, host: host, groups: groups) }.map(\.id)
    }

    /// The same, and counts the event as one of theirs.
    mutating func catching(_ entry: RuleBook.Entry, on host: AgentID?, at time: Timestamp) -> [Int64] {
        let silences = self.silences(over: entry, on: host)
        self.note(1, silences, at: time)
        return silences
    }

    private mutating func note(_ count: Int, _ silences: [Int64], at time: Timestamp) {
        guard count > 0 else { return }
        for id in silences {
            let known = self.caught[id]
            self.caught[id] = NotifyChanges.Caught(
                silence: id,
                count: (known?.count ?? 0) + count,
                at: max(known?.at ?? time, time)
            )
        }
    }

    /// Whether silences that began after its events cover all that an incident is about by now.
    mutating func holdsBack(_ incident: inout NotifyIncident) -> Bool {
        guard !incident.isRecovering, incident.acknowledgedBy == nil else { return false }
        let silences = self.silences(over: incident)
        guard !silences.isEmpty else { return false }
        // What an earlier silence kept back is counted by that one.
        self.note(incident.unsent - (incident.heldBack ?? 0), silences, at: self.now)
        incident.hold(incident.unsent, by: silences)
        incident.unsent = 0
        incident.heldBack = nil
        incident.dueAt = nil
        return true
    }

    /// Empty when something that still fails is in none.
    private func silences(over incident: NotifyIncident) -> [Int64] {
        guard !self.silences.isEmpty else { return [] }
        var ids: Set<Int64> = []
        for key in incident.failing {
            let found: [Int64]
            if key.hasPrefix(Self.workflowMark + " ") {
                found = self.silences(named: incident.rule.name, workflowIn: incident.groups, labels: nil)
            } else {
                let (job, host) = self.subject(key, incident)
                found = self.silences(named: incident.rule.name, job: job, host: host)
            }
            if found.isEmpty { return [] }
            ids.formUnion(found)
        }
        return ids.sorted()
    }

    /// What a member of ``NotifyIncident/failing`` stands for.
    private func subject(_ key: String, _ incident: NotifyIncident) -> (Job?, AgentID?) {
        if Self.isOfHosts(incident) { return (nil, AgentID(key)) }
        let parts = key.split(separator: " ")
        let job = parts.first.flatMap { JobID($0) }.flatMap { self.book.job($0) }
        if parts.count >= 2 { return (job, AgentID(String(parts[1]))) }
        let hosts = Set(incident.members.map(\.host))
        return (job, hosts.count == 1 ? hosts.first.flatMap { AgentID($0) } : nil)
    }

    /// Whether its members are hosts, and not jobs.
    private static func isOfHosts(_ incident: NotifyIncident) -> Bool {
        incident.groupKey == Self.hostsGroup || incident.groupKey.hasPrefix(Self.hostsGroup + " ")
    }

    /// The jobs that the silences of these incidents have to be looked up for.
    package static func jobs(of incidents: [NotifyIncident]) -> Set<JobID> {
        var jobs: Set<JobID> = []
        for incident in incidents where !Self.isOfHosts(incident) {
            for key in incident.failing { if let job = JobID(key.prefix { $0 != " " }) { jobs.insert(job) } }
        }
        return jobs
    }

    /// What silences kept back and still does not work is told of when the last of them has ended.
    mutating func endSilences() {
        guard !self.endedSilences.isEmpty else { return }
        self.settledSilences = self.endedSilences
        let active = Set(self.silences.map(\.id))
        for slot in self.incidents.keys.sorted(by: { ($0.rule, $0.group) < ($1.rule, $1.group) }) {
            guard var incident = self.incidents[slot], !incident.silences.isEmpty,
                active.isDisjoint(with: incident.silences)
            else { continue }
            incident.heldBack = incident.silenced
            incident.unsent += incident.silenced
            incident.silenced = 0
            incident.silences = []
            incident.updatedAt = self.now
            incident.dueAt = self.now
            self.put(incident, slot)
        }
    }
}
