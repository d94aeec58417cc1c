// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("The events of a run (S3-4.2.2)")
struct RunTimelineTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)
    private static let agent = AgentID("a")!
    private static let job = JobUID(bytes: [UInt8](repeating: 3, count: 16))!
    private static func at(_ seconds: Int64) -> Timestamp { self.start.advanced(byMilliseconds: seconds * 1000) }

    private static var run: Run {
        Run(
            id: DeterministicID.run(kind: .cron, job: self.job, nominal: self.start),
            jobID: 7,
            jobUID: self.job,
            jobName: "job",
            jobVersion: 1,
            type: .schedule,
            nominal: self.start,
            source: "schedule",
            createdAt: self.start
        )
    }

    /// Failed after its third start.
    private static var failed: Execution {
        Execution(
            id: DeterministicID.execution(kind: .cron, job: self.job, nominal: self.start, agent: self.agent),
            runID: self.run.id,
            jobID: 7,
            jobUID: self.job,
            jobName: "job",
            jobVersion: 1,
            agentID: self.agent,
            kind: .cron,
            nominal: self.start,
            status: .failure,
            reason: .exitCode,
            detail: "exit status 3",
            attempt: 3,
            startedAt: self.at(20),
            finishedAt: self.at(21),
            updatedAt: self.at(21)
        )
    }

    @Test("Each attempt of a retried unit has its start and its end, in order of time")
    func attempts() {
        let attempts = (0..<3).map { number in
            AttemptRecord(
                number: number + 1,
                status: .failure,
                reason: .exitCode,
                detail: "exit status \(number + 1)",
                startedAt: Self.at(Int64(number) * 10),
                finishedAt: Self.at(Int64(number) * 10 + 1)
            )
        }
        let entries = RunTimeline(Self.run, [Self.failed], attempts: [Self.failed.id: attempts]).entries
        #expect(
            entries.map(\.action) == [
                "run-created", "unit-started", "attempt-failed", "attempt-started", "attempt-failed", "attempt-started",
                "unit-failed",
            ]
        )
        #expect(entries.map(\.attempt) == [nil, nil, 1, 2, 2, 3, nil])
        #expect(entries.map(\.at) == [0, 0, 1, 10, 11, 20, 21].map(Self.at))
        #expect(entries[2].detail?.hasSuffix("exit status 1") == true)
        #expect(entries[2].detailText["zh"] == .string("EXIT：退出码 1"))
        #expect(entries[2].detailText["en"] == .string("EXIT: exit status 1"))
        #expect(entries[1].detailText == .null)
        #expect(entries.allSatisfy { RunTimeline.actions.contains($0.action) })
    }

    @Test("A unit whose attempts are not known has the start and the end of its record")
    func recordAlone() {
        let entries = RunTimeline(Self.run, [Self.failed]).entries
        #expect(entries.map(\.action) == ["run-created", "unit-started", "unit-failed"])
    }
}
