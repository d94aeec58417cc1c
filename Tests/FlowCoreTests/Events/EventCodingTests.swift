// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@Suite("Bytes of events")
struct EventCodingTests {
    private static let job = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000001")!)
    private static let nominal = Timestamp(milliseconds: 1_767_225_600_000)

    private static func execution(_ number: Int64) -> ExecutionEvent {
        let agent = AgentID("web\(number)")!
        let nominal = Self.nominal.advanced(byMilliseconds: number)
        return ExecutionEvent(
            id: DeterministicID.execution(kind: .cron, job: Self.job, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: Self.job, nominal: nominal),
            jobID: number * 1000,
            agentID: agent,
            kind: ExecutionKind.allCases[Int(number) % 3],
            status: ExecutionStatus.allCases[Int(number) % 7],
            reason: number % 2 == 0 ? nil : ExecutionReason.allCases[Int(number) % ExecutionReason.allCases.count],
            exitCode: number % 3 == 0 ? nil : Int(number) - 5,
            attempt: Int(number),
            isProvisional: number % 4 == 0,
            isCorrection: number % 5 == 0,
            startedAt: number % 4 == 1 ? nil : nominal.advanced(byMilliseconds: -5),
            finishedAt: number % 4 == 2 ? nil : nominal.advanced(byMilliseconds: 90_000)
        )
    }

    private static let events: [DurableEvent] = [
        .executions((0..<40).map { Self.execution($0) }),
        .executions([]),
        .agentCame(AgentID("web1")!),
        .agentWent(AgentID("db-2.example")!),
        .serverStarted,
        .person(PersonEvent(.approvalWaiting, id: "a", username: "ada", job: 7, groups: [2, 300], text: "ada 请求")),
        .person(PersonEvent(.glassBroken, id: "", username: "olga", text: "")),
        .job(JobEvent(.parentsLate, job: 7, due: Self.nominal, missing: ["load", "清理"])),
        .workflow(
            WorkflowNews(
                .failed,
                workflow: 5,
                run: DeterministicID.run(kind: .cron, job: Self.job, nominal: Self.nominal),
                name: "每晚",
                groups: [1, 300],
                labels: ["team": "db", "": "x"],
                steps: ["load", "清理", "+3"],
                halt: .timeout
            )
        ),
        .workflow(
            WorkflowNews(
                .asksNoMore,
                workflow: 9_000_000_000,
                run: DeterministicID.run(kind: .manual, job: Self.job, nominal: Self.nominal),
                name: "",
                groups: []
            )
        ),
        .runSettled(
            SettledRun(
                id: DeterministicID.run(kind: .rerun, job: Self.job, nominal: Self.nominal),
                root: DeterministicID.run(kind: .cron, job: Self.job, nominal: Self.nominal),
                job: 7,
                nominal: Self.nominal,
                rootNominal: Self.nominal.advanced(byMilliseconds: -86_400_000),
                endedAt: Self.nominal.advanced(byMilliseconds: 90_000),
                settledAt: Self.nominal.advanced(byMilliseconds: 90_017),
                tally: RunTally(counts: [.success: 480, .failure: 3, .skipped: 17])
            )
        ),
    ]

    @Test("What is written is read again", arguments: Self.events)
    func roundTrip(_ event: DurableEvent) {
        let (topic, body) = EventCoding.encode(event)
        #expect(EventCoding.decode(topic: topic, format: EventCoding.format, body: body) == event)
    }

    @Test("An event of an execution takes less than 100 bytes")
    func size() {
        let (_, body) = EventCoding.encode(.executions((0..<40).map { Self.execution($0) }))
        #expect(body.count < 40 * 100)
    }

    @Test("Unknown formats and damaged bytes are unknown events and end nothing")
    func damage() {
        let (topic, body) = EventCoding.encode(.executions((0..<3).map { Self.execution($0) }))
        #expect(EventCoding.decode(topic: topic, format: 2, body: body) == nil)
        #expect(EventCoding.decode(topic: 99, format: 1, body: body) == nil)
        for count in 0..<body.count {
            #expect(EventCoding.decode(topic: topic, format: 1, body: Array(body.prefix(count))) == nil)
        }
        var random = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            var damaged = body
            for _ in 0..<3 { damaged[Int(random.next() % UInt64(body.count))] = UInt8(random.next() % 256) }
            _ = EventCoding.decode(topic: topic, format: 1, body: damaged)
        }
        // A count that the bytes can't hold reserves nothing.
        #expect(EventCoding.decode(topic: topic, format: 1, body: [0xff, 0xff, 0xff, 0xff, 0x7f]) == nil)
    }
}
