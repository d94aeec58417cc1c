// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What an agent may report")
struct ReportRulesTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)
    private static let agent = AgentID("a")!
    private static let job = JobUID(bytes: [UInt8](repeating: 3, count: 16))!

    private static func report(
        of owner: AgentID = agent,
        kind: ExecutionKind = .cron,
        nominal: Timestamp = now,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil
    ) -> Report {
        Report(
            sequence: 1,
            executionID: DeterministicID.execution(kind: kind, job: self.job, nominal: nominal, agent: owner),
            runID: DeterministicID.run(kind: kind, job: self.job, nominal: nominal),
            jobUID: self.job,
            jobID: 1,
            jobName: "job",
            jobVersion: 1,
            kind: kind,
            nominal: nominal,
            status: .success,
            startedAt: startedAt,
            finishedAt: finishedAt
        )
    }

    private static func judge(
        _ report: Report,
        known: ReportRules.Known = .init(job: 1, owner: job)
    ) -> ReportRules.Verdict {
        ReportRules.judge(report, known: known, agent: self.agent, now: self.now)
    }

    private static func record(_ report: Report, of agent: AgentID) -> Execution {
        Execution(
            id: report.executionID,
            runID: report.runID,
            jobID: 1,
            jobUID: report.jobUID,
            jobName: "job",
            jobVersion: 1,
            agentID: agent,
            kind: report.kind,
            nominal: report.nominal,
            updatedAt: self.now
        )
    }

    @Test("Its own fire is heard, known here or not")
    func own() {
        let report = Self.report(startedAt: Self.now, finishedAt: Self.now)
        #expect(Self.judge(report) == .heard(report))
        #expect(Self.judge(report, known: .init()) == .heard(report), "of a job that a restored backup lacks")
        let known = ReportRules.Known(execution: Self.record(report, of: Self.agent))
        #expect(Self.judge(report, known: known) == .heard(report))
    }

    @Test("A fire of another host is not heard, although its identifier can be computed", arguments: [false, true])
    func foreign(isKnown: Bool) {
        let other = AgentID("b")!
        let report = Self.report(of: other)
        let known = ReportRules.Known(execution: isKnown ? Self.record(report, of: other) : nil)
        #expect(Self.judge(report, known: known) == .refused(isKnown ? .notOwner : .wrongIdentifier))
        var joining = Self.report()
        joining.runID = DeterministicID.run(kind: .cron, job: Self.job, nominal: Self.now.advanced(byMilliseconds: 1))
        #expect(Self.judge(joining) == .refused(.wrongIdentifier), "nor does it join another run")
    }

    @Test("Whoever took a fire's identifier under another name loses it to the host it follows from")
    func takenBack() {
        let report = Self.report()
        var stolen = Self.record(report, of: AgentID("thief")!)
        stolen.status = .success
        let known = ReportRules.Known(execution: stolen, job: 1, owner: Self.job)
        #expect(Self.judge(report, known: known) == .takesOver(report))
    }

    @Test("A job's number is the one that the server gave it, and never another job's")
    func otherJob() throws {
        var report = Self.report()
        report.jobID = 7
        guard case .heard(let heard) = Self.judge(report) else { throw CoreError(.internal, "not heard") }
        #expect(heard.jobID == 1)
        let other = JobUID(bytes: [UInt8](repeating: 9, count: 16))!
        #expect(Self.judge(report, known: .init(owner: other)) == .refused(.otherJob))
    }

    @Test(
        "A run by hand that a restored backup lacks is heard, but joins no run of others",
        arguments: [ExecutionKind.manual, .rerun]
    )
    func byHand(_ kind: ExecutionKind) {
        let report = Self.report(kind: kind)
        #expect(Self.judge(report) == .heard(report))
        let reported = Run(of: report, at: Self.now)
        #expect(Self.judge(report, known: .init(run: reported, job: 1)) == .heard(report), "its sister said so first")
        let asked = Run(
            id: report.runID,
            jobID: 1,
            jobUID: Self.job,
            jobName: "job",
            jobVersion: 1,
            type: .manual,
            nominal: Self.now,
            source: "api",
            createdAt: Self.now
        )
        #expect(Self.judge(report, known: .init(run: asked, job: 1)) == .refused(.otherRun))
        var moved = report
        moved.nominal = Self.now.advanced(byMilliseconds: -5)
        #expect(Self.judge(moved) == .refused(.wrongIdentifier), "the time in the identifier is the run's")
    }

    @Test("A fire of the far future is not heard; one a clock's error ahead is")
    func future() {
        let far = Self.report(nominal: Self.now.advanced(byMilliseconds: 86_400_000))
        #expect(Self.judge(far) == .refused(.future))
        let near = Self.report(nominal: Self.now.advanced(byMilliseconds: 60_000))
        #expect(Self.judge(near) == .heard(near))
    }

    @Test("Times that cannot be are put right")
    func times() throws {
        func mended(_ report: Report) throws -> Report {
            guard case .heard(let mended) = Self.judge(report), mended != report else {
                throw CoreError(.internal, "not mended")
            }
            return mended
        }
        let tolerance: Int64 = 600_000
        let early = try mended(Self.report(startedAt: Timestamp(milliseconds: -1), finishedAt: Self.now))
        #expect(early.startedAt == Self.now.advanced(byMilliseconds: -tolerance))
        let late = try mended(
            Self.report(startedAt: Self.now, finishedAt: Self.now.advanced(byMilliseconds: 1 << 50))
        )
        #expect(late.finishedAt == Self.now.advanced(byMilliseconds: tolerance))
        let reversed = try mended(
            Self.report(startedAt: Self.now, finishedAt: Self.now.advanced(byMilliseconds: -500))
        )
        #expect(reversed.finishedAt == Self.now)
    }

    @Test("Output in a report is its own and short")
    func output() {
        var report = Self.report()
        func chunk(_ offset: Int64, _ count: Int, of id: ExecutionID) -> LogChunk {
            LogChunk(
                executionID: id,
                attempt: 1,
                offset: offset,
                stream: .standardOutput,
                bytes: [UInt8](repeating: 65, count: count)
            )
        }
        let own = chunk(0, 1000, of: report.executionID)
        report.inlineOutput = [own, chunk(1000, 1 << 20, of: report.executionID)]
        guard case .heard(let heard) = Self.judge(report) else {
            Issue.record("not mended")
            return
        }
        #expect(heard.inlineOutput == [own])
    }
}
