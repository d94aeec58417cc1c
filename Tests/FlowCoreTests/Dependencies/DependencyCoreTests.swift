// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("What the ends of parents start")
struct DependencyCoreTests {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    /// A job 3 that waits for jobs 1 and 2, over as many transactions as there are ends.
    private struct Child {
        var dependencies: JobDependencies
        var isEnabled = true
        var edges: [EdgeState] = []
        var marks: [RunID: DependencyMark] = [:]
        var starts: [DependencyStart] = []
        var clock: Int64 = 0
        var deadline = DeadlineState()
        var alarms: [[JobID]] = []

        init(_ join: DependencyJoin = .all, _ edges: [DependencyEdge] = [.init(parent: 1), .init(parent: 2)]) {
            self.dependencies = JobDependencies(edges: edges, join: join)
        }

        private func core() -> DependencyCore {
            DependencyCore(
                child: 3,
                dependencies: self.dependencies,
                isEnabled: self.isEnabled,
                edges: self.edges,
                waiting: self.marks.values.filter { $0.state == .waiting }.sorted { $0.root < $1.root },
                deadline: self.deadline
            )
        }

        private mutating func save(_ core: DependencyCore) {
            self.edges = core.edges.values.sorted { $0.parent < $1.parent }
            self.deadline = core.deadline
            for mark in core.written { self.marks[mark.root] = mark }
            if let start = core.start { self.starts.append(start) }
            if let alarm = core.alarm { self.alarms.append(alarm) }
        }

        mutating func ends(_ run: SettledRun) {
            self.clock += 1
            var core = self.core()
            core.settle(
                run,
                known: self.marks[run.root],
                at: DependencyCoreTests.start.advanced(byMilliseconds: self.clock)
            )
            self.save(core)
        }

        mutating func reset() {
            var core = self.core()
            core.reset()
            self.save(core)
        }

        mutating func expires(_ due: Timestamp, next: Timestamp? = nil) {
            var core = self.core()
            core.expire(due, next: next)
            self.save(core)
        }

        mutating func startNow() {
            var core = self.core()
            core.startNow(at: DependencyCoreTests.start.advanced(byMilliseconds: 1_000_000))
            self.save(core)
        }

        func state(_ run: SettledRun) -> DependencyMark.State? { self.marks[run.root]?.state }
    }

    /// A run of a job that was due at a second, and how it ended on its hosts.
    private static func run(
        _ job: JobID,
        at second: Int64,
        _ counts: [ExecutionStatus: Int] = [.success: 1],
        retryOf root: SettledRun? = nil,
        ended age: Int64 = 0
    ) -> SettledRun {
        let uid = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-00000000000\(job)")!)
        let nominal = Self.start.advanced(byMilliseconds: second * 1000)
        return SettledRun(
            id: DeterministicID.run(kind: root == nil ? .cron : .rerun, job: uid, nominal: nominal),
            root: root?.root,
            job: job,
            nominal: nominal,
            rootNominal: root?.rootNominal,
            endedAt: nominal,
            settledAt: nominal.advanced(byMilliseconds: age * 1000),
            tally: RunTally(counts: counts)
        )
    }

    @Test("All parents start one run, with the newest end of each, and what they said is used up (D3)")
    func fanIn() {
        var child = Child()
        child.ends(Self.run(1, at: 1))
        child.ends(Self.run(1, at: 2))
        #expect(child.starts.isEmpty)
        child.ends(Self.run(2, at: 3))
        #expect(child.starts.count == 1 && child.starts[0].parents == [1, 2])
        #expect(child.marks.values.allSatisfy { $0.state == .consumed } && child.marks.count == 3)
        child.ends(Self.run(2, at: 4))
        #expect(child.starts.count == 1)
        child.ends(Self.run(1, at: 5))
        #expect(child.starts.count == 2)
    }

    @Test("Of two runs of one millisecond the one that is heard of later is the newer, whatever their ids (D3)")
    func oneMillisecond() throws {
        func run(_ digit: Int, _ counts: [ExecutionStatus: Int] = [.success: 1]) throws -> SettledRun {
            let uuid = try #require(UUID(uuidString: "019b76da-a800-8000-8000-00000000000\(digit)"))
            let nominal = Self.start
            return SettledRun(
                id: RunID(uuid: uuid),
                job: 1,
                nominal: nominal,
                endedAt: nominal,
                settledAt: nominal,
                tally: RunTally(counts: counts)
            )
        }
        for (first, second) in [(1, 2), (2, 1)] {
            var child = Child()
            child.ends(Self.run(2, at: 1))
            child.ends(try run(first))
            #expect(child.starts.count == 1)
            // It is not older than what was consumed.
            child.ends(try run(second))
            child.ends(Self.run(2, at: 2))
            #expect(child.starts.count == 2)

            var failing = Child()
            let good = try run(first)
            failing.ends(good)
            failing.ends(try run(second, [.failure: 1]))
            #expect(failing.state(good) == .withdrawn)
            failing.ends(Self.run(2, at: 2))
            #expect(failing.starts.isEmpty)
        }
    }

