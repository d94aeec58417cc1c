// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

/// Rules that watch, facts, and what a store would keep of both.
private struct WatchWorld {
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

@Suite("What rules watch (issue 10, people.md 7)")
struct NotifyWatchTests {
    private static func deadline(_ by: Int, since: Int = 0, zone: String = "UTC", days: [Int] = []) -> NotifyLimits {
        NotifyLimits(deadline: .init(by: by, since: since, timeZone: zone, days: days))
    }

    private static func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }

    @Test("did_not_run_by: told once at its time, also over restarts, and again for the next day; a start ends it")
    func didNotRun() {
        // Tests begin at 10:00 UTC.
        var world = WatchWorld()
        world.rules = [WatchWorld.rule([.didNotRunBy, .recovered], Self.deadline(11 * 60))]
        #expect(world.look(after: 0).isEmpty)
        #expect(world.nextDeadline == Self.time("2026-11-21T11:00:00Z"))
        #expect(world.look(after: 3590 - 6).isEmpty)
        let told = world.look(after: 10)
        #expect(told.map(\.incident.trigger) == [.didNotRunBy] && told.map(\.purpose) == [.opening])
        #expect(world.look(after: 60).isEmpty && world.look(after: 3600).isEmpty)
        // It starts at last.
        world.started = [world.now]
        #expect(world.look(after: 10).map(\.purpose) == [.recovered])
        #expect(world.incidents.values.allSatisfy { $0.state == .closed })
        // The next day it is late again.
        world.now = Self.time("2026-11-22T11:00:00Z")
        #expect(world.look(after: 1).map(\.purpose) == [.opening])
        world.now = Self.time("2026-11-23T11:00:00Z")
        #expect(world.look(after: 1).map(\.purpose) == [.update], "a second day without is more of the same")
        #expect(world.incidents.values.filter { $0.state != .closed }.count == 1)
    }

    @Test("did_not_run_by: what ran in its span says nothing; of the evening before only with 'since'")
    func spans() {
        for (limits, started, isTold) in [
            (Self.deadline(11 * 60), "2026-11-21T10:30:00Z", false),
            (Self.deadline(11 * 60), "2026-11-21T00:00:00Z", false),
            (Self.deadline(11 * 60), "2026-11-20T23:00:00Z", true),
            (Self.deadline(11 * 60), "2026-11-21T11:00:00Z", true),
            (Self.deadline(11 * 60, since: 22 * 60), "2026-11-20T23:00:00Z", false),
            (Self.deadline(11 * 60, since: 22 * 60), "2026-11-20T21:59:59Z", true),
            (Self.deadline(11 * 60, days: [0]), "2026-11-20T23:00:00Z", false),
            (Self.deadline(19 * 60, zone: "Asia/Shanghai"), "2026-11-20T15:59:59Z", true),
            (Self.deadline(19 * 60, zone: "Asia/Shanghai"), "2026-11-20T16:00:00Z", false),
        ] as [(NotifyLimits, String, Bool)] {
            var world = WatchWorld()
            world.rules = [WatchWorld.rule([.didNotRunBy], limits)]
            world.started = [Self.time(started)]
            _ = world.look(after: 0)
            world.now = Self.time("2026-11-21T11:00:00Z")
            #expect(world.look(after: 0).isEmpty != isTold, "\(limits) \(started)")
        }
    }

