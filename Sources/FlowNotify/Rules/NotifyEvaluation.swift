// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Decides what events mean to rules: counters, incidents, hosts that went, and which messages are due.
///
/// A value without I/O. A driver reads a page of the event log, loads what ``keys(of:in:)`` names, lets every event be
/// handled, and saves ``changes`` together with its position. Counters move by final outcomes in the order of the log;
/// what the server only concluded moves none unless a rule names it.
package struct NotifyEvaluation {
    /// How long messages of one incident wait for each other.
    package struct Pace: Hashable, Sendable {
        /// Firings of the same kind within this time share their first message; milliseconds.
        package var groupWait: Int64
        /// An open incident is told of again after this time at the earliest; milliseconds.
        package var groupInterval: Int64

        package init(groupWait: Int64 = 5000, groupInterval: Int64 = 60_000) {
            self.groupWait = groupWait
            self.groupInterval = groupInterval
        }
    }

    /// What is called lost has to stand for so long; milliseconds.
    package static let lostWait: Int64 = 30_000
    /// A host is offline when it has been away for so long; milliseconds.
    package static let offlineAfter: Int64 = 60_000
    /// After a start of the server hosts have so long to come back; milliseconds.
    package static let startupGrace: Int64 = 120_000
    /// An incident of which nothing was heard for so long is over; milliseconds.
    package static let staleAfter: Int64 = 7 * 86_400_000

    struct Slot: Hashable {
        let rule: String
        let group: String
    }

    let book: RuleBook
    let now: Timestamp
    let pace: Pace
    var counters: [NotifyCounter.Key: NotifyCounter]
    var incidents: [Slot: NotifyIncident] = [:]
    var hosts: [AgentID: NotifyHost]
    var touchedCounters: Set<NotifyCounter.Key> = []
    var touchedHosts: Set<AgentID> = []
    var touchedIncidents: [Slot] = []
    /// Ended and replaced within this evaluation.
    var finished: [NotifyIncident] = []
    /// Those that hold now.
    let silences: [NotifySilence]
    /// Those whose end nobody has acted on yet.
    let endedSilences: [Int64]
    var caught: [Int64: NotifyChanges.Caught] = [:]
    var settledSilences: [Int64] = []
    /// Of the row at hand.
    var sequence: Int64 = 0
    package internal(set) var messages: [NotifyMessage] = []

    /// - Parameter silences: all whose end was not acted on yet.
    package init(
        book: RuleBook,
        state: NotifyState,
        silences: [NotifySilence] = [],
        now: Timestamp,
        pace: Pace = Pace()
    ) {
        self.book = book
        self.now = now
        self.pace = pace
        self.silences = silences.filter { $0.isActive(at: now) }
        self.endedSilences = silences.filter { !$0.isActive(at: now) }.map(\.id)
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
            case .person(let person): for entry in book.rules(for: person) { keys.rules.insert(entry.key) }
            case .job(let event): for entry in book.rules(of: event.job, on: nil) { keys.rules.insert(entry.key) }
            case .workflow(let news):
                for entry in book.rules(for: news)
                where !NotifyTrigger.ofWorkflows.isDisjoint(with: entry.rule.triggers) {
                    keys.counters.insert(Self.counterKey(entry, news))
                    keys.rules.insert(entry.key)
                }
            case .serverStarted: keys.isEveryHostNeeded = true
            case .runSettled, nil: break
            }
        }
        return keys
    }

    static func counterKey(_ entry: RuleBook.Entry, _ event: ExecutionEvent) -> NotifyCounter.Key {
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
        changes.caught = self.caught.values.sorted { $0.silence < $1.silence }
        changes.settledSilences = self.settledSilences
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
        case .person(let person): self.handle(person, at: row.at)
        case .job(let event): self.handle(event, at: row.at)
        case .workflow(let news): self.handle(news, at: row.at)
        case .runSettled, nil: break
        }
    }

    mutating func handle(_ event: ExecutionEvent, at time: Timestamp) {
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

    /// Each request has a message of its own: whoever gets it acts on that one.
    ///
    /// No silence holds it back: those are for what is broken.
    mutating func handle(_ event: PersonEvent, at time: Timestamp) {
        let trigger = NotifyTrigger(event.kind)
        for entry in self.book.rules(for: event) where entry.rule.triggers.contains(trigger) {
            self.add(
                entry,
                group: "\(trigger.rawValue) \(event.id)",
                trigger: trigger,
                member: NotifyIncident.Member(
                    host: "",
                    execution: nil,
                    trigger: trigger,
                    at: time,
                    request: event.text
                ),
                failing: nil,
                count: 1,
                at: time
            )
        }
    }

    /// Each is told of by itself: what it waits for may still come, and nothing has failed.
    mutating func handle(_ event: JobEvent, at time: Timestamp) {
        let trigger = NotifyTrigger(event.kind)
        for entry in self.book.rules(of: event.job, on: nil) where entry.rule.triggers.contains(trigger) {
            guard self.catching(entry, on: nil, at: time).isEmpty else { continue }
            self.add(
                entry,
                group: "\(trigger.rawValue) \(event.job) \(event.due.milliseconds)",
                trigger: trigger,
                member: NotifyIncident.Member(
                    host: "",
                    execution: nil,
                    trigger: trigger,
                    at: event.due,
                    measure: NotifyMeasure(value: event.due.milliseconds, names: event.missing)
                ),
                failing: nil,
                count: 1,
                at: time
            )
        }
    }

    /// A rule that wants recoveries only has to notice failures, which it does not tell of.
    static func opens(_ rule: NotifyRule, _ outcome: NotifyTrigger) -> Bool {
        rule.triggers.contains(outcome) || (Self.tellsOnlyRecovery(rule) && NotifyTrigger.failures.contains(outcome))
    }

    static func tellsOnlyRecovery(_ rule: NotifyRule) -> Bool {
        rule.triggers.contains(.recovered) && !rule.triggers.contains { $0 != .recovered && $0 != .success }
    }

    static func fires(_ rule: NotifyRule, at count: Int) -> Bool {
        count == rule.threshold || (count > rule.threshold && rule.effectiveRepetition == .each)
    }

    /// Moves the counter; returns where it stands.
    mutating func count(_ entry: RuleBook.Entry, _ event: ExecutionEvent, isNamed: Bool) -> Int {
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
}
