// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Decides what events mean to rules: counters, incidents, hosts that went, and which messages are due.
///
/// A value without I/O. A driver reads a page of the event log, loads what ``keys(of:in:)`` names, lets every event be
/// handled, and saves ``changes`` together with its position. Counters move by final outcomes in the order of the log;
/// what the server only concluded moves none unless a rule names it.
package struct NotifyEvaluation {
    /// Firings of the same kind within this time share their first message; milliseconds.
    package static let groupWait: Int64 = 5000
    /// What is called lost has to stand for so long; milliseconds.
    package static let lostWait: Int64 = 30_000
    /// An open incident is told of again after this time at the earliest; milliseconds.
    package static let groupInterval: Int64 = 60_000
    /// A host is offline when it has been away for so long; milliseconds.
    package static let offlineAfter: Int64 = 60_000
    /// After a start of the server hosts have so long to come back; milliseconds.
    package static let startupGrace: Int64 = 120_000
    /// An incident of which nothing was heard for so long is over; milliseconds.
    package static let staleAfter: Int64 = 7 * 86_400_000

    private struct Slot: Hashable {
        let rule: String
        let group: String
    }

    private let book: RuleBook
    private let now: Timestamp
    private var counters: [NotifyCounter.Key: NotifyCounter]
    private var incidents: [Slot: NotifyIncident] = [:]
    private var hosts: [AgentID: NotifyHost]
    private var touchedCounters: Set<NotifyCounter.Key> = []
    private var touchedHosts: Set<AgentID> = []
    private var touchedIncidents: [Slot] = []
    /// Ended and replaced within this evaluation.
    private var finished: [NotifyIncident] = []
    /// Of the row at hand.
    private var sequence: Int64 = 0
    package private(set) var messages: [NotifyMessage] = []

    package init(book: RuleBook, state: NotifyState, now: Timestamp) {
        self.book = book
        self.now = now
        self.counters = Dictionary(state.counters.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        self.hosts = Dictionary(state.hosts.map { ($0.agent, $0) }, uniquingKeysWith: { first, _ in first })
        for incident in state.incidents where incident.state != .closed {
            self.incidents[Slot(rule: incident.ruleKey, group: incident.groupKey)] = incident
        }
    }

    /// What the handling of these events needs to know.
    package static func keys(of events: [RecordedEvent], in book: RuleBook) -> NotifyStateKeys {
        var keys = NotifyStateKeys()
        for event in events {
            switch event.event {
            case .executions(let executions):
                for execution in executions where execution.status.isTerminal {
                    for entry in book.rules(for: execution) {
                        keys.counters.insert(Self.counterKey(entry, execution))
                        keys.rules.insert(entry.key)
                    }
                }
            case .agentCame(let agent), .agentWent(let agent):
                keys.hosts.insert(agent)
                for entry in book.rules(forHost: agent) { keys.rules.insert(entry.key) }
            case .serverStarted: keys.isEveryHostNeeded = true
            case .runSettled, nil: break
            }
        }
        return keys
    }

    private static func counterKey(_ entry: RuleBook.Entry, _ event: ExecutionEvent) -> NotifyCounter.Key {
        let host = entry.rule.countBy == .job ? "" : event.agentID.rawValue
        return NotifyCounter.Key(rule: entry.key, job: event.jobID, host: host)
    }

    /// Everything that is another than before, each once.
    package var changes: NotifyChanges {
        var changes = NotifyChanges()
        changes.counters = self.touchedCounters.sorted().compactMap { self.counters[$0] }
        changes.hosts = self.touchedHosts.sorted().compactMap { self.hosts[$0] }
        var seen: Set<Slot> = []
        changes.incidents =
            self.finished + self.touchedIncidents.filter { seen.insert($0).inserted }.compactMap { self.incidents[$0] }
        return changes
    }

    // MARK: Events

    package mutating func handle(_ row: RecordedEvent) {
        self.sequence = row.sequence
        switch row.event {
        case .executions(let executions): for execution in executions { self.handle(execution, at: row.at) }
        case .agentCame(let agent): self.came(agent, at: row.at)
        case .agentWent(let agent): self.went(agent, at: row.at, grace: Self.offlineAfter)
        case .serverStarted:
            for agent in self.hosts.keys.sorted() { self.went(agent, at: row.at, grace: Self.startupGrace) }
        case .runSettled, nil: break
        }
    }

    private mutating func handle(_ event: ExecutionEvent, at time: Timestamp) {
        guard let outcome = NotifyTrigger(event) else { return }
        for entry in self.book.rules(for: event) {
            if event.isCorrection { self.correct(entry, event) }
            let named = Self.opens(entry.rule, outcome)
            // What is only concluded, and what says nothing about the job, leaves the counter alone.
            // The end that was concluded has been counted already.
            if event.isCorrection, NotifyTrigger.failures.contains(outcome), entry.rule.triggers.contains(.lost) {
                continue
            }
            guard named || !(event.isProvisional || outcome.isNeutral) else { continue }
            let count = self.count(entry, event, isNamed: named)
            if named, Self.fires(entry.rule, at: count) {
                self.fire(entry, outcome, event, count: count, at: time)
            }
            if outcome == .success, !event.isProvisional { self.settle(entry, event) }
        }
    }

    /// A rule that wants recoveries only has to notice failures, which it does not tell of.
    private static func opens(_ rule: NotifyRule, _ outcome: NotifyTrigger) -> Bool {
        rule.triggers.contains(outcome) || (Self.tellsOnlyRecovery(rule) && NotifyTrigger.failures.contains(outcome))
    }

    private static func tellsOnlyRecovery(_ rule: NotifyRule) -> Bool {
        rule.triggers.contains(.recovered) && !rule.triggers.contains { $0 != .recovered && $0 != .success }
    }

    private static func fires(_ rule: NotifyRule, at count: Int) -> Bool {
        count == rule.threshold || (count > rule.threshold && rule.effectiveRepetition == .each)
    }

    /// Moves the counter; returns where it stands.
    private mutating func count(_ entry: RuleBook.Entry, _ event: ExecutionEvent, isNamed: Bool) -> Int {
        let key = Self.counterKey(entry, event)
        var counter = self.counters[key] ?? NotifyCounter(key: key, updatedAt: self.now)
        if entry.rule.countBy == .job {
            if counter.run != event.runID {
                counter.run = event.runID
                counter.base = counter.count
                counter.count = isNamed ? counter.base + 1 : 0
            } else if isNamed, counter.count <= counter.base {
                // Of one run the others may have ended well before this one.
                counter.count = counter.base + 1
            } else if isNamed {
                // The run has been counted already: it fires no second time.
                return 0
            }
        } else {
            counter.count = isNamed ? counter.count + 1 : 0
        }
        counter.updatedAt = self.now
        self.counters[key] = counter
        self.touchedCounters.insert(key)
        return counter.count
    }

    // MARK: Incidents

    private static func groupKey(_ entry: RuleBook.Entry, job: JobID, host: String) -> String {
        switch entry.rule.groupBy ?? .job {
        case .job: "job \(job)"
        case .host: "host \(host)"
        case .rule: ""
        }
    }

    private static func memberKey(_ entry: RuleBook.Entry, _ event: ExecutionEvent) -> String {
        entry.rule.countBy == .job ? "\(event.jobID)" : "\(event.jobID) \(event.agentID)"
    }

    private mutating func fire(
        _ entry: RuleBook.Entry,
        _ trigger: NotifyTrigger,
        _ event: ExecutionEvent,
        count: Int,
        at time: Timestamp
    ) {
        // What ended well is told of by itself: it opens nothing that would have to be closed.
        let isMoment = trigger == .success
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
            at: time
        )
    }

    private mutating func add(
        _ entry: RuleBook.Entry,
        group: String,
        trigger: NotifyTrigger,
        member: NotifyIncident.Member,
        failing: String?,
        count: Int,
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
                jobName: entry.job?.definition.name ?? "",
                groups: entry.groups,
                trigger: trigger,
                at: self.now
            )
        let isNew = self.incidents[slot] == nil
        incident.rule = entry.rule
        incident.trigger = trigger
        incident.thresholdCount = max(count, 1)
        incident.count += 1
        incident.unsent += 1
        incident.updatedAt = self.now
        incident.members.append(member)
        if incident.members.count > NotifyIncident.memberLimit { incident.members.removeFirst() }
        if let failing, !incident.failing.contains(failing), incident.failing.count < NotifyIncident.failingLimit {
            incident.failing.append(failing)
        }
        if isNew {
            // What was only concluded gets two heartbeats to turn out otherwise.
            let wait = trigger == .lost ? Self.lostWait : Self.groupWait
            incident.dueAt = self.now.advanced(byMilliseconds: wait)
        } else if incident.state == .open, incident.acknowledgedBy == nil {
            let earliest = (incident.lastSentAt ?? self.now).advanced(byMilliseconds: Self.groupInterval)
            let next = max(earliest, self.now.advanced(byMilliseconds: Self.groupWait))
            incident.dueAt = incident.dueAt.map { min($0, next) } ?? next
        }
        self.put(incident, slot)
    }

    private mutating func put(_ incident: NotifyIncident, _ slot: Slot) {
        self.touchedIncidents.append(slot)
        self.incidents[slot] = incident
    }

    private mutating func close(_ incident: NotifyIncident, _ slot: Slot) {
        var incident = incident
        incident.state = .closed
        incident.dueAt = nil
        incident.updatedAt = self.now
        self.finished.append(incident)
        self.incidents[slot] = nil
    }

    /// A success ends what was open for this host; the last one ends the incident.
    private mutating func settle(_ entry: RuleBook.Entry, _ event: ExecutionEvent) {
        let group = Self.groupKey(entry, job: event.jobID, host: event.agentID.rawValue)
        let slot = Slot(rule: entry.key, group: group)
        guard var incident = self.incidents[slot], !incident.failing.isEmpty else { return }
        let member = Self.memberKey(entry, event)
        guard incident.failing.contains(member) else { return }
        incident.failing.removeAll { $0 == member }
        incident.updatedAt = self.now
        self.put(incident, slot)
        if incident.failing.isEmpty { self.recover(slot, entry.rule) }
    }

    private mutating func recover(_ slot: Slot, _ rule: NotifyRule, trigger: NotifyTrigger = .recovered) {
        guard var incident = self.incidents[slot] else { return }
        let wasTold = incident.sentCount > 0 || Self.tellsOnlyRecovery(rule)
        guard rule.triggers.contains(trigger), wasTold else { return self.close(incident, slot) }
        incident.rule = rule
        incident.isRecovering = true
        incident.state = .open
        incident.dueAt = self.now
        self.put(incident, slot)
    }

    /// The host says something else than was concluded: what was not told of yet is taken back.
    private mutating func correct(_ entry: RuleBook.Entry, _ event: ExecutionEvent) {
        let group = Self.groupKey(entry, job: event.jobID, host: event.agentID.rawValue)
        let slot = Slot(rule: entry.key, group: group)
        guard var incident = self.incidents[slot], incident.state == .waiting,
            incident.members.contains(where: { $0.execution == event.id })
        else { return }
        incident.members.removeAll { $0.execution == event.id }
        incident.count = max(0, incident.count - 1)
        incident.unsent = max(0, incident.unsent - 1)
        incident.failing.removeAll { $0 == Self.memberKey(entry, event) }
        self.put(incident, slot)
        if incident.failing.isEmpty { self.close(incident, slot) }
    }

    // MARK: Hosts

    private mutating func came(_ agent: AgentID, at time: Timestamp) {
        let known = self.hosts[agent]
        let wasTold = known.map { $0.wentAt != nil && $0.dueAt == nil } ?? false
        self.hosts[agent] = NotifyHost(agent: agent, cameAt: time)
        self.touchedHosts.insert(agent)
        guard wasTold else { return }
        for entry in self.book.rules(forHost: agent) {
            let slot = Slot(rule: entry.key, group: "hosts")
            if var incident = self.incidents[slot] {
                incident.failing.removeAll { $0 == agent.rawValue }
                self.put(incident, slot)
                if incident.failing.isEmpty { self.close(incident, slot) }
            }
            guard entry.rule.triggers.contains(.hostBack) else { continue }
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

    private mutating func went(_ agent: AgentID, at time: Timestamp, grace: Int64) {
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
                    group: "hosts",
                    trigger: .hostOffline,
                    member: NotifyIncident.Member(
                        host: host.agent.rawValue,
                        execution: nil,
                        trigger: .hostOffline,
                        at: since
                    ),
                    failing: host.agent.rawValue,
                    count: 1,
                    at: since
                )
            }
        }
        for slot in self.incidents.keys.sorted(by: { ($0.rule, $0.group) < ($1.rule, $1.group) }) {
            guard let incident = self.incidents[slot], let due = incident.dueAt, due <= self.now else { continue }
            self.send(incident, slot)
        }
    }

    private mutating func send(_ incident: NotifyIncident, _ slot: Slot) {
        var incident = incident
        if self.now.milliseconds(since: incident.updatedAt) >= Self.staleAfter { return self.close(incident, slot) }
        let isMoment = incident.failing.isEmpty && !incident.isRecovering
        if incident.state == .open, !incident.isRecovering, incident.unsent == 0, !incident.reminds {
            incident.dueAt = incident.updatedAt.advanced(byMilliseconds: Self.staleAfter)
            return self.put(incident, slot)
        }
        if let end = incident.rule.quiet?.end(at: self.now) {
            incident.dueAt = end
            return self.put(incident, slot)
        }
        let isSilent = Self.tellsOnlyRecovery(incident.rule) && !incident.isRecovering && !isMoment
        if !isSilent, incident.acknowledgedBy == nil || incident.isRecovering {
            incident.sentCount += 1
            let purpose: NotifyDelivery.Purpose =
                incident.isRecovering
                ? .recovered : incident.state == .waiting ? .opening : incident.unsent > 0 ? .update : .reminder
            self.messages.append(NotifyMessage(incident: incident, purpose: purpose, number: incident.sentCount))
        }
        if incident.isRecovering || isMoment { return self.close(incident, slot) }
        incident.state = .open
        incident.lastSentAt = self.now
        incident.unsent = 0
        if case .every(let milliseconds) = incident.rule.effectiveRepetition, incident.reminds {
            incident.dueAt = self.now.advanced(byMilliseconds: max(milliseconds, Self.groupInterval))
        } else {
            incident.dueAt = self.now.advanced(byMilliseconds: Self.staleAfter)
        }
        self.put(incident, slot)
    }
}

