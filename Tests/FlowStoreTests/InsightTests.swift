// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What pictures are drawn from")
struct InsightTests {
    @Test("The newest executions of each job that began, oldest first", arguments: StoreKind.allCases)
    func recent(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let jobs = [try await world.job("one"), try await world.job("two"), try await world.job("none")]
            var sequence: Int64 = 0
            for second in 0..<5 as Range<Int64> {
                for job in jobs.prefix(2) {
                    _ = try await world.fire(job, at: World.start + second)
                    sequence += 1
                    try await world.apply(
                        [World.report(sequence, job, on: agent, at: World.start + second, .success)],
                        of: agent
                    )
                }
            }
            // Planned, but not begun.
            _ = try await world.fire(jobs[0], at: World.start + 5)
            let recent = try await world.store.recentExecutions(of: jobs.map(\.id), count: 3)
            #expect(recent.keys.sorted() == jobs.prefix(2).map(\.id))
            #expect(recent[jobs[0].id]?.map(\.nominal) == [2, 3, 4].map { World.start + $0 })
        }
    }

    @Test("Sums by hour and state, with the hours apart and the span kept", arguments: StoreKind.allCases)
    func hourly(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let states: [(Int64, ExecutionStatus)] = [(0, .success), (1, .failure), (3600, .success), (7200, .success)]
            for (index, (second, status)) in states.enumerated() {
                try await world.apply(
                    [World.report(Int64(index) + 1, job, on: agent, at: World.start + second, status, ran: 500)],
                    of: agent,
                    at: World.start + second
                )
            }
            let counts = try await world.store.hourlyCounts(job: nil, from: World.start, until: World.start + 7200)
            #expect(counts.map(\.hour) == [World.start, World.start, World.start + 3600])
            #expect(counts.map(\.status) == [.success, .failure, .success])
            #expect(counts.map(\.count) == [1, 1, 1])
            #expect(counts.map(\.durationMilliseconds) == [500, 500, 500])
            let other = try await world.store.hourlyCounts(
                job: job.id + 1,
                from: World.start,
                until: World.start + 7200
            )
            #expect(other.isEmpty)
        }
    }

    @Test(
        "Names and groups of all jobs are as their definitions say, also after an edit",
        arguments: StoreKind.allCases
    )
    func labels(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.job("one")
            let two = try await world.job("two", groups: [])
            _ = try await world.store.updateJob(
                two.id,
                definition: World.definition("deux"),
                isEnabled: true,
                nextFire: nil,
                expectedVersion: nil,
                at: World.start
            )
            let labels = try await world.store.jobLabels().sorted { $0.id < $1.id }
            #expect(labels == (try await world.store.allJobs().map { JobLabel($0) }))
            #expect(labels.map(\.name) == ["one", "deux"])
        }
    }

    @Test("Delays of starts are of first attempts of a span, the newest first", arguments: StoreKind.allCases)
    func delays(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<4 as Range<Int64> {
                let at = World.start + second
                try await world.apply([World.report(second + 1, job, on: agent, at: at, .success)], of: agent)
            }
            // Planned, and not begun.
            _ = try await world.fire(job, at: World.start + 9)
            func found(
                _ from: Int64,
                _ until: Int64,
                limit: Int = 10,
                in scope: Scope = .all
            ) async throws -> [StartDelay] {
                try await world.store.startDelays(
                    from: World.start + from,
                    until: World.start + until,
                    limit: limit,
                    in: scope
                ).delays
            }
            let all = try await found(0, 60)
            #expect(all.map(\.nominal) == [3, 2, 1, 0].map { World.start + $0 })
            #expect(all.allSatisfy { $0.milliseconds >= 0 }, "\(all)")
            #expect(try await found(1, 3).count == 2)
            #expect(try await found(0, 60, in: .groups([2])).isEmpty)
            let few = try await world.store.startDelays(from: World.start, until: World.start + 4, limit: 3, in: .all)
            #expect(few.delays.count == 3 && few.isPartial)
            let exact = try await world.store.startDelays(from: World.start, until: World.start + 4, limit: 4, in: .all)
            #expect(exact.delays.count == 4 && !exact.isPartial)
        }
    }

    @Test("Sums by job keep the span and leave out jobs of which nothing ended", arguments: StoreKind.allCases)
    func byJob(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let jobs = [try await world.job("one"), try await world.job("two"), try await world.job("none")]
            let states: [(Int, Int64, ExecutionStatus)] = [
                (0, 0, .success), (0, 3600, .failure), (1, 0, .timeout), (1, 7200, .success),
            ]
            for (index, (job, second, status)) in states.enumerated() {
                try await world.apply(
                    [World.report(Int64(index) + 1, jobs[job], on: agent, at: World.start + second, status, ran: 500)],
                    of: agent,
                    at: World.start + second
                )
            }
            let sums = try await world.store.statisticsByJob(from: World.start, until: World.start + 7200, in: .all)
            #expect(sums.keys.sorted() == jobs.prefix(2).map(\.id))
            #expect(sums[jobs[0].id]?.counts == [.success: 1, .failure: 1])
            #expect(sums[jobs[0].id]?.totalDurationMilliseconds == 1000)
            #expect(sums[jobs[1].id]?.counts == [.timeout: 1])
        }
    }
}
