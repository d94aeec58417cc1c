// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("What a store forgets")
struct ForgettingTests {
    private static let day: Int64 = 86_400

    @Test("Output without an execution goes, however many pieces it has", arguments: StoreKind.allCases)
    func orphanedOutput(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let known = try await world.fired(job, on: agent)
            let gone = try await world.fired(job, at: World.start + 1, on: agent)
            _ = try await world.store.appendLog(
                [known.id, gone.id].map { id in
                    LogPiece(
                        agent: agent,
                        attempt: LogAttempt(execution: id, attempt: 1),
                        chunks: (0..<40).map {
                            LogChunk(executionID: id, attempt: 1, offset: $0, stream: .standardOutput, bytes: [65])
                        }
                    )
                }
            )
            try await world.apply([World.report(1, job, on: agent, at: World.start + 1, .success)], of: agent)
            _ = try await world.drain(.executions, before: World.start + 10, limit: 9)
            let steps = try await world.drain(.output, before: World.start + 10, limit: 9)
            #expect(steps.reduce(0, +) == 40 && steps.allSatisfy { $0 <= 9 })
            #expect(try await world.store.log(known.id, from: 0, limit: 99).chunks.count == 40)
        }
    }

    @Test("How attempts ended goes with their execution", arguments: StoreKind.allCases)
    func attempts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            var report = World.report(1, job, on: agent, .success, attempt: 2)
            report.attempts = [AttemptRecord(number: 1, status: .failure), AttemptRecord(number: 2, status: .success)]
            try await world.apply([report], of: agent)
            #expect(try await world.store.attempts(of: report.executionID).map(\.number) == [1, 2])
            _ = try await world.drain(.executions, before: World.start + 10, limit: 9)
            // Heard of again, as by an agent that answers a question.
            try await world.apply([World.report(2, job, on: agent, .success, attempt: 2)], of: agent)
            #expect(try await world.store.attempts(of: report.executionID).map(\.number) == [2])
        }
    }

    @Test(
        "Versions of a job go once they were replaced for long, those of a deleted one with its history",
        arguments: StoreKind.allCases
    )
    func jobVersions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            var job = try await world.job(nextFire: nil)
            for number in 1...5 as ClosedRange<Int64> {
                job = try await world.store.updateJob(
                    job.id,
                    definition: World.definition("job", command: "true \(number)"),
                    isEnabled: true,
                    nextFire: World.start + 5 * Self.day,
                    expectedVersion: nil,
                    at: World.start + number * Self.day
                )
            }
            // Versions 1 to 6 were made on days 0 to 5: by day 4, five have been made and four were replaced.
            #expect(
                try await world.drain(.jobVersions, before: World.start + 4 * Self.day + 1, limit: 2).reduce(0, +) == 4
            )
            let doomed = try await world.job("doomed", nextFire: World.start)
            let execution = try await world.fired(doomed, on: agent)
            _ = try await world.store.deleteJob(doomed.id, at: World.start + 1)
            #expect(try await world.drain(.jobVersions, before: World.start + Self.day, limit: 9) == [0])
            #expect(try await world.execution(execution.id).status == .skipped)
            _ = try await world.drain(.executions, before: World.start + Self.day, limit: 9)
            #expect(try await world.drain(.jobVersions, before: World.start + Self.day, limit: 9) == [1])
            #expect(try await world.store.job(job.id)?.version == 6)
        }
    }

    @Test(
        "Join tokens and sessions go when they have expired, a bounded number at a time",
        arguments: StoreKind.allCases
    )
    func expired(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let user = try await world.store.createUser(
                username: "ada",
                passwordHash: "x",
                role: .admin,
                at: World.start
            )
            for number in 0..<10 as Range<Int64> {
                try await world.store.createJoinToken(
                    JoinToken(
                        id: "t\(number)",
                        secretHash: [1],
                        groups: [],
                        expiresAt: World.start + number,
                        createdAt: World.start
                    )
                )
                try await world.store.createSession(
                    UserSession(
                        tokenHash: [UInt8(number)],
                        userID: user.id,
                        createdAt: World.start,
                        expiresAt: World.start + number
                    )
                )
            }
            #expect(try await world.drain(.joinTokens, before: World.start + 7, limit: 3) == [3, 3, 1])
            #expect(try await world.store.joinToken(id: "t7") != nil)
            #expect(try await world.drain(.sessions, before: World.start + 7, limit: 3) == [3, 3, 2])
            #expect(try await world.store.session(tokenHash: [8], at: World.start) != nil)
        }
    }

    @Test("Hourly sums go by job when their own time is over", arguments: StoreKind.allCases)
    func rollups(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let jobs = [try await world.job("a"), try await world.job("b"), try await world.job("c")]
            for (index, job) in jobs.enumerated() {
                let report = World.report(Int64(index) + 1, job, on: agent, .success)
                try await world.apply([report], of: agent)
            }
            #expect(try await world.drain(.rollups, before: World.start, limit: 2).reduce(0, +) == 0)
            #expect(try await world.drain(.rollups, before: World.start + 3600, limit: 2).reduce(0, +) == 4)
            #expect(try await world.statistics().counts.isEmpty)
        }
    }
}

extension World {
    /// Takes steps until a walk is over; returns how many rows each deleted.
    func drain(_ growth: Growth, before bound: Timestamp, limit: Int) async throws -> [Int] {
        var steps: [Int] = []
        while true {
            let step = try await self.store.forget(growth, before: bound, limit: limit)
            steps.append(step.count)
            if step.isDone { return steps }
        }
    }
}
