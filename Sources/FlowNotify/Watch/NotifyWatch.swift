// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Says which conditions that rules watch have begun or ended, and when the next deadline is.
///
/// A value without I/O. A driver loads the marks and what ``questions`` asks for, lets it look, and saves ``changes`` together
/// with the incidents that ``findings`` make, in one transaction: a condition that was told of has a mark until it ends, so
/// nothing is told twice over a restart or by two servers, and a deadline that passed while no server was there is decided
/// by the next one, once.
package struct NotifyWatch: Sendable {
    /// Conditions of one rule that are remembered; more wait until some of these have ended.
    package static let markLimit = NotifyIncident.failingLimit
    /// A deadline is looked at so long after it: what began in its last second has been reported by then; milliseconds.
    package static let deadlineGrace: Int64 = 10_000
    /// Successes that say how long a job usually takes.
    package static let usualCount = 20
    private static let leastUsual = 5

    /// Something that began, or ended.
    struct Finding {
        let entry: RuleBook.Entry
        let trigger: NotifyTrigger
        let subject: String
        let group: String
        let agent: AgentID?
        /// Nil = it ended.
        let member: NotifyIncident.Member?
    }

    /// Which of these jobs started, or ended well, in a span.
    package struct Question: Hashable, Sendable {
        /// Of the rule, and the deadline or the mark that the answer is about.
        let key: String
        package let trigger: NotifyTrigger
        package let jobs: [JobID]
        package let span: Range<Timestamp>
        /// Nil = what was told of is asked about.
        let deadline: Timestamp?
        /// It is about those that there was no room for.
        var isRest = false
    }

    let book: RuleBook
    let now: Timestamp
    private(set) var findings: [Finding] = []
    /// What nobody watches any more: its rule is gone or another one, or its task or host is.
    ///
    /// Its incident ends without a word.
    private(set) var withdrawn: [NotifyWatchMark.Key] = []
    private let before: [NotifyWatchMark.Key: Timestamp]
    private var marks: [NotifyWatchMark.Key: Timestamp]
    private var counts: [String: Int] = [:]
    private let deadlines: [String: RuleBook.Entry]

    package init(book: RuleBook, marks: [NotifyWatchMark], now: Timestamp) {
        self.book = book
        self.now = now
        self.deadlines = Dictionary(book.deadlineRules.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        self.before = Dictionary(marks.map { ($0.key, $0.at) }, uniquingKeysWith: { first, _ in first })
        self.marks = self.before
        for mark in marks where !mark.isDeadline && !mark.isRest { self.counts[Self.slot(mark.key), default: 0] += 1 }
        let keys = book.keys
        for mark in marks where !keys.contains(mark.key.rule) { self.withdraw(mark.key) }
        self.setDeadlines()
    }

    package var isQuiet: Bool { self.findings.isEmpty && self.changes.isEmpty }

    /// Rules whose incidents the findings touch.
    package var touchedRules: Set<String> {
        Set(self.findings.map(\.entry.key)).union(self.withdrawn.map(\.rule))
    }

    package var changes: [NotifyWatchMark.Change] {
        Set(self.before.keys).union(self.marks.keys).sorted().compactMap { key in
            let (before, after) = (self.before[key], self.marks[key])
            return before == after ? nil : NotifyWatchMark.Change(key: key, before: before, after: after)
        }
    }

    /// When the next deadline is looked at.
    package var nextDeadline: Timestamp? {
        self.marks.filter { $0.key.subject.isEmpty }.values.min()?.advanced(byMilliseconds: Self.deadlineGrace)
    }

    /// Whether a mark asks about jobs now: its deadline has come, or those that it is for have room.
    package static func isDue(_ mark: NotifyWatchMark, among marks: [NotifyWatchMark], at now: Timestamp) -> Bool {
        if mark.isDeadline { return mark.at.advanced(byMilliseconds: Self.deadlineGrace) <= now }
        guard mark.isRest else { return false }
        return marks.count {
            $0.key.rule == mark.key.rule && $0.key.trigger == mark.key.trigger && !$0.isDeadline && !$0.isRest
        } < Self.markLimit
    }

    // MARK: Deadlines

    /// Each rule with a deadline knows its next one from now on; those of rules on jobs count for these.
    private mutating func setDeadlines() {
        for entry in self.deadlines.values {
            for trigger in entry.rule.triggers where trigger.isDeadline {
                let key = NotifyWatchMark.Key(rule: entry.key, trigger: trigger, subject: "")
                guard self.marks[key] == nil else { continue }
                self.marks[key] = entry.rule.watch?.deadline?.next(after: self.now)
            }
        }
    }

    /// What has to be known of jobs: for deadlines that have come, and for what was told of.
    package var questions: [Question] {
        var questions: [Question] = []
        for (key, at) in self.marks.sorted(by: { $0.key < $1.key }) where key.trigger.isDeadline {
            let mark = NotifyWatchMark(key: key, at: at)
            if mark.isDeadline || mark.isRest {
                let isDue =
                    mark.isRest
                    ? self.counts[Self.slot(key), default: 0] < Self.markLimit
                    : Self.isDue(mark, among: [], at: self.now)
                guard isDue, let entry = self.deadlines[key.rule], let deadline = entry.rule.watch?.deadline else {
                    continue
                }
                let candidates = entry.job.map { [$0] } ?? self.book.allJobs
                let jobs = candidates.filter { job in
                    job.isEnabled && self.book.rules(of: job.id, on: nil).contains { $0.key == key.rule }
                        && !(mark.isRest && self.marks[Self.key(key, job.id)] != nil)
                }
                // Of the rest nobody is told what has come meanwhile.
                let span = deadline.begin(before: at)..<(mark.isRest ? max(at, self.now) : at)
                questions.append(
                    Question(
                        key: key.rule,
                        trigger: key.trigger,
                        jobs: jobs.map(\.id),
                        span: span,
                        deadline: at,
                        isRest: mark.isRest
                    )
                )
            } else if let job = JobID(key.subject), at < self.now {
                questions.append(
                    Question(key: key.rule, trigger: key.trigger, jobs: [job], span: at..<self.now, deadline: nil)
                )
            }
        }
        return questions
    }

    /// - Parameter came: those of the question's jobs that did.
    package mutating func answer(_ question: Question, _ came: Set<JobID>) {
        let rest = NotifyWatchMark.Key(rule: question.key, trigger: question.trigger, subject: NotifyWatchMark.rest)
        // A newer deadline has taken its place in this round.
        if question.isRest, self.marks[rest] != question.deadline { return }
        var hasRoom = true
        for job in question.jobs {
            let key = Self.key(rest, job)
            // A task that was switched off will not come.
            guard self.book.job(job)?.isEnabled == true,
                let entry = self.book.rules(of: job, on: nil).first(where: { $0.key == question.key })
            else {
                self.withdraw(key)
                continue
            }
            let group = Self.group(entry, question.trigger, job: job, host: nil)
            // A day that was told of since then is not over because the one before it came late.
            if question.deadline == nil, self.marks[key] != question.span.lowerBound { continue }
            if came.contains(job) {
                self.end(key, entry, group: group, agent: nil)
            } else if let deadline = question.deadline {
                let member = NotifyIncident.Member(
                    host: "",
                    execution: nil,
                    trigger: question.trigger,
                    at: deadline,
                    measure: NotifyMeasure(value: deadline.milliseconds)
                )
                // A day that follows one that was told of is told of too.
                let fits = self.begin(
                    key,
                    entry,
                    group: group,
                    agent: nil,
                    member,
                    at: question.span.lowerBound,
                    isNew: true
                )
                if !fits { hasRoom = false }
            }
        }
        guard let deadline = question.deadline else { return }
        // Those without room are told when others have ended; a newer deadline is about the same ones.
        self.marks[rest] = hasRoom ? nil : deadline
        guard !question.isRest else { return }
        let next = NotifyWatchMark.Key(rule: question.key, trigger: question.trigger, subject: "")
        // Of several that nobody was there for, one is enough.
        self.marks[next] = self.deadlines[question.key]?.rule.watch?.deadline?.next(after: self.now)
    }

    // MARK: Executions

    /// - Parameters:
    ///   - open: those that run or wait, as far as they are old enough for any rule; the oldest ones first.
    ///   - isWhole: whether there are no others: what is not among them has ended.
    ///   - usual: how long jobs usually take; milliseconds. Only of those with a rule that asks for it.
    package mutating func look(at open: [Execution], isWhole: Bool, usual: [JobID: Int64]) {
        var seen: Set<NotifyWatchMark.Key> = []
        for execution in open {
            let trigger: NotifyTrigger = execution.status == .running ? .runningLongerThan : .queueWaiting
            for entry in self.book.rules(of: execution.jobID, on: execution.agentID)
            where entry.rule.triggers.contains(trigger) {
                guard let measure = self.measure(execution, entry.rule.watch, usual[execution.jobID]) else { continue }
                let host = execution.agentID.rawValue
                let key = NotifyWatchMark.Key(
                    rule: entry.key,
                    trigger: trigger,
                    subject: "\(execution.jobID) \(host) \(execution.id)"
                )
                seen.insert(key)
                let member = NotifyIncident.Member(
                    host: host,
                    execution: execution.id,
                    trigger: trigger,
                    at: self.now,
                    measure: measure
                )
                let group = Self.group(entry, trigger, job: execution.jobID, host: host)
                self.begin(key, entry, group: group, agent: execution.agentID, member, at: self.now)
            }
        }
        guard isWhole else { return }
        for key in self.marks.keys.sorted()
        where (key.trigger == .runningLongerThan || key.trigger == .queueWaiting) && !seen.contains(key) {
            let parts = key.subject.split(separator: " ")
            guard parts.count == 3, let job = JobID(parts[0]), let agent = AgentID(String(parts[1])),
                let entry = self.book.rules(of: job, on: agent).first(where: { $0.key == key.rule })
            else {
                self.withdraw(key)
                continue
            }
            self.end(key, entry, group: Self.group(entry, key.trigger, job: job, host: agent.rawValue), agent: agent)
        }
    }

    private func measure(_ execution: Execution, _ limits: NotifyLimits?, _ usual: Int64?) -> NotifyMeasure? {
        guard let limits else { return nil }
        switch execution.status {
        case .running:
            guard let start = execution.startedAt else { return nil }
            let byFactor = limits.runningFactor.flatMap { factor in usual.map { Int64(Double($0) * factor) } }
            let bounds = [limits.runningSeconds.map { Int64($0) * 1000 }, byFactor].compactMap(\.self)
            let time = self.now.milliseconds(since: start)
            return bounds.min().flatMap { time > $0 ? NotifyMeasure(value: time, limit: $0) : nil }
        case .pending:
            // What waits on purpose is in no queue.
            guard let seconds = limits.queueSeconds, execution.reason != .awaitingRetry,
                execution.reason != .waitingWave
            else { return nil }
            let time = self.now.milliseconds(since: execution.nominal)
            return time > Int64(seconds) * 1000 ? NotifyMeasure(value: time, limit: Int64(seconds) * 1000) : nil
        default: return nil
        }
    }

    /// What 95 of 100 took of the last successes; nil when there are too few to tell.
    package static func usual(_ executions: [Execution]) -> Int64? {
        let times = executions.filter { $0.status == .success }.compactMap(\.durationMilliseconds).sorted()
        guard times.count >= Self.leastUsual else { return nil }
        return times[(times.count * 95 + 99) / 100 - 1]
    }

    // MARK: Hosts

    package mutating func look(at hosts: [WatchedHost]) {
        var watched: Set<NotifyWatchMark.Key> = []
        for host in hosts {
            for entry in self.book.rules(forHost: host.agent) {
                for trigger in entry.rule.triggers where NotifyTrigger.ofHosts.contains(trigger) {
                    let key = NotifyWatchMark.Key(rule: entry.key, trigger: trigger, subject: host.subject)
                    watched.insert(key)
                    let group = Self.group(entry, trigger, job: nil, host: host.subject)
                    if let measure = host.measure(trigger, entry.rule.watch, at: self.now) {
                        let member = NotifyIncident.Member(
                            host: host.agent?.rawValue ?? host.name,
                            execution: nil,
                            trigger: trigger,
                            at: self.now,
                            measure: measure
                        )
                        self.begin(key, entry, group: group, agent: host.agent, member, at: self.now)
                    } else if host.isOver(trigger, entry.rule.watch) {
                        self.end(key, entry, group: group, agent: host.agent)
                    }
                }
            }
        }
        // Nobody is told that a host that was deleted is well again.
        for key in self.marks.keys.sorted()
        where NotifyTrigger.ofHosts.contains(key.trigger) && !watched.contains(key) { self.withdraw(key) }
    }

    // MARK: Both

    private static func key(_ key: NotifyWatchMark.Key, _ job: JobID) -> NotifyWatchMark.Key {
        NotifyWatchMark.Key(rule: key.rule, trigger: key.trigger, subject: "\(job)")
    }

    private static func slot(_ key: NotifyWatchMark.Key) -> String { key.trigger.rawValue + " " + key.rule }

    /// Not the groups of executions that failed, which a success closes.
    private static func group(_ entry: RuleBook.Entry, _ trigger: NotifyTrigger, job: JobID?, host: String?) -> String {
        let kind = (NotifyTrigger.ofHosts.contains(trigger) ? NotifyEvaluation.hostsGroup + " " : "") + trigger.rawValue
        switch (entry.rule.groupBy ?? .job, job, host) {
        case (.job, let job?, _): return kind + " job \(job)"
        case (.host, _, let host?): return kind + " host \(host)"
        default: return kind
        }
    }

    /// - Returns: false when there is no room for it now.
    @discardableResult
    private mutating func begin(
        _ key: NotifyWatchMark.Key,
        _ entry: RuleBook.Entry,
        group: String,
        agent: AgentID?,
        _ member: NotifyIncident.Member,
        at time: Timestamp,
        isNew: Bool = false
    ) -> Bool {
        let isKnown = self.marks[key] != nil
        guard isNew || !isKnown else { return true }
        if !isKnown {
            let count = self.counts[Self.slot(key), default: 0]
            guard count < Self.markLimit else { return false }
            self.counts[Self.slot(key)] = count + 1
        }
        self.marks[key] = time
        self.findings.append(
            Finding(
                entry: entry,
                trigger: key.trigger,
                subject: key.subject,
                group: group,
                agent: agent,
                member: member
            )
        )
        return true
    }

    private mutating func withdraw(_ key: NotifyWatchMark.Key) {
        guard self.marks.removeValue(forKey: key) != nil, !key.subject.isEmpty, key.subject != NotifyWatchMark.rest
        else { return }
        self.counts[Self.slot(key)] = max(0, self.counts[Self.slot(key), default: 1] - 1)
        self.withdrawn.append(key)
    }

    private mutating func end(_ key: NotifyWatchMark.Key, _ entry: RuleBook.Entry, group: String, agent: AgentID?) {
        guard self.marks[key] != nil else { return }
        self.marks[key] = nil
        self.counts[Self.slot(key)] = max(0, self.counts[Self.slot(key), default: 1] - 1)
        self.findings.append(
            Finding(entry: entry, trigger: key.trigger, subject: key.subject, group: group, agent: agent, member: nil)
        )
    }
}
