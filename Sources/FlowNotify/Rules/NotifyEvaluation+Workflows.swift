// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Runs of workflows: how they ended, and what they ask people.
extension NotifyEvaluation {
    /// Begins what stands for a workflow where jobs and hosts are named otherwise.
    static let workflowMark = "workflow"

    static func counterKey(_ entry: RuleBook.Entry, _ news: WorkflowNews) -> NotifyCounter.Key {
        // No task has the number 0, and no host's name has a blank in it.
        NotifyCounter.Key(rule: entry.key, job: 0, host: Self.memberKey(news))
    }

    private static func memberKey(_ news: WorkflowNews) -> String { "\(Self.workflowMark) \(news.workflow)" }

    /// Failures of one workflow count in a row like those of a task, and its next success ends what was open.
    mutating func handle(_ news: WorkflowNews, at time: Timestamp) {
        let trigger = NotifyTrigger(news.kind)
        for entry in self.book.rules(for: news) {
            let isNamed = entry.rule.triggers.contains(trigger)
            switch news.kind {
            case .asks:
                // Each question is a matter of its own, and open until it is settled: whoever is told answers that one.
                if isNamed {
                    let failing = Self.memberKey(news)
                    self.tell(entry, trigger, news, apart: true, failing: failing, count: 1, at: time)
                }
            case .asksNoMore: self.closeQuestion(entry, news)
            case .skipped:
                // A run that did not begin says nothing about whether the workflow works.
                if isNamed { self.tell(entry, trigger, news, apart: true, failing: nil, count: 1, at: time) }
            case .failed, .succeeded:
                guard !NotifyTrigger.ofWorkflows.isDisjoint(with: entry.rule.triggers) else { continue }
                let count = self.count(entry, news, isNamed: isNamed)
                if isNamed, Self.fires(entry.rule, at: count) {
                    let failing = news.kind == .failed ? Self.memberKey(news) : nil
                    self.tell(entry, trigger, news, apart: failing == nil, failing: failing, count: count, at: time)
                }
                if news.kind == .succeeded { self.settle(entry, news) }
            }
        }
    }

    /// Nobody is told of the end: whoever answered knows, and whoever was told sees it at the run.
    private mutating func closeQuestion(_ entry: RuleBook.Entry, _ news: WorkflowNews) {
        let slot = Slot(rule: entry.key, group: Self.questionKey(news))
        if let incident = self.incidents[slot] { self.close(incident, slot) }
    }

    private static func questionKey(_ news: WorkflowNews) -> String {
        "\(NotifyTrigger.workflowAsks.rawValue) \(news.run) \(news.steps.first ?? "")"
    }

    /// Whether reminders of an incident have lost their reason otherwise than by an answer: its rule is gone, off or another one.
    func hasLostRule(_ incident: NotifyIncident) -> Bool {
        !self.book.ownRules.contains { RuleBook.key(of: $0) == incident.ruleKey }
    }

    /// - Parameter apart: it shares its message with no failure of the workflow.
    private mutating func tell(
        _ entry: RuleBook.Entry,
        _ trigger: NotifyTrigger,
        _ news: WorkflowNews,
        apart: Bool,
        failing: String?,
        count: Int,
        at time: Timestamp
    ) {
        let silences = self.catching(entry, on: nil, at: time)
        // A question is no trouble, and nobody else asks it again.
        if apart, news.kind != .asks, !silences.isEmpty { return }
        var group = Self.groupKey(entry, news)
        if news.kind == .asks {
            group = Self.questionKey(news)
        } else if apart {
            group += " \(trigger.rawValue)"
        }
        self.add(
            entry,
            group: group,
            trigger: trigger,
            member: NotifyIncident.Member(
                host: "",
                execution: nil,
                trigger: trigger,
                at: time,
                measure: NotifyMeasure(value: time.milliseconds, names: news.steps, halt: news.halt),
                run: news.run
            ),
            failing: failing,
            count: count,
            silencedBy: news.kind == .asks ? [] : silences,
            at: time
        )
    }

    private static func groupKey(_ entry: RuleBook.Entry, _ news: WorkflowNews) -> String {
        entry.rule.groupBy == .rule ? Self.workflowMark : Self.memberKey(news)
    }

    private mutating func count(_ entry: RuleBook.Entry, _ news: WorkflowNews, isNamed: Bool) -> Int {
        let key = Self.counterKey(entry, news)
        var counter = self.counters[key] ?? NotifyCounter(key: key, updatedAt: self.now)
        counter.count = isNamed ? counter.count + 1 : 0
        counter.updatedAt = self.now
        self.counters[key] = counter
        self.touchedCounters.insert(key)
        return counter.count
    }

    private mutating func settle(_ entry: RuleBook.Entry, _ news: WorkflowNews) {
        let slot = Slot(rule: entry.key, group: Self.groupKey(entry, news))
        let member = Self.memberKey(news)
        guard var incident = self.incidents[slot], incident.failing.contains(member) else { return }
        incident.failing.removeAll { $0 == member }
        incident.updatedAt = self.now
        self.put(incident, slot)
        let isSilent = !self.silences(over: entry, on: nil).isEmpty
        if incident.failing.isEmpty { self.recover(slot, entry.rule, isSilent: isSilent) }
    }
}
