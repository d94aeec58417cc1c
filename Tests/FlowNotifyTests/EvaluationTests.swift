// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

/// Rules, events and what comes of them, with a store that is a few dictionaries.
struct NotifyWorld {
    static let start = Timestamp(milliseconds: 1_795_255_200_000)
    static let uid = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000001")!)

    var rules: [NotifyRule] = []
    var own: [OwnNotifyRule] = []
    var counters: [NotifyCounter.Key: NotifyCounter] = [:]
    var incidents: [IncidentID: NotifyIncident] = [:]
    var hosts: [AgentID: NotifyHost] = [:]
    var silences: [NotifySilence] = []
    /// Whose end was acted on.
    var ended: [NotifySilence] = []
    var now = Self.start
    var sequence: Int64 = 0
    var run: Int64 = 0

    init(_ rules: [NotifyRule] = [], own: [OwnNotifyRule] = []) {
        self.rules = rules
        self.own = own
    }

    static func rule(
        _ triggers: [NotifyTrigger],
        threshold: Int = 1,
        countBy: NotifyRule.CountBy? = nil,
        repetition: NotifyRepetition? = nil,
        quiet: QuietHours? = nil
    ) -> NotifyRule {
        NotifyRule(
            name: "rule",
            triggers: triggers,
            threshold: threshold,
            channels: [NotifyTarget(channel: "ops")],
            countBy: countBy,
            repetition: repetition,
            quiet: quiet
        )
    }

    static func own(_ triggers: [NotifyTrigger], match: NotifyMatch = NotifyMatch()) -> OwnNotifyRule {
        OwnNotifyRule(id: 1, rule: Self.rule(triggers), match: match, createdAt: Self.start, updatedAt: Self.start)
    }

    private var book: RuleBook {
        let definition = JobDefinition(
            name: "backup",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            groups: [2],
            labels: ["team": "db"],
            notify: self.rules
        )
        let job = Job(
            id: 7,
            uid: Self.uid,
            version: 1,
            definition: definition,
            isEnabled: true,
            nextFire: nil,
            createdBy: "ada",
            createdAt: Self.start,
            updatedAt: Self.start
        )
        return RuleBook(own: self.own, jobs: [job], hosts: [AgentID("web1")!: [2], AgentID("db1")!: [3]])
    }

    static func event(
        _ letter: Character,
        run: Int64,
        host: String = "web1",
        isCorrection: Bool = false
    ) -> ExecutionEvent {
        let agent = AgentID(host)!
        let nominal = Self.start.advanced(byMilliseconds: run * 1000)
        let outcome: (ExecutionStatus, ExecutionReason?, Int?, Bool) =
            switch letter {
            case "S": (.success, nil, 0, false)
            case "B": (.failure, .exitCode, 1, false)
            case "T": (.failure, .exitCode, 2, false)
            case "O": (.timeout, nil, nil, false)
            case "K": (.skipped, .overlap, nil, false)
            case "M": (.skipped, .misfire, nil, false)
            case "C": (.cancelled, .requested, nil, false)
            case "L": (.failure, .lost, nil, true)
            default: (.running, nil, nil, false)
            }
        return ExecutionEvent(
            id: DeterministicID.execution(kind: .cron, job: Self.uid, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: Self.uid, nominal: nominal),
            jobID: 7,
            agentID: agent,
            status: outcome.0,
            reason: outcome.1,
            exitCode: outcome.2,
            isProvisional: outcome.3,
            isCorrection: isCorrection
        )
    }

    /// Handles one event, as a page of its own.
    mutating func happen(_ event: DurableEvent) {
        self.sequence += 1
        let row = RecordedEvent(sequence: self.sequence, at: self.now, event: event)
        let keys = NotifyEvaluation.keys(of: [row], in: self.book)
        let state = NotifyState(
            counters: keys.counters.compactMap { self.counters[$0] },
            incidents: self.incidents.values.filter { $0.state != .closed && keys.rules.contains($0.ruleKey) },
            hosts: keys.isEveryHostNeeded
                ? self.hosts.values.filter { $0.wentAt == nil } : keys.hosts.compactMap { self.hosts[$0] }
        )
        var evaluation = NotifyEvaluation(book: self.book, state: state, silences: self.silences, now: self.now)
        evaluation.handle(row)
        self.save(evaluation.changes)
    }