extension NotifyIncident {
    fileprivate var reminds: Bool {
        guard case .every = self.rule.effectiveRepetition else { return false }
        return self.acknowledgedBy == nil
    }
}

/// A message to be written: one delivery for each channel of the incident's rule.
package struct NotifyMessage: Hashable, Sendable {
    /// As it is when the message is due.
    package let incident: NotifyIncident
    package let purpose: NotifyDelivery.Purpose
    package let number: Int

    init(incident: NotifyIncident, purpose: NotifyDelivery.Purpose, number: Int) {
        self.incident = incident
        self.purpose = purpose
        self.number = number
    }

    /// What a past execution would have been told as; nothing of it is kept.
    package init(previewOf execution: Execution, rule: String) {
        let trigger = NotifyTrigger.technicalFailure
        let host = execution.agentID.rawValue
        var incident = NotifyIncident(
            id: NotifyIdentity.incident(rule: "", group: "", event: 0, at: execution.updatedAt),
            ruleKey: "",
            groupKey: "",
            rule: NotifyRule(name: rule, triggers: [trigger], channels: []),
            jobID: execution.jobID,
            jobName: execution.jobName,
            groups: [],
            trigger: ExecutionEvent(execution, over: nil).flatMap { NotifyTrigger($0) } ?? trigger,
            at: execution.finishedAt ?? execution.updatedAt
        )
        incident.thresholdCount = 1
        incident.count = 1
        incident.members = [
            NotifyIncident.Member(
                host: host,
                execution: execution.id,
                trigger: incident.trigger,
                at: execution.updatedAt
            )
        ]
        self.init(incident: incident, purpose: .opening, number: 1)
    }
}