    @Test("Any parent starts a run each time, also twice in a second (D6)")
    func any() {
        var child = Child(.any)
        child.ends(Self.run(1, at: 1))
        child.ends(Self.run(1, at: 1, [.success: 1], ended: 0))
        child.ends(Self.run(2, at: 1))
        child.ends(Self.run(2, at: 2, [.failure: 1]))
        // The same run twice is once.
        #expect(child.starts.count == 2)
    }

    @Test("A parent that fails afterwards takes back that it had succeeded (D3)")
    func withdrawn() {
        var child = Child()
        let good = Self.run(1, at: 1)
        child.ends(good)
        child.ends(Self.run(1, at: 2, [.failure: 1]))
        #expect(child.state(good) == .withdrawn)
        child.ends(Self.run(2, at: 3))
        #expect(child.starts.isEmpty)
        child.ends(Self.run(1, at: 4))
        #expect(child.starts.count == 1)
    }

    @Test("The newer run counts, whichever ended first (D3)")
    func order() {
        var child = Child()
        let late = Self.run(1, at: 2, [.failure: 1])
        child.ends(Self.run(1, at: 4))
        child.ends(late)
        #expect(child.state(late) == .superseded)
        child.ends(Self.run(2, at: 5))
        #expect(child.starts.count == 1)
        // Older than what was started for.
        let older = Self.run(1, at: 3)
        child.ends(older)
        #expect(child.state(older) == .stale)
    }

    @Test("A run that was skipped on all hosts, or reached none, is no news (D3, D13)")
    func skipped() {
        var child = Child()
        child.ends(Self.run(1, at: 1))
        child.ends(Self.run(1, at: 2, [.skipped: 3]))
        child.ends(Self.run(1, at: 3, [:]))
        child.ends(Self.run(2, at: 4))
        #expect(child.starts.count == 1)
    }

    @Test("A failed parent that a retry mends starts the job; a retry of one that succeeded does not (D2)")
    func retries() {
        var child = Child(.all, [.init(parent: 1)])
        let failed = Self.run(1, at: 1, [.failure: 1])
        child.ends(failed)
        #expect(child.starts.isEmpty && child.state(failed) == .unmet)
        let retry = Self.run(1, at: 5, retryOf: failed)
        child.ends(retry)
        #expect(child.starts.count == 1 && child.state(failed) == .consumed)
        child.ends(Self.run(1, at: 6, retryOf: retry))
        #expect(child.starts.count == 1)
        // Another retry of the chain is under way: its end decides.
        let half = Self.run(1, at: 7, [.failure: 2])
        child.ends(half)
        child.ends(Self.run(1, at: 8, [.success: 1, .running: 1], retryOf: half))
        #expect(child.starts.count == 1 && child.state(half) == .unmet)
    }

    @Test("Of pairs the first of each parent go together, then the second of each, and nothing is taken back (D4)")
    func pairs() {
        var child = Child()
        child.dependencies.match = .pair
        let first = Self.run(1, at: 1)
        let second = Self.run(1, at: 2)
        for run in [first, second, Self.run(1, at: 3, [.failure: 1])] { child.ends(run) }
        #expect(child.starts.isEmpty && child.edges.map(\.news) == [.met, .waiting])
        child.ends(Self.run(2, at: 4))
        #expect(child.starts.count == 1)
        #expect(child.state(first) == .consumed && child.state(second) == .waiting)
        #expect(child.edges.map(\.news) == [.met, .waiting])
        child.ends(Self.run(2, at: 5))
        #expect(child.starts.count == 2 && child.edges.map(\.news) == [.waiting, .waiting])
    }

    @Test("A disabled job notes what it misses and starts nothing for it later (D8)")
    func disabled() {
        var child = Child(.any)
        child.isEnabled = false
        let run = Self.run(1, at: 1)
        child.ends(run)
        #expect(child.starts.isEmpty && child.state(run) == .disabled)
    }