    @Test("A server that was away over deadlines tells once at its return; a disabled job and a new rule tell nothing")
    func away() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.notFinishedBy], Self.deadline(11 * 60)))]
        _ = world.look(after: 0)
        world.now = Self.time("2026-11-24T09:00:00Z")
        #expect(world.look(after: 0).count == 1 && world.look(after: 60).isEmpty)
        #expect(world.nextDeadline == Self.time("2026-11-24T11:00:00Z"))
        var disabled = WatchWorld()
        disabled.rules = [WatchWorld.rule([.notFinishedBy], Self.deadline(11 * 60))]
        disabled.isEnabled = false
        _ = disabled.look(after: 0)
        disabled.now = Self.time("2026-11-21T11:00:00Z")
        #expect(disabled.look(after: 0).isEmpty)
        // The deadline of a rule that was made after it is tomorrow's.
        var late = WatchWorld()
        late.rules = [WatchWorld.rule([.notFinishedBy], Self.deadline(9 * 60))]
        #expect(late.look(after: 0).isEmpty && late.look(after: 60).isEmpty)
    }

    @Test("not_finished_by: a start is not enough, a success ends it; another rule or time begins anew")
    func notFinished() {
        var world = WatchWorld()
        world.rules = [WatchWorld.rule([.notFinishedBy, .recovered], Self.deadline(11 * 60))]
        world.started = [Self.time("2026-11-21T10:30:00Z")]
        _ = world.look(after: 0)
        world.now = Self.time("2026-11-21T11:00:00Z")
        #expect(world.look(after: 0).map(\.incident.trigger) == [.notFinishedBy])
        world.succeeded = [Self.time("2026-11-21T11:10:00Z")]
        world.now = Self.time("2026-11-21T11:10:01Z")
        #expect(world.look(after: 0).map(\.purpose) == [.recovered])
        world.rules = [WatchWorld.rule([.notFinishedBy, .recovered], Self.deadline(12 * 60))]
        _ = world.look(after: 0)
        #expect(world.marks.count == 1 && world.nextDeadline == Self.time("2026-11-21T12:00:00Z"))
        world.rules = []
        _ = world.look(after: 0)
        #expect(world.marks.isEmpty, "nothing is kept of rules that are gone")
    }

    @Test("A time that clocks jump over is when they have, one that they show twice comes once (Berlin, 02:30)")
    func clockChange() {
        let deadline = NotifyLimits.Deadline(by: 150, timeZone: "Europe/Berlin")
        let spring = deadline.next(after: Self.time("2027-03-27T12:00:00Z"))
        // 03:00 on the clocks of that day.
        #expect(spring == Self.time("2027-03-28T01:00:00Z"), "\(String(describing: spring))")
        let autumn = deadline.next(after: Self.time("2026-10-24T12:00:00Z"))!
        #expect(autumn >= Self.time("2026-10-25T00:30:00Z") && autumn <= Self.time("2026-10-25T01:30:00Z"))
        #expect(deadline.next(after: autumn) == Self.time("2026-10-26T01:30:00Z"))
        #expect(deadline.begin(before: autumn) == Self.time("2026-10-24T22:00:00Z"))
    }

    @Test("running_longer_than: once for each execution, by seconds or by what is usual; its end closes it")
    func running() {
        for (limits, usual, silentFor) in [
            (NotifyLimits(runningSeconds: 600), nil, 600), (NotifyLimits(runningFactor: 2), 100_000, 200),
            (NotifyLimits(runningSeconds: 600, runningFactor: 2), 100_000, 200),
        ] as [(NotifyLimits, Int64?, Int64)] {
            var world = WatchWorld()
            world.rules = [WatchWorld.rule([.runningLongerThan, .recovered], limits)]
            world.usual = usual
            world.open = [WatchWorld.execution(0, .running)]
            #expect(world.look(after: silentFor).isEmpty, "\(limits)")
            let told = world.look(after: 1)
            #expect(told.map(\.incident.trigger) == [.runningLongerThan], "\(limits)")
            #expect(world.look(after: 60).isEmpty)
            // A second one on another host, in the same incident.
            world.open.append(WatchWorld.execution(1, host: "db1", .running))
            #expect(world.look(after: 60).map(\.purpose) == [.update])
            world.open.removeFirst()
            #expect(world.look(after: 60).isEmpty, "one of them still runs")
            world.open = []
            #expect(world.look(after: 60).map(\.purpose) == [.recovered])
            #expect(world.marks.isEmpty)
        }
        var unknown = WatchWorld()
        unknown.rules = [WatchWorld.rule([.runningLongerThan], NotifyLimits(runningFactor: 2))]
        unknown.open = [WatchWorld.execution(0, .running)]
        #expect(unknown.look(after: 86_400).isEmpty, "nobody knows yet what is usual")
    }

    @Test("What is usual is what 95 of 100 successes took, and takes five of them")
    func usual() {
        func run(_ seconds: Int64, _ status: ExecutionStatus = .success) -> Execution {
            var execution = WatchWorld.execution(0, .running)
            execution.status = status
            execution.finishedAt = execution.startedAt?.advanced(byMilliseconds: seconds * 1000)
            return execution
        }
        #expect(NotifyWatch.usual([1, 2, 3, 4].map { run($0) }) == nil)
        #expect(NotifyWatch.usual([5, 1, 4, 2, 3].map { run($0) }) == 5000)
        #expect(NotifyWatch.usual((1...20).map { run($0) }) == 19_000)
        #expect(NotifyWatch.usual((1...4).map { run($0) } + [run(99, .failure)]) == nil)
    }

    @Test("queue_waiting: what was due and has not begun; not what waits for its retry or its wave")
    func waiting() {
        for (reason, isTold) in [
            (nil, true), (.queued, true), (.waitingHost, true), (.awaitingRetry, false), (.waitingWave, false),
        ] as [(ExecutionReason?, Bool)] {
            var world = WatchWorld()
            world.rules = [WatchWorld.rule([.queueWaiting], NotifyLimits(queueSeconds: 300))]
            var execution = WatchWorld.execution(0, .pending)
            execution.reason = reason
            world.open = [execution]
            #expect(world.look(after: 300).isEmpty)
            #expect(world.look(after: 1).count == (isTold ? 1 : 0), "\(String(describing: reason))")
            #expect(world.look(after: 60).isEmpty)
        }
    }

    @Test("Hosts: certificate, clock and disk are told once while they are so, and end; who says nothing ends nothing")
    func hosts() {
        let limits = NotifyLimits(certificateDays: 30, diskPercent: 10, diskBytes: 5 << 30)
        let triggers: [NotifyTrigger] = [.certificateEnding, .clockSuspect, .diskLow, .recovered]
        let fine = HostCondition(disk: DiskSpace(free: 50 << 30, total: 100 << 30), clockError: 1_999_999)
        let cases: [(NotifyTrigger, WatchedHost)] = [
            (
                .certificateEnding,
                WatchedHost(
                    agent: AgentID("web1"),
                    name: "web1",
                    certificateEnd: WatchWorld.start.advanced(byMilliseconds: 30 * 86_400_000),
                    condition: fine
                )
            ),
            (.clockSuspect, Self.host(HostCondition(disk: fine.disk, clockError: -2_000_001))),
            (.clockSuspect, Self.host(HostCondition(disk: fine.disk, isClockSuspect: true))),
            (.diskLow, Self.host(HostCondition(disk: DiskSpace(free: 9 << 30, total: 100 << 30)))),
            (.diskLow, Self.host(HostCondition(disk: DiskSpace(free: 4 << 30, total: 10 << 30)))),
        ]
        for (trigger, bad) in cases {
            var world = WatchWorld()
            world.own = [WatchWorld.own(WatchWorld.rule(triggers, limits))]
            world.hosts = [Self.host(fine)]
            #expect(world.look(after: 0).isEmpty)
            world.hosts = [bad]
            let told = world.look(after: 1)
            #expect(told.map(\.incident.trigger) == [trigger] && told[0].incident.failing == ["web1"], "\(bad)")
            #expect(world.look(after: 3600).isEmpty, "told once")
            var away = bad
            away.condition = nil
            away.certificateEnd = nil
            world.hosts = [away]
            #expect(world.look(after: 3600).isEmpty, "who is away has not become well")
            var well = Self.host(fine)
            well.certificateEnd = WatchWorld.start.advanced(byMilliseconds: 400 * 86_400_000)
            world.hosts = [well]
            #expect(world.look(after: 60).map(\.purpose) == [.recovered], "\(trigger)")
        }
    }

    private static func host(_ condition: HostCondition?) -> WatchedHost {
        WatchedHost(agent: AgentID("web1"), name: "web1", condition: condition)
    }

    @Test("A rule for a group is about its hosts alone; the server's disk is about rules on everything")
    func scopes() {
        let low = HostCondition(disk: DiskSpace(free: 1, total: 100))
        let rule = WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10), groupBy: .host)
        for (match, failing) in [
            (NotifyMatch(), ["db1", "server one", "web1"]), (NotifyMatch(groups: [2]), ["web1"]),
            (NotifyMatch(groups: [Group.everyone]), ["db1", "web1"]), (NotifyMatch(tasks: [7]), []),
        ] as [(NotifyMatch, [String])] {
            var world = WatchWorld()
            world.own = [WatchWorld.own(rule, match: match)]
            world.hosts = ["web1", "db1"].map { WatchedHost(agent: AgentID($0), name: $0, condition: low) }
            world.hosts.append(WatchedHost(agent: nil, name: "one", condition: low))
            let told = world.look(after: 0)
            #expect(told.flatMap(\.incident.failing).sorted() == failing, "\(match)")
        }
    }

    @Test("Old agents and hosts that were deleted: nothing is told, nothing is kept")
    func old() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.clockSuspect, .diskLow], NotifyLimits(diskPercent: 10)))]
        world.hosts = [Self.host(nil)]
        #expect(world.look(after: 0).isEmpty && world.marks.isEmpty)
        world.hosts = [Self.host(HostCondition(isClockSuspect: true))]
        #expect(world.look(after: 0).count == 1 && world.marks.count == 1)
        world.hosts = []
        #expect(world.look(after: 0).isEmpty && world.marks.isEmpty)
        #expect(world.incidents.values.allSatisfy { $0.state == .closed }, "no reminder of a host that is gone")
    }

    @Test("An alert ends without a word when its rule is another one, no longer fits, or its task is switched off")
    func withdrawn() {
        let low = WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10))
        var world = WatchWorld()
        world.own = [WatchWorld.own(low)]
        world.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 1, total: 100)))]
        #expect(world.look(after: 0).count == 1)
        var (edited, moved) = (world, world)
        edited.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 1)))]
        edited.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 5, total: 100)))]
        moved.own = [WatchWorld.own(low, match: NotifyMatch(groups: [3]))]
        var late = WatchWorld()
        late.rules = [WatchWorld.rule([.didNotRunBy], Self.deadline(480))]
        _ = late.look(after: 0)
        #expect(late.look(after: 86_400).count == 1)
        late.isEnabled = false
        for var world in [edited, moved, late] {
            #expect(world.look(after: 60).isEmpty)
            #expect(world.marks.keys.allSatisfy { $0.subject.isEmpty })
            #expect(world.incidents.count == 1 && world.incidents.values.allSatisfy { $0.state == .closed })
        }
    }

    @Test("What falls into a silence is told of at its end, if it is still so")
    func silence() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        world.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 1, total: 100)))]
        world.silences = [
            NotifySilence(
                id: 3,
                match: SilenceMatch(hosts: [AgentID("web1")!]),
                groups: [],
                reason: "known",
                createdBy: "ada",
                createdAt: WatchWorld.start,
                until: WatchWorld.start.advanced(byMilliseconds: 3_600_000)
            )
        ]
        #expect(world.look(after: 0).isEmpty)
        #expect(world.look(after: 3600).map(\.incident.trigger) == [.diskLow])
    }

    @Test("Ten thousand hosts that run out of room at once are one message, and two thousand of them are remembered")
    func storm() {
        var world = WatchWorld()
        world.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        let low = HostCondition(disk: DiskSpace(free: 1, total: 100))
        world.hosts = (0..<10_000).map { WatchedHost(agent: AgentID("h\($0)"), name: "h\($0)", condition: low) }
        #expect(world.look(after: 0).count == 1)
        #expect(world.marks.count == NotifyWatch.markLimit && world.look(after: 60).isEmpty)
    }

    @Test("Messages say what was watched, in both languages, and a template has it as {{detail}}")
    func words() {
        var world = WatchWorld()
        world.rules = [WatchWorld.rule([.runningLongerThan], NotifyLimits(runningSeconds: 600))]
        world.open = [WatchWorld.execution(0, .running)]
        let message = world.look(after: 725)[0]
        func written(_ speech: MessageSpeech) -> MessageText.Written {
            let variables = TemplateVariables(message, execution: world.open[0], logTail: "", speech: speech)
            return MessageText.write(NotifyTarget(channel: "ops"), variables, for: .webhook)
        }
        let english = written(MessageSpeech())
        #expect(english.subject == "backup RUNNING on web1: running longer than", "\(english)")
        #expect(english.text.contains("\nruns for 12 m 05 s, longer than 10 m 00 s\n"), "\(english)")
        let chinese = written(MessageSpeech(.chinese))
        #expect(chinese.text.contains("已运行 12 分 05 秒，超过 10 分 00 秒"), "\(chinese)")
        var disk = WatchWorld()
        disk.own = [WatchWorld.own(WatchWorld.rule([.diskLow], NotifyLimits(diskPercent: 10)))]
        disk.hosts = [Self.host(HostCondition(disk: DiskSpace(free: 3 << 30, total: 100 << 30)))]
        let low = TemplateVariables(disk.look(after: 0)[0], execution: nil, logTail: "")
        #expect(low.values["detail"] == "3 % free, 3072 MiB" && low.values["trigger_text"] == "disk low")
        #expect(low.values["hosts"] == "web1")
    }
}