    /// One letter for each run: S success, B exit 1, T exit 2, O timeout, K skipped, M missed, C cancelled, L lost.
    mutating func happen(_ letters: String, host: String = "web1") {
        for letter in letters where letter != " " {
            self.run += 1
            self.happen(.executions([Self.event(letter, run: self.run, host: host)]))
        }
    }

    mutating func pass(_ seconds: Int64) -> [NotifyMessage] {
        self.now = self.now.advanced(byMilliseconds: seconds * 1000)
        let open = self.incidents.values.filter { $0.state != .closed }
        var evaluation = NotifyEvaluation(
            book: self.book,
            state: NotifyState(incidents: open, hosts: Array(self.hosts.values)),
            silences: self.silences,
            now: self.now
        )
        evaluation.tick()
        self.save(evaluation.changes)
        return evaluation.messages
    }

    private mutating func save(_ changes: NotifyChanges) {
        for counter in changes.counters { self.counters[counter.key] = counter }
        for incident in changes.incidents { self.incidents[incident.id] = incident }
        for host in changes.hosts { self.hosts[host.agent] = host }
        for caught in changes.caught {
            for index in self.silences.indices where self.silences[index].id == caught.silence {
                self.silences[index].caught += caught.count
            }
        }
        self.ended += self.silences.filter { changes.settledSilences.contains($0.id) }
        self.silences.removeAll { changes.settledSilences.contains($0.id) }
    }
}

@Suite("What rules make of events")
struct EvaluationTests {
    private static func request(_ id: String, job: JobID? = 7, groups: [GroupID] = [2]) -> DurableEvent {
        .person(
            PersonEvent(
                .approvalWaiting,
                id: id,
                username: "ada",
                job: job,
                groups: groups,
                text: "ada asks for it: \(id)"
            )
        )
    }

    @Test("A request for another person is told once, to rules of its task, of its groups and of everything")
    func approvalWaiting() throws {
        let rule = NotifyWorld.rule([.approvalWaiting])
        for (match, job, groups, isTold) in [
            (NotifyMatch(), 7, [2], true), (NotifyMatch(), nil, [], true), (NotifyMatch(groups: [2]), nil, [2], true),
            (NotifyMatch(groups: [3]), 7, [2], false), (NotifyMatch(groups: [2]), nil, [], false),
            (NotifyMatch(tasks: [7]), 7, [2], true), (NotifyMatch(tasks: [7]), nil, [2], false),
            (NotifyMatch(labels: ["team": "db"]), 7, [2], true), (NotifyMatch(labels: ["team": "web"]), 7, [2], false),
        ] as [(NotifyMatch, JobID?, [GroupID], Bool)] {
            var world = NotifyWorld(own: [NotifyWorld.own([.approvalWaiting], match: match)])
            world.happen(Self.request("one", job: job, groups: groups))
            #expect(world.pass(6).count == (isTold ? 1 : 0), "\(match)")
        }
        var world = NotifyWorld([rule])
        world.happen(Self.request("one"))
        world.happen(Self.request("two"))
        let messages = world.pass(6)
        #expect(messages.count == 2 && world.pass(3600).isEmpty)
        let variables = TemplateVariables(messages[0], execution: nil, logTail: "", address: "https://flow")
        #expect(variables.values["request"] == "ada asks for it: one" && variables.values["hosts"] == "")
        #expect(variables.values["url"] == "https://flow/approvals")
        let written = MessageText.write(NotifyTarget(channel: "ops"), variables, for: .webhook)
        #expect(written.subject == "backup: approval waited for", "\(written)")
        #expect(written.text.contains("ada asks for it: one") && !written.text.contains("Hosts:"))
    }

