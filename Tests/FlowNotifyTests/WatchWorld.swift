// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowNotify

/// Rules that watch, facts, and what a store would keep of both.
struct WatchWorld {
    static let start = NotifyWorld.start

    var rules: [NotifyRule] = []
    var own: [OwnNotifyRule] = []
    var marks: [NotifyWatchMark.Key: Timestamp] = [:]
    var incidents: [IncidentID: NotifyIncident] = [:]
    var silences: [NotifySilence] = []
    var now = Self.start
    var isEnabled = true
    /// When executions of the job started, and ended well.
    var started: [Timestamp] = []
    var succeeded: [Timestamp] = []
    var open: [Execution] = []
    var usual: Int64?
    var hosts: [WatchedHost] = []
    var nextDeadline: Timestamp?

    static func rule(
        _ triggers: [NotifyTrigger],
        _ watch: NotifyLimits?,
        groupBy: NotifyRule.GroupBy? = nil
    ) -> NotifyRule {
        NotifyRule(
            name: "rule",
            triggers: triggers,
            channels: [NotifyTarget(channel: "ops")],
            groupBy: groupBy,
            watch: watch
        )
    }

    static func own(_ rule: NotifyRule, match: NotifyMatch = NotifyMatch()) -> OwnNotifyRule {
        OwnNotifyRule(id: 1, rule: rule, match: match, createdAt: Self.start, updatedAt: Self.start)
    }

    var book: RuleBook {
        let definition = JobDefinition(
            name: "backup",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            groups: [2],
            notify: self.rules
        )
        let job = Job(
            id: 7,
            uid: NotifyWorld.uid,
            version: 1,
            definition: definition,
            isEnabled: self.isEnabled,
            nextFire: nil,
            createdBy: "ada",
            createdAt: Self.start,
            updatedAt: Self.start
        )
        return RuleBook(own: self.own, jobs: [job], hosts: [AgentID("web1")!: [2], AgentID("db1")!: [3]])
    }

    static func execution(_ number: Int64, host: String = "web1", _ status: ExecutionStatus) -> Execution {
        let agent = AgentID(host)!
        let nominal = Self.start.advanced(byMilliseconds: number * 1000)
        return Execution(
            id: DeterministicID.execution(kind: .cron, job: NotifyWorld.uid, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: NotifyWorld.uid, nominal: nominal),
            jobID: 7,
            jobUID: NotifyWorld.uid,
            jobName: "backup",
            jobVersion: 1,
            agentID: agent,
            kind: .cron,
            nominal: nominal,
            status: status,
            startedAt: status == .running ? nominal : nil,
            updatedAt: nominal
        )
    }

    /// A round of a server that knows nothing but what is stored; then the messages that are due.
    mutating func look(after seconds: Int64) -> [NotifyMessage] {
        self.now = self.now.advanced(byMilliseconds: seconds * 1000)
        let marks = self.marks.map { NotifyWatchMark(key: $0.key, at: $0.value) }
        var watch = NotifyWatch(book: self.book, marks: marks, now: self.now)
        for question in watch.questions {
            let times = question.trigger == .didNotRunBy ? self.started : self.succeeded
            watch.answer(question, times.contains { question.span.contains($0) } ? Set(question.jobs) : [])
        }
        watch.look(at: self.open, isWhole: true, usual: self.usual.map { [7: $0] } ?? [:])
        watch.look(at: self.hosts)
        self.nextDeadline = watch.nextDeadline
        for change in watch.changes {
            #expect(self.marks[change.key] == change.before)
            self.marks[change.key] = change.after
        }
        let open = self.incidents.values.filter { $0.state != .closed }
        var evaluation = NotifyEvaluation(
            book: self.book,
            state: NotifyState(incidents: open),
            silences: self.silences,
            now: self.now
        )
        evaluation.handle(watch)
        for incident in evaluation.changes.incidents { self.incidents[incident.id] = incident }
        return self.messages(after: 6)
    }

    mutating func messages(after seconds: Int64) -> [NotifyMessage] {
        self.now = self.now.advanced(byMilliseconds: seconds * 1000)
        let open = self.incidents.values.filter { $0.state != .closed }
        var evaluation = NotifyEvaluation(
            book: self.book,
            state: NotifyState(incidents: open),
            silences: self.silences,
            now: self.now
        )
        evaluation.tick()
        for incident in evaluation.changes.incidents { self.incidents[incident.id] = incident }
        return evaluation.messages
    }
}
