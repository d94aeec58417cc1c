// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// When to be silent, as people say it.
extension NotificationService {
    /// What a silence is asked to be about.
    package enum SilenceSubject: Hashable, Sendable {
        case match(SilenceMatch)
        /// What an incident is about: its rule, with its task or its hosts.
        case incident(IncidentID)
    }

    /// How long.
    package enum SilenceEnd: Hashable, Sendable {
        case at(Timestamp)
        case after(milliseconds: Int64)
    }

    /// Silences about a group in the scope; those about everything are for who may read everything.
    package func silences(
        _ state: NotifySilence.State?,
        page: PageRequest,
        as principal: Principal
    ) async throws -> Page<NotifySilence> {
        let scope = try principal.require(.notifyRead)
        return try await self.store.notifySilences(state, page: page, in: scope, at: self.clock.now)
    }

    package func createSilence(
        over subject: SilenceSubject,
        until end: SilenceEnd,
        reason: String,
        as principal: Principal
    ) async throws -> NotifySilence {
        let scope = try principal.require(.notifyWrite)
        let now = self.clock.now
        let until =
            switch end {
            case .at(let time): time
            case .after(let milliseconds): now.advanced(byMilliseconds: min(milliseconds, NotifySilence.longest + 1))
            }
        var faults = FaultCollector()
        let span = until.milliseconds(since: now)
        faults.require(
            (NotifySilence.shortest...NotifySilence.longest).contains(span),
            "until",
            "range",
            "a silence lasts for a minute to 30 days"
        )
        faults.checkReason(reason)
        let match =
            switch subject {
            case .match(let match): match
            case .incident(let id): try await self.match(of: id, in: scope)
            }
        let groups = try await self.groups(of: match, &faults, as: principal)
        try faults.check("The silence is not valid")
        try principal.require(.notifyWrite, onAll: groups, visible: principal.scope(of: .groupsRead))
        return try await self.store.createSilence(
            SilenceDraft(match: match, groups: groups, reason: reason, until: until),
            by: principal.change(at: now)
        )
    }

    package func endSilence(_ id: Int64, as principal: Principal) async throws -> NotifySilence {
        let scope = try principal.require(.notifyWrite)
        guard let known = try await self.store.notifySilence(id, in: scope) else { throw StoreFault.noSilence(id) }
        try principal.require(.notifyWrite, onAll: known.groups, visible: principal.scope(of: .groupsRead))
        return try await self.store.endSilence(id, by: principal.change(at: self.clock.now))
    }

    private func match(of id: IncidentID, in scope: Scope) async throws -> SilenceMatch {
        guard let incident = try await self.store.notifyIncident(id, in: scope) else { throw StoreFault.noIncident(id) }
        return SilenceMatch(incident)
    }

    /// Where one has to have the right; checks that everything that is named is there.
    private func groups(
        of match: SilenceMatch,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws -> [GroupID] {
        faults.require(!match.isEmpty, "match", "required", "name a rule, tasks, groups, hosts or labels")
        if let rule = match.rule {
            let length = TextRules.length(rule)
            faults.require((1...128).contains(length), "match.rule", "length", "a rule's name has 1 to 128 characters")
        }
        let limit = SilenceMatch.limit
        for (name, count) in [
            ("task_ids", match.tasks.count), ("group_ids", match.groups.count), ("client_ids", match.hosts.count),
        ] { faults.require(count <= limit, "match.\(name)", "too_many", "at most \(limit)") }
        faults.require(match.labels.count <= 32, "match.labels", "too_many", "at most 32 labels")
        guard faults.isEmpty else { return [] }
        let visible = try principal.require(.notifyWrite)
        var groups: Set<GroupID> = []
        for (index, id) in match.tasks.enumerated() {
            let job = try await self.store.job(id)
            if let job, visible.touches(job.definition.groups) {
                groups.formUnion(job.definition.groups)
            } else {
                faults.add("match.task_ids[\(index)]", "not_found", "there is no task \(id)")
            }
        }
        var hostGroups: Set<GroupID> = []
        for (index, host) in match.hosts.enumerated() {
            let all = try await self.store.groups(of: host).map(\.id)
            let own = all.filter { $0 != Group.everyone }
            // Whose host it is decides; one of no group is everybody's.
            if all.isEmpty || !(visible == .all || visible.touches(own)) {
                faults.add("match.client_ids[\(index)]", "not_found", "there is no host '\(host)'")
            }
            if own.isEmpty { hostGroups.insert(Group.everyone) }
            hostGroups.formUnion(own)
        }
        for (index, id) in match.groups.enumerated() where try await self.store.group(id) == nil {
            faults.add("match.group_ids[\(index)]", "not_found", "there is no group \(id)")
        }
        // All parts have to hold, so the narrowest says whose business it is.
        if !match.tasks.isEmpty { return groups.sorted() }
        if !match.groups.isEmpty { return match.groups }
        return hostGroups.sorted()
    }
}

extension SilenceMatch {
    /// What an incident is about.
    package init(_ incident: NotifyIncident) {
        self.init(rule: incident.rule.name)
        if let job = incident.jobID, (incident.rule.groupBy ?? .job) == .job {
            self.tasks = [job]
        } else if incident.jobID != nil, incident.rule.groupBy == .rule {
            let tasks = Set(incident.failing.compactMap { JobID($0.prefix { $0 != " " }) })
            self.tasks = Array(tasks.sorted().prefix(Self.limit))
        } else {
            let hosts = Set(incident.members.map(\.host)).compactMap { AgentID($0) }
            self.hosts = Array(hosts.sorted().prefix(Self.limit))
        }
    }
}
