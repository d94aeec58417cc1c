// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("The log of what happened")
struct EventTests {
    private func executions(_ rows: [RecordedEvent]) -> [ExecutionEvent] {
        rows.flatMap { row -> [ExecutionEvent] in
            if case .executions(let executions)? = row.event { executions } else { [] }
        }
    }

    @Test(
        "A report leaves one row with the last state of each execution, and waiting for a start leaves none",
        arguments: StoreKind.allCases
    )
    func reports(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let begin = try await log.lastEvent()
            let fired = try await world.fired(job, on: agent)
            #expect(try await log.lastEvent() == begin)
            let other = World.start + 1
            try await world.apply(
                [
                    World.report(1, job, on: agent, .running),
                    World.report(2, job, on: agent, at: other, .running),
                    World.report(3, job, on: agent, .failure, reason: .exitCode),
                ],
                of: agent
            )
            let rows = try await log.events(after: begin, limit: 10)
            #expect(rows.count == 1)
            let events = self.executions(rows)
            #expect(events.map(\.status) == [.failure, .running])
            #expect(events.first?.id == fired.id && events.first?.reason == .exitCode)
            #expect(events.allSatisfy { !$0.isProvisional && !$0.isCorrection })
            // The same reports again change nothing and tell nothing.
            try await world.apply([World.report(3, job, on: agent, .failure, reason: .exitCode)], of: agent)
            #expect(try await log.lastEvent() == rows.last?.sequence)
        }
    }

    @Test(
        "A lost execution is a provisional event, and the host's later word a correction of it",
        arguments: StoreKind.allCases
    )
    func corrections(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let report = World.report(1, job, on: agent, .running)
            try await world.apply([report], of: agent)
            let begin = try await log.lastEvent()
            let lost = Inference(.failure, .lost, "away")
            _ = try await world.store.infer(lost, for: [report.executionID], in: .running, at: World.start + 9)
            _ = try await world.store.infer(lost, for: [report.executionID], in: .running, at: World.start + 9)
            try await world.apply([World.report(2, job, on: agent, .success)], of: agent)
            let events = self.executions(try await log.events(after: begin, limit: 10))
            #expect(events.map(\.status) == [.failure, .success])
            #expect(events.map(\.isProvisional) == [true, false])
            #expect(events.map(\.isCorrection) == [false, true])
        }
    }

    @Test("Hosts come with their session and go with the journal's note", arguments: StoreKind.allCases)
    func hosts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            let agent = try await world.connectedAgent("a")
            try await world.store.record(SessionNotes(left: [agent: World.start + 5]))
            let rows = try await log.events(after: 0, limit: 10)
            #expect(rows.map(\.event) == [.agentCame(agent), .agentWent(agent)])
            #expect(rows.map(\.at) == [World.start, World.start + 5])
        }
    }

    @Test(
        "A host that is back before its going is written down has not gone: it only changed servers",
        arguments: StoreKind.allCases
    )
    func hostsThatAreBack(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            let agent = try await world.connectedAgent("a")
            _ = try await world.hello(agent, at: World.start + 6)
            try await world.store.record(SessionNotes(left: [agent: World.start + 5]))
            let rows = try await log.events(after: 0, limit: 10)
            #expect(rows.map(\.event) == [.agentCame(agent), .agentCame(agent)])
        }
    }

    @Test("Settled runs are read page by page, past all other rows", arguments: StoreKind.allCases)
    func settled(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            func run(_ minute: Int64) -> SettledRun {
                let time = World.start + minute * 60
                return SettledRun(
                    id: DeterministicID.run(kind: .cron, job: JobUID(uuid: UUID()), nominal: time),
                    job: 1,
                    nominal: time,
                    endedAt: time,
                    settledAt: time,
                    tally: RunTally(counts: [.success: 1])
                )
            }
            let first = run(1)
            let second = run(2)
            for event in [DurableEvent.serverStarted, .runSettled(first), .serverStarted, .runSettled(second)] {
                try await log.recordEvent(event, at: World.start)
            }
            try await log.recordEvent(.serverStarted, at: World.start)
            let page = try await log.settledRuns(after: 0, limit: 1)
            #expect(page.runs.map(\.run) == [first] && page.through == 2 && !page.isLast)
            let next = try await log.settledRuns(after: page.through, limit: 2)
            #expect(next.runs.map(\.run) == [second] && next.runs.map(\.sequence) == [4])
            #expect(next.through == 5 && next.isLast, "the rows behind are passed over, too")
            let rest = try await log.settledRuns(after: next.through, limit: 2)
            #expect(rest.runs.isEmpty && rest.through == 5 && rest.isLast)
        }
    }

    @Test(
        "Each reader has a position, moves it from where it stood, and nobody moves it twice",
        arguments: StoreKind.allCases
    )
    func readers(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            for _ in 0..<3 { try await log.recordEvent(.serverStarted, at: World.start) }
            #expect(try await log.eventPosition(of: "one") == nil)
            try await log.moveEventPosition(of: "one", from: nil, to: 2, at: World.start)
            #expect(try await log.events(after: 2, limit: 10).map(\.sequence) == [3])
            await expectError(.conflict) {
                try await log.moveEventPosition(of: "one", from: nil, to: 3, at: World.start)
            }
            #expect(try await log.eventPosition(of: "one") == 2)
            #expect(try await log.eventPosition(of: "two") == nil)
        }
    }

    @Test("What a reader has not read stays for a week", arguments: StoreKind.allCases)
    func unread(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            for _ in 0..<5 { try await log.recordEvent(.serverStarted, at: World.start) }
            try await log.moveEventPosition(of: "one", from: nil, to: 2, at: World.start)
            #expect(try await world.drain(.events, before: World.start + 3600, limit: 9) == [2])
            #expect(try await world.drain(.events, before: World.start + 7 * 86_400 + 1, limit: 9) == [2])
        }
    }

    @Test("Old rows go in bounded steps, the newest stays, and numbers never repeat", arguments: StoreKind.allCases)
    func retention(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let log = try #require(world.store as? any EventStore)
            for number in 0..<10 as Range<Int64> { try await log.recordEvent(.serverStarted, at: World.start + number) }
            #expect(try await world.drain(.events, before: World.start + 5, limit: 3) == [3, 2])
            #expect(try await world.drain(.events, before: World.start + 99, limit: 3) == [3, 1])
            #expect(try await log.events(after: 0, limit: 10).map(\.sequence) == [10])
            try await log.recordEvent(.serverStarted, at: World.start)
            #expect(try await log.lastEvent() == 11)
        }
    }
}