    @Test("Parents that are late are told of once for each deadline, with what is missing; a silence counts it (D9)")
    func parentsLate() throws {
        let due = NotifyWorld.start
        func event(_ due: Timestamp) -> DurableEvent {
            .job(JobEvent(.parentsLate, job: 7, due: due, missing: ["load", "clean"]))
        }
        for (triggers, count) in [([NotifyTrigger.parentsLate], 2), ([.missed, .skipped], 0)] {
            var world = NotifyWorld([NotifyWorld.rule(triggers)])
            world.happen(event(due))
            let messages = world.pass(6)
            world.happen(event(due.advanced(byMilliseconds: 86_400_000)))
            #expect(messages.count + world.pass(6).count == count && world.pass(3600).isEmpty)
            guard let message = messages.first else { continue }
            let variables = TemplateVariables(message, execution: nil, logTail: "", timeZone: "Asia/Shanghai")
            let written = MessageText.write(NotifyTarget(channel: "ops"), variables, for: .webhook)
            #expect(written.subject == "backup: parents late", "\(written)")
            #expect(written.text.contains("still waits for load, clean; that was due by"), "\(written)")
            #expect(written.text.contains("+08:00") && !written.text.contains("Hosts:"), "\(written)")
        }
        var world = NotifyWorld(own: [NotifyWorld.own([.parentsLate], match: NotifyMatch(tasks: [8]))])
        world.happen(event(due))
        #expect(world.pass(6).isEmpty, "it is another task's")
    }

    @Test("Nobody sleeps through somebody's taking all rights; other rules do not hear of it")
    func breakGlass() throws {
        let day = QuietHours.Window(from: 0, until: 1439, days: [])
        let quiet = QuietHours(timeZone: "UTC", windows: [day])
        let event = DurableEvent.person(
            PersonEvent(.glassBroken, id: "s", username: "ada", text: "ada took all rights")
        )
        for (triggers, count) in [([NotifyTrigger.breakGlass], 1), ([.approvalWaiting], 0)] {
            var own = NotifyWorld.own(triggers)
            own.rule.quiet = quiet
            var world = NotifyWorld(own: [own])
            world.happen(event)
            #expect(world.pass(6).count == count)
        }
        var own = NotifyWorld.own([.approvalWaiting])
        own.rule.quiet = quiet
        var world = NotifyWorld(own: [own])
        world.happen(Self.request("one"))
        #expect(world.pass(6).isEmpty, "a request waits for the end of the quiet hours")
    }

    /// After each outcome 10 s pass; the places at which a message went.
    private func places(_ rule: NotifyRule, _ outcomes: String) -> [Int] {
        var world = NotifyWorld([rule])
        var places: [Int] = []
        for (index, letter) in outcomes.enumerated() {
            world.happen(String(letter))
            if !world.pass(70).isEmpty { places.append(index + 1) }
        }
        return places
    }

    @Test(
        "A rule with a threshold fires at exactly so many in a row, once",
        arguments: [
            ("TTT", [3]), ("TTSTTT", [6]), ("TTTTTT", [3]), ("TTBT", []), ("TKTT", [4]), ("TCMTT", [5]), ("TTSTT", []),
            ("TTTSTTT", [3, 7]), ("TLTT", [4]), ("BBB", []), ("TOT", []),
        ] as [(String, [Int])]
    )
    func threshold(_ outcomes: String, _ expected: [Int]) {
        #expect(self.places(NotifyWorld.rule([.technicalFailure], threshold: 3), outcomes) == expected)
    }

    @Test(
        "Each trigger catches its own outcomes",
        arguments: [
            (NotifyTrigger.success, [1]), (.businessFailure, [2]), (.technicalFailure, [3]), (.timeout, [4]),
            (.skipped, [5]), (.missed, [6]), (.cancelled, [7]), (.lost, [8]),
        ] as [(NotifyTrigger, [Int])]
    )
    func triggers(_ trigger: NotifyTrigger, _ expected: [Int]) {
        #expect(self.places(NotifyWorld.rule([trigger]), "SBTOKMCL") == expected)
    }

    @Test("Several triggers of a rule are counted together")
    func together() {
        let rule = NotifyWorld.rule([.technicalFailure, .timeout], threshold: 2)
        #expect(self.places(rule, "TOTSO") == [2])
    }

    @Test("A rule that is switched off, and one whose trigger is another, says nothing")
    func silent() {
        var off = NotifyWorld.rule([.technicalFailure])
        off.isEnabled = false
        #expect(self.places(off, "TTT") == [])
    }

