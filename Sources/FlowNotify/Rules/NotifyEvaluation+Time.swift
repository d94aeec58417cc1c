// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Hosts that come and go, and what falls due.
extension NotifyEvaluation {
    /// Of hosts that are away; no job's, which begin otherwise.
    static let hostsGroup = "hosts"

    // MARK: Hosts

    mutating func came(_ agent: AgentID, at time: Timestamp) {
        let known = self.hosts[agent]
        let wasTold = known.map { $0.wentAt != nil && $0.dueAt == nil } ?? false
        self.hosts[agent] = NotifyHost(agent: agent, cameAt: time)
        self.touchedHosts.insert(agent)
        guard wasTold else { return }
        for entry in self.book.rules(forHost: agent) {
            let slot = Slot(rule: entry.key, group: Self.hostsGroup)
            if var incident = self.incidents[slot] {
                incident.failing.removeAll { $0 == agent.rawValue }
                self.put(incident, slot)
                if incident.failing.isEmpty { self.close(incident, slot) }
            }
            guard entry.rule.triggers.contains(.hostBack), self.catching(entry, on: agent, at: time).isEmpty else {
                continue
            }
            self.add(
                entry,
                group: "hosts back",
                trigger: .hostBack,
                member: NotifyIncident.Member(host: agent.rawValue, execution: nil, trigger: .hostBack, at: time),
                failing: nil,
                count: 1,
                at: time
            )
        }
    }

    mutating func went(_ agent: AgentID, at time: Timestamp, grace: Int64) {
        // The row may be older than the session that followed.
        guard let known = self.hosts[agent], known.wentAt == nil, known.cameAt <= time else { return }
        self.hosts[agent]?.wentAt = time
        self.hosts[agent]?.dueAt = time.advanced(byMilliseconds: grace)
        self.touchedHosts.insert(agent)
    }

    // MARK: Time

    /// Makes the messages that are due, of the incidents and hosts that were loaded.
    package mutating func tick() {
        for host in self.hosts.values.sorted(by: { $0.agent < $1.agent }) {
            guard let due = host.dueAt, due <= self.now else { continue }
            self.hosts[host.agent]?.dueAt = nil
            self.touchedHosts.insert(host.agent)
            for entry in self.book.rules(forHost: host.agent) where entry.rule.triggers.contains(.hostOffline) {
                let since = host.wentAt ?? self.now
                self.add(
                    entry,
                    group: Self.hostsGroup,
                    trigger: .hostOffline,
                    member: NotifyIncident.Member(
                        host: host.agent.rawValue,
                        execution: nil,
                        trigger: .hostOffline,
                        at: since
                    ),
                    failing: host.agent.rawValue,
                    count: 1,
                    silencedBy: self.catching(entry, on: host.agent, at: since),
                    at: since
                )
            }
        }
        self.endSilences()
        for slot in self.incidents.keys.sorted(by: { ($0.rule, $0.group) < ($1.rule, $1.group) }) {
            guard let incident = self.incidents[slot], let due = incident.dueAt, due <= self.now else { continue }
            self.send(incident, slot)
        }
    }

    mutating func send(_ incident: NotifyIncident, _ slot: Slot) {
        var incident = incident
        // A question is open until it is settled, which is always told of; but no rule that is gone reminds of it.
        let isQuestion = incident.trigger == .workflowAsks
        let isOver =
            isQuestion
            ? incident.state == .open && self.hasLostRule(incident)
            : self.now.milliseconds(since: incident.updatedAt) >= Self.staleAfter
        if isOver { return self.close(incident, slot) }
        let since = isQuestion ? self.now : incident.updatedAt
        let isMoment = incident.failing.isEmpty && !incident.isRecovering
        let tells = incident.tells(at: self.now, every: self.pace.groupInterval)
        let escalates = incident.escalatesAt.map { $0 <= self.now } ?? false
        if !tells, !escalates {
            incident.dueAt = self.dueNext(incident, since: since)
            return self.put(incident, slot)
        }
        // Nobody sleeps through somebody's taking all rights.
        if incident.trigger != .breakGlass, let end = incident.rule.quiet?.end(at: self.now) {
            incident.dueAt = end
            return self.put(incident, slot)
        }
        if !isQuestion, self.holdsBack(&incident) { return self.put(incident, slot) }
        if escalates { self.escalate(&incident) }
        if !tells {
            incident.dueAt = self.dueNext(incident, since: since)
            return self.put(incident, slot)
        }
        let isSilent = Self.tellsOnlyRecovery(incident.rule) && !incident.isRecovering && !isMoment
        if !isSilent, incident.acknowledgedBy == nil || incident.isRecovering {
            incident.sentCount += 1
            incident.firstSentAt = incident.firstSentAt ?? self.now
            let purpose: NotifyDelivery.Purpose =
                incident.isRecovering
                ? .recovered : incident.state == .waiting ? .opening : incident.unsent > 0 ? .update : .reminder
            self.messages.append(NotifyMessage(incident: incident, purpose: purpose, number: incident.sentCount))
        }
        if incident.isRecovering || isMoment { return self.close(incident, slot) }
        incident.state = .open
        incident.lastSentAt = self.now
        incident.unsent = 0
        incident.heldBack = nil
        incident.dueAt = self.dueNext(incident, since: self.now)
        self.put(incident, slot)
    }
}
