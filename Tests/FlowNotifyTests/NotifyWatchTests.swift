// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

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
        #expect(world.nextDeadline == Self.time("2026-11-21T11:00:10Z"))
        #expect(world.look(after: 3600 - 6).isEmpty, "what began in the last second may not be reported yet")
        let told = world.look(after: 4)
        #expect(told.map(\.incident.trigger) == [.didNotRunBy] && told.map(\.purpose) == [.opening])
        #expect(world.look(after: 60).isEmpty && world.look(after: 3600).isEmpty)
        // It starts at last.
        world.started = [world.now]
        #expect(world.look(after: 10).map(\.purpose) == [.recovered])
        #expect(world.incidents.values.allSatisfy { $0.state == .closed })
        // The next day it is late again.
        world.now = Self.time("2026-11-22T11:00:10Z")
        #expect(world.look(after: 1).map(\.purpose) == [.opening])
        world.now = Self.time("2026-11-23T11:00:10Z")
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
            world.now = Self.time("2026-11-21T11:00:10Z")
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
        #expect(world.nextDeadline == Self.time("2026-11-24T11:00:10Z"))
        var disabled = WatchWorld()
        disabled.rules = [WatchWorld.rule([.notFinishedBy], Self.deadline(11 * 60))]
        disabled.isEnabled = false
        _ = disabled.look(after: 0)
        disabled.now = Self.time("2026-11-21T11:00:10Z")
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
        world.now = Self.time("2026-11-21T11:00:10Z")
        #expect(world.look(after: 0).map(\.incident.trigger) == [.notFinishedBy])
        world.succeeded = [Self.time("2026-11-21T11:10:00Z")]
        world.now = Self.time("2026-11-21T11:10:01Z")
        #expect(world.look(after: 0).map(\.purpose) == [.recovered])
        world.rules = [WatchWorld.rule([.notFinishedBy, .recovered], Self.deadline(12 * 60))]
        _ = world.look(after: 0)
        #expect(world.marks.count == 1 && world.nextDeadline == Self.time("2026-11-21T12:00:10Z"))
        world.rules = []
        _ = world.look(after: 0)
        #expect(world.marks.isEmpty, "nothing is kept of rules that are gone")
    }

    @Test("Deadlines of more jobs than are remembered wait until others have ended, and none is lost or told twice")
    func manyMissed() {
        let count = NotifyWatch.markLimit + 3
        let rule = WatchWorld.rule([.didNotRunBy], Self.deadline(11 * 60))
        let jobs = (1...count).map { number in
            Job(
                id: Int64(number),
                uid: NotifyWorld.uid,
                version: 1,
                definition: JobDefinition(
                    name: "job\(number)",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    groups: [2]
                ),
                isEnabled: true,
                nextFire: nil,
                createdBy: "ada",
                createdAt: WatchWorld.start,
                updatedAt: WatchWorld.start
            )
        }
        let book = RuleBook(own: [WatchWorld.own(rule)], jobs: jobs, hosts: [:])
        var marks: [NotifyWatchMark.Key: Timestamp] = [:]
        /// A round; who was told of, and who came since.
        func look(_ time: String, came: [Timestamp: Set<JobID>] = [:]) -> [String] {
            let known = marks.map { NotifyWatchMark(key: $0.key, at: $0.value) }
            var watch = NotifyWatch(book: book, marks: known, now: Self.time(time))
            for question in watch.questions {
                let found = came.filter { question.span.contains($0.key) }.values.reduce(Set()) { $0.union($1) }
                watch.answer(question, found.intersection(question.jobs))
            }
            for change in watch.changes { marks[change.key] = change.after }
            return watch.findings.filter { $0.member != nil }.map(\.subject)
        }
        _ = look("2026-11-21T10:00:00Z")
        #expect(look("2026-11-21T11:00:10Z").count == NotifyWatch.markLimit)
        #expect(look("2026-11-21T11:00:20Z").isEmpty, "there is no room yet")
        // Two of those that were told of come, and one of those that were not.
        let later = Self.time("2026-11-21T11:05:00Z")
        let came: [Timestamp: Set<JobID>] = [later: [1, 2, Int64(count)]]
        #expect(look("2026-11-21T11:06:00Z", came: came).isEmpty, "their marks go in this round")
        let told = look("2026-11-21T11:06:10Z", came: came)
        #expect(told == ["\(count - 2)", "\(count - 1)"])
        #expect(look("2026-11-21T11:06:20Z", came: came).isEmpty)
        #expect(!marks.keys.contains { $0.subject == NotifyWatchMark.rest })
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
}