    @Test("Repeat decides about further failures: each, never, or a reminder")
    func repetition() {
        #expect(self.places(NotifyWorld.rule([.technicalFailure], repetition: .each), "TTT") == [1, 2, 3])
        #expect(self.places(NotifyWorld.rule([.technicalFailure], repetition: .never), "TTT") == [1])
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure], repetition: .every(milliseconds: 3_600_000))])
        world.happen("T")
        #expect(world.pass(10).map(\.purpose) == [.opening])
        #expect(world.pass(3590).isEmpty)
        #expect(world.pass(20).map(\.purpose) == [.reminder])
        world.happen("S")
        #expect(world.pass(4000).isEmpty)
    }

    @Test("Hosts are counted each by itself, or together by run")
    func countBy() {
        var byHost = NotifyWorld([NotifyWorld.rule([.technicalFailure], threshold: 2)])
        byHost.happen("T", host: "web1")
        byHost.happen("T", host: "web2")
        #expect(byHost.pass(10).isEmpty)
        byHost.happen("T", host: "web1")
        #expect(byHost.pass(10).map(\.incident.members.last?.host) == ["web1"])

        var byJob = NotifyWorld([NotifyWorld.rule([.technicalFailure], threshold: 3, countBy: .job)])
        // In each run one host fails and another does not, in whatever order they report.
        for run in 1...3 as ClosedRange<Int64> {
            byJob.happen(.executions([NotifyWorld.event("T", run: run, host: "web1")]))
            byJob.happen(.executions([NotifyWorld.event("T", run: run, host: "web2")]))
            #expect(byJob.counters.values.map(\.count) == [Int(run)])
            if run == 2 { #expect(byJob.pass(10).isEmpty) }
        }
        #expect(byJob.pass(10).map(\.incident.thresholdCount) == [3])

        var mixed = NotifyWorld([NotifyWorld.rule([.technicalFailure], threshold: 3, countBy: .job)])
        for run in 1...3 as ClosedRange<Int64> {
            mixed.happen(.executions([NotifyWorld.event("S", run: run, host: "web1")]))
            mixed.happen(.executions([NotifyWorld.event("T", run: run, host: "web2")]))
        }
        #expect(mixed.pass(10).count == 1)
    }

    @Test("Seventeen hosts with the same failure are one message")
    func grouping() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.happen(.executions((1...17).map { NotifyWorld.event("T", run: 1, host: "web\($0)") }))
        let messages = world.pass(10)
        #expect(messages.count == 1)
        #expect(messages.first?.incident.failing.count == 17 && messages.first?.incident.count == 17)
    }

    @Test("What works again before anybody was told is told to nobody; afterwards to who wants to know")
    func recovery() {
        var quick = NotifyWorld([NotifyWorld.rule([.technicalFailure, .recovered])])
        quick.happen("TS")
        #expect(quick.pass(100).isEmpty)
        var told = NotifyWorld([NotifyWorld.rule([.technicalFailure, .recovered])])
        told.happen("T")
        #expect(told.pass(10).map(\.purpose) == [.opening])
        told.happen("S")
        #expect(told.pass(10).map(\.purpose) == [.recovered])
        told.happen("S")
        #expect(told.pass(100).isEmpty)
        var only = NotifyWorld([NotifyWorld.rule([.recovered])])
        only.happen("T")
        #expect(only.pass(100).isEmpty)
        only.happen("S")
        #expect(only.pass(10).map(\.purpose) == [.recovered])
        var partly = NotifyWorld([NotifyWorld.rule([.technicalFailure, .recovered])])
        partly.happen("T", host: "web1")
        partly.happen("T", host: "web2")
        #expect(partly.pass(10).count == 1)
        partly.happen("S", host: "web1")
        #expect(partly.pass(100).isEmpty)
        partly.happen("S", host: "web2")
        #expect(partly.pass(10).map(\.purpose) == [.recovered])
    }

    @Test("What was called lost and turns out otherwise within two heartbeats is not told")
    func lost() {
        var world = NotifyWorld([NotifyWorld.rule([.lost])])
        world.happen(.executions([NotifyWorld.event("L", run: 1)]))
        #expect(world.pass(20).isEmpty)
        world.happen(.executions([NotifyWorld.event("S", run: 1, isCorrection: true)]))
        #expect(world.pass(100).isEmpty)
        world.happen(.executions([NotifyWorld.event("L", run: 2)]))
        #expect(world.pass(31).map(\.purpose) == [.opening])
    }

    @Test("What is acknowledged is not told again until it has worked")
    func acknowledged() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.happen("T")
        #expect(world.pass(10).count == 1)
        for id in world.incidents.keys { world.incidents[id]?.acknowledgedBy = "ada" }
        world.happen("TTT")
        #expect(world.pass(1000).isEmpty)
        world.happen("ST")
        #expect(world.pass(10).map(\.purpose) == [.opening])
    }

    @Test("In quiet hours messages wait, and come as one at their end")
    func quiet() {
        // 10:00 UTC is the beginning.
        let hours = QuietHours(timeZone: "UTC", windows: [.init(from: 9 * 60, until: 11 * 60)])
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure], quiet: hours)])
        world.happen("TTT")
        #expect(world.pass(1800).isEmpty)
        world.happen("T")
        let messages = world.pass(1801)
        #expect(messages.map(\.incident.count) == [4])
    }

    @Test("A host that is away for a minute is told of, and that it is back; half of them at once in one message")
    func hosts() {
        var world = NotifyWorld(own: [NotifyWorld.own([.hostOffline, .hostBack])])
        let hosts = (1...20).map { AgentID("web\($0)")! }
        for host in hosts { world.happen(.agentCame(host)) }
        _ = world.pass(10)
        world.happen(.agentWent(hosts[0]))
        #expect(world.pass(30).isEmpty)
        world.happen(.agentCame(hosts[0]))
        #expect(world.pass(100).isEmpty)
        for host in hosts.prefix(10) { world.happen(.agentWent(host)) }
        #expect(world.pass(61).isEmpty, "others are waited for")
        let messages = world.pass(6)
        #expect(messages.map(\.incident.failing.count) == [10])
        for host in hosts.prefix(10) { world.happen(.agentCame(host)) }
        #expect(world.pass(6).map(\.incident.trigger) == [.hostBack])
        #expect(world.pass(1000).isEmpty)
    }

    @Test("After a start of the server hosts have two minutes to come back, and an old note changes nothing")
    func start() {
        var world = NotifyWorld(own: [NotifyWorld.own([.hostOffline])])
        let (one, two) = (AgentID("web1")!, AgentID("web2")!)
        world.happen(.agentCame(one))
        world.happen(.agentCame(two))
        world.happen(.serverStarted)
        _ = world.pass(60)
        world.happen(.agentCame(one))
        let came = world.now
        world.now = came.advanced(byMilliseconds: -5000)
        world.happen(.agentWent(one))
        world.now = came
        #expect(world.pass(59).isEmpty)
        _ = world.pass(2)
        #expect(world.pass(6).map(\.incident.failing) == [["web2"]])
    }

    @Test("A rule of its own is about its groups, labels and tasks")
    func matching() {
        let cases: [(NotifyMatch, String, Bool)] = [
            (NotifyMatch(), "web1", true), (NotifyMatch(groups: [2]), "web1", true),
            // The host is not in the group that the job has.
            (NotifyMatch(groups: [2]), "db1", false), (NotifyMatch(groups: [3]), "db1", false),
            (NotifyMatch(labels: ["team": "db"]), "db1", true), (NotifyMatch(labels: ["team": "web"]), "db1", false),
            (NotifyMatch(tasks: [7]), "db1", true), (NotifyMatch(tasks: [8]), "db1", false),
        ]
        for (match, host, isCaught) in cases {
            var world = NotifyWorld(own: [NotifyWorld.own([.technicalFailure], match: match)])
            world.happen("T", host: host)
            #expect(world.pass(10).isEmpty != isCaught, "\(match) \(host)")
        }
    }

    @Test("Another trigger or threshold begins to count anew, another name of a channel does not")
    func edits() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure], threshold: 3)])
        world.happen("TT")
        world.rules[0].channels = [NotifyTarget(channel: "night")]
        world.happen("T")
        #expect(world.pass(10).count == 1)
        world.rules[0].threshold = 2
        world.happen("T")
        #expect(world.pass(100).isEmpty)
        world.happen("T")
        #expect(world.pass(10).count == 1)
    }

    @Test("An open incident of which nothing is heard for a week is over")
    func stale() {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        world.happen("T")
        #expect(world.pass(10).count == 1)
        #expect(world.pass(8 * 86_400).isEmpty)
        #expect(world.incidents.values.map(\.state) == [.closed])
    }
}