    @Test("What ended too long ago does not count: a week's backlog starts nothing")
    func stale() {
        var child = Child(.any)
        for day in 0..<7 as Range<Int64> { child.ends(Self.run(1, at: day * 86_400, ended: 86_401)) }
        #expect(child.starts.isEmpty && child.marks.values.allSatisfy { $0.state == .stale })
        child.ends(Self.run(1, at: 8 * 86_400, ended: 86_400))
        #expect(child.starts.count == 1)
    }

    @Test("Of what waits for another parent, the oldest goes beyond the limit")
    func bound() {
        var child = Child()
        for second in 0..<Int64(JobDependencies.waitingLimit + 5) { child.ends(Self.run(1, at: second)) }
        #expect(child.marks.values.count { $0.state == .waiting } == JobDependencies.waitingLimit)
        child.ends(Self.run(2, at: 1))
        #expect(child.starts.count == 1)
    }

    @Test("A daily deadline decides when nothing started the job since the one before, and takes what came late (D9)")
    func daily() {
        let noon = Self.start.advanced(byMilliseconds: 60_000)
        let next = noon.advanced(byMilliseconds: 86_400_000)
        var child = Child()
        child.dependencies.deadline = DependencyDeadline(
            due: .daily(hour: 8, minute: 0, timeZone: "UTC"),
            action: .run
        )
        child.deadline.due = noon
        let came = Self.run(1, at: 10)
        child.ends(came)
        child.expires(noon, next: next)
        #expect(child.starts.map(\.missing) == [[2]] && child.starts[0].nominal == noon)
        #expect(child.state(came) == .consumed && child.deadline.due == next)
        // Ten minutes late: not kept for tomorrow.
        let late = Self.run(2, at: 50, ended: 600)
        child.ends(late)
        #expect(child.state(late) == .late)
        // On the next day both come in time, and the deadline has nothing to decide.
        for parent in [1, 2] as [JobID] { child.ends(Self.run(parent, at: 70)) }
        #expect(child.starts.count == 2 && child.starts[1].missing == nil)
        child.expires(next, next: next.advanced(byMilliseconds: 86_400_000))
        #expect(child.starts.count == 2 && child.deadline.startedAt == nil)
    }

