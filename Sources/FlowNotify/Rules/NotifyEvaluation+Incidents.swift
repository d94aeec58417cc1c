// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What is put together to incidents, and when they are over.
extension NotifyEvaluation {
    static func groupKey(_ entry: RuleBook.Entry, job: JobID, host: String) -> String {
        switch entry.rule.groupBy ?? .job {
        case .job: "job \(job)"
        case .host: "host \(host)"
        case .rule: ""
        }
    }

    static func memberKey(_ entry: RuleBook.Entry, _ event: ExecutionEvent) -> String {
        entry.rule.countBy == .job ? "\(event.jobID)" : "\(event.jobID) \(event.agentID)"
    }

    mutating func fire(
        _ entry: RuleBook.Entry,
        _ trigger: NotifyTrigger,
        _ event: ExecutionEvent,
        count: Int,
        at time: Timestamp
    ) {
        // What ended well is told of by itself: it opens nothing that would have to be closed.
        let isMoment = trigger == .success
        let silences = self.catching(entry, on: event.agentID, at: time)
        if isMoment, !silences.isEmpty { return }
        let group = Self.groupKey(entry, job: event.jobID, host: event.agentID.rawValue) + (isMoment ? " success" : "")
        self.add(
            entry,
            group: group,
            trigger: trigger,
            member: NotifyIncident.Member(
                host: event.agentID.rawValue,
                execution: event.id,
                trigger: trigger,
                at: time
            ),
            failing: isMoment ? nil : Self.memberKey(entry, event),
            count: count,
            silencedBy: silences,
            at: time
        )
    }

    mutating func add(
        _ entry: RuleBook.Entry,
        group: String,
        trigger: NotifyTrigger,
        member: NotifyIncident.Member,
        failing: String?,
        count: Int,
        silencedBy silences: [Int64] = [],
        at time: Timestamp
    ) {
        let slot = Slot(rule: entry.key, group: group)
        if let known = self.incidents[slot], known.isRecovering {
            // It fails again before anybody was told that it works: then it never worked.
            self.incidents[slot]?.isRecovering = false
            if known.dueAt != nil { self.incidents[slot]?.dueAt = nil }
        }
        var incident =
            self.incidents[slot]
            ?? NotifyIncident(
                id: NotifyIdentity.incident(rule: entry.key, group: group, event: self.sequence, at: time),
                ruleKey: entry.key,
                groupKey: group,
                rule: entry.rule,
                jobID: entry.job?.id,
                jobName: entry.job?.definition.name ?? entry.workflow?.name ?? "",
                groups: entry.groups,
                trigger: trigger,
                at: self.now
            )
        incident.rule = entry.rule
        incident.trigger = trigger
        incident.thresholdCount = max(count, 1)
        incident.count += 1
        if silences.isEmpty { incident.unsent += 1 } else { incident.hold(1, by: silences) }
        incident.updatedAt = self.now
        incident.members.append(member)
        if incident.members.count > NotifyIncident.memberLimit { incident.members.removeFirst() }
        if let failing, !incident.failing.contains(failing), incident.failing.count < NotifyIncident.failingLimit {
            incident.failing.append(failing)
        }
        if !silences.isEmpty {
            // Its silence's end makes it due.
        } else if incident.state == .waiting, incident.dueAt == nil {
            // What was only concluded gets two heartbeats to turn out otherwise.
            let wait = trigger == .lost ? Self.lostWait : self.pace.groupWait
            incident.dueAt = self.now.advanced(byMilliseconds: wait)
        } else if incident.state == .open, incident.acknowledgedBy == nil {
            let earliest = (incident.lastSentAt ?? self.now).advanced(byMilliseconds: self.pace.groupInterval)
            let next = max(earliest, self.now.advanced(byMilliseconds: self.pace.groupWait))
            incident.dueAt = incident.dueAt.map { min($0, next) } ?? next
        }
        self.put(incident, slot)
    }

    mutating func put(_ incident: NotifyIncident, _ slot: Slot) {
        self.touchedIncidents.append(slot)
        self.incidents[slot] = incident
    }

    mutating func close(_ incident: NotifyIncident, _ slot: Slot) {
        var incident = incident
        incident.state = .closed
        incident.dueAt = nil
        incident.updatedAt = self.now
        self.finished.append(incident)
        self.incidents[slot] = nil
    }

    /// A success ends what was open for this host; the last one ends the incident.
    mutating func settle(_ entry: RuleBook.Entry, _ event: ExecutionEvent) {
        let group = Self.groupKey(entry, job: event.jobID, host: event.agentID.rawValue)
        let slot = Slot(rule: entry.key, group: group)
        guard var incident = self.incidents[slot], !incident.failing.isEmpty else { return }
        let member = Self.memberKey(entry, event)
        guard incident.failing.contains(member) else { return }
        incident.failing.removeAll { $0 == member }
        incident.updatedAt = self.now
        self.put(incident, slot)
        let isSilent = !self.silences(over: entry, on: event.agentID).isEmpty
        if incident.failing.isEmpty { self.recover(slot, entry.rule, isSilent: isSilent) }
    }

    /// The end of what was told of is told in a silence, too: otherwise people go on looking for it.
    mutating func recover(_ slot: Slot, _ rule: NotifyRule, isSilent: Bool) {
        guard var incident = self.incidents[slot] else { return }
        let wasTold = incident.sentCount > 0 || (Self.tellsOnlyRecovery(rule) && !isSilent)
        guard rule.triggers.contains(.recovered), wasTold else { return self.close(incident, slot) }
        incident.rule = rule
        incident.isRecovering = true
        incident.state = .open
        incident.dueAt = self.now
        self.put(incident, slot)
    }

    /// The host says something else than was concluded: what was not told of yet is taken back.
    mutating func correct(_ entry: RuleBook.Entry, _ event: ExecutionEvent) {
        let group = Self.groupKey(entry, job: event.jobID, host: event.agentID.rawValue)
        let slot = Slot(rule: entry.key, group: group)
        guard var incident = self.incidents[slot], incident.state == .waiting,
            incident.members.contains(where: { $0.execution == event.id })
        else { return }
        incident.members.removeAll { $0.execution == event.id }
        incident.count = max(0, incident.count - 1)
        if incident.unsent > 0 { incident.unsent -= 1 } else { incident.silenced = max(0, incident.silenced - 1) }
        incident.failing.removeAll { $0 == Self.memberKey(entry, event) }
        self.put(incident, slot)
        if incident.failing.isEmpty { self.close(incident, slot) }
    }
}