    @Test("A deadline after the first parent begins with it, ends with the start, and skips what is missing (D9)")
    func after() throws {
        var child = Child()
        child.dependencies.deadline = DependencyDeadline(due: .after(milliseconds: 60_000))
        child.ends(Self.run(1, at: 1))
        let due = try #require(child.deadline.due)
        #expect(due == Self.start.advanced(byMilliseconds: 60_001))
        child.ends(Self.run(1, at: 2))
        #expect(child.deadline.due == due)
        child.ends(Self.run(2, at: 3))
        #expect(child.starts.count == 1 && child.deadline.due == nil)
        let alone = Self.run(2, at: 4)
        child.ends(alone)
        child.expires(try #require(child.deadline.due))
        #expect(child.starts.count == 2 && child.starts[1].isSkipped && child.starts[1].missing == [1])
        #expect(child.state(alone) == .withdrawn && child.deadline.due == nil)
    }

    @Test("A deadline with an alarm starts nothing and uses nothing up; the next day is asked about anew (D9)")
    func alarm() throws {
        let noon = Self.start.advanced(byMilliseconds: 60_000)
        let days = (0..<4).map { noon.advanced(byMilliseconds: Int64($0) * 86_400_000) }
        var child = Child()
        child.dependencies.deadline = DependencyDeadline(
            due: .daily(hour: 8, minute: 0, timeZone: "UTC"),
            action: .alarm
        )
        child.deadline.due = noon
        let came = Self.run(1, at: 10)
        child.ends(came)
        child.expires(days[0], next: days[1])
        #expect(child.alarms == [[2]] && child.starts.isEmpty && child.deadline.due == days[1])
        #expect(child.state(came) == .waiting)
        // It comes ten minutes late, and the job starts for both.
        let late = Self.run(2, at: 50, ended: 600)
        child.ends(late)
        #expect(child.starts.map(\.missing) == [nil] && child.state(late) == .consumed)
        // That was the first day's start: the second day misses its own.
        child.expires(days[1], next: days[2])
        #expect(child.alarms == [[2], [1, 2]])
        for parent in [1, 2] as [JobID] { child.ends(Self.run(parent, at: 2 * 86_400)) }
        child.expires(days[2], next: days[3])
        #expect(child.alarms.count == 2 && child.starts.count == 2, "on the third day both came in time")
        child.isEnabled = false
        child.expires(days[3])
        #expect(child.alarms.count == 2)
        // Counted from the first parent: once for each time that one of them waits.
        var after = Child()
        after.dependencies.deadline = DependencyDeadline(due: .after(milliseconds: 60_000), action: .alarm)
        after.ends(Self.run(1, at: 1))
        after.expires(try #require(after.deadline.due))
        #expect(after.alarms == [[2]] && after.deadline.due == nil)
        after.ends(Self.run(2, at: 3))
        #expect(after.starts.count == 1)
    }

    @Test("What waits can be forgotten, and started for without the others (D10)")
    func byHand() {
        var child = Child()
        child.ends(Self.run(1, at: 1))
        child.reset()
        child.ends(Self.run(2, at: 2))
        #expect(child.starts.isEmpty)
        child.startNow()
        #expect(child.starts.map(\.parents) == [[2]])
        #expect(child.starts[0].nominal == Self.start.advanced(byMilliseconds: 1_000_000))
        child.startNow()
        #expect(child.starts.count == 1)
    }

    @Test(
        "An edge judges a run over all its hosts",
        arguments: [
            (DependencyOutcome.success, nil, [ExecutionStatus.success: 5], DependencyVerdict.met),
            (.success, nil, [.success: 4, .failure: 1], .unmet),
            (.success, nil, [.success: 4, .skipped: 1], .met),
            (.success, nil, [.success: 4, .cancelled: 1], .unmet),
            (.success, HostShare.any, [.success: 1, .failure: 4], .met),
            (.success, .ratio(permille: 800), [.success: 4, .failure: 1], .met),
            (.success, .ratio(permille: 801), [.success: 4, .failure: 1], .unmet),
            (.success, nil, [.cancelled: 2], .unmet),
            (.failure, nil, [.success: 4, .timeout: 1], .met),
            (.failure, .all, [.success: 4, .failure: 1], .unmet),
            (.failure, nil, [.cancelled: 1], .unmet),
            (.end, nil, [.success: 1, .failure: 1, .cancelled: 1, .timeout: 1], .met),
            (.end, nil, [.skipped: 2], .noNews),
            (.skipped, nil, [.skipped: 2], .met),
            (.skipped, nil, [.skipped: 2, .success: 1], .unmet),
            (.skipped, nil, [:], .met),
            (.success, nil, [:], .noNews),
        ] as [(DependencyOutcome, HostShare?, [ExecutionStatus: Int], DependencyVerdict)]
    )
    func verdicts(
        _ outcome: DependencyOutcome,
        _ hosts: HostShare?,
        _ counts: [ExecutionStatus: Int],
        _ verdict: DependencyVerdict
    ) {
        let edge = DependencyEdge(parent: 1, on: outcome, hosts: hosts)
        #expect(edge.verdict(of: RunTally(counts: counts)) == verdict)
    }

    @Test("A dependency run is named for its job, its time and its marks, in whatever order they came")
    func identifiers() throws {
        let job = try #require(JobUID("00000000-0000-4000-8000-000000000001"))
        let marks = try ["01900000-0000-8000-8000-00000000000b", "01900000-0000-8000-8000-00000000000a"].map {
            let run = try #require(RunID($0))
            return DependencyMark(child: 3, parent: 1, root: run, run: run, state: .waiting, madeAt: Self.start)
        }
        let start = DependencyStart(for: marks)
        #expect(start.run(of: job) == RunID("019b76da-a800-83c7-8419-640670d6af08"))
        let slot = DeterministicID.run(
            kind: .dependency,
            job: job,
            nominal: start.nominal,
            discriminator: start.discriminator + "#0"
        )
        #expect(slot == RunID("019b76da-a800-8395-af41-aa0a8c20624f"))
        #expect(
            DeterministicID.run(
                kind: .cron,
                job: try #require(JobUID("00000000-0000-4000-8000-0000000000ff")),
                nominal: Self.start
            ) == RunID("019b76da-a800-8a16-95be-9999ed8e96e3")
        )
    }

    @Test("Definitions are read as they were written, and those without dependencies have none")
    func coding() throws {
        let dependencies = JobDependencies(
            edges: [.init(parent: 9, on: .end), .init(parent: 7, on: .failure, hosts: .ratio(permille: 800))],
            join: .any,
            mode: .start,
            maxAgeSeconds: 3600,
            deadline: DependencyDeadline(due: .daily(hour: 8, minute: 5, timeZone: "Europe/Berlin"), action: .run)
        )
        let read = try JSONDecoder().decode(JobDependencies.self, from: JSONEncoder().encode(dependencies))
        #expect(read == dependencies && read.edges.map(\.parent) == [7, 9])
    }
}
