// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("What hosts say they did, beside what their records come to")
struct HostStatisticsTests {
    private static let day = World.start..<World.start.advanced(byMilliseconds: 86_400_000)

    private static func sum(_ job: Job, _ quarter: Int64, success: Int, duration: Int64 = 0) -> QuarterSum {
        QuarterSum(
            job: job.uid,
            jobID: job.id,
            jobName: job.definition.name,
            quarter: QuarterSum.quarter(of: World.start) + quarter,
            outcomes: OutcomeSum(
                success: success,
                timed: success,
                duration: duration,
                longest: duration,
                shortest: duration
            )
        )
    }

    private static func report(_ sequence: Int64, _ sums: [QuarterSum], at second: Int64 = 0) -> HostStatsReport {
        HostStatsReport(
            incarnation: "one",
            sequence: sequence,
            at: World.start + second,
            zone: "Asia/Shanghai",
            sums: sums
        )
    }

    @Test("The newest word on a quarter counts, and a session goes on from it", arguments: StoreKind.allCases)
    func telling(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any HostStatisticsStore)
            let agent = try await world.connectedAgent("a")
            let other = try await world.connectedAgent("b")
            let job = try await world.job()
            #expect(try await store.statisticsPosition(of: agent) == nil)
            #expect(try await world.hello(agent).statisticsSequence == 0)
            try await world.store.store(
                Self.report(5, [Self.sum(job, 0, success: 1), Self.sum(job, 1, success: 1)]),
                of: agent
            )
            try await world.store.store(Self.report(9, [Self.sum(job, 1, success: 3, duration: 7)], at: 9), of: agent)
            #expect(
                try await store.statisticsPosition(of: agent)
                    == HostStatsPosition(incarnation: "one", sequence: 9, at: World.start + 9, zone: "Asia/Shanghai")
            )
            #expect(
                try await store.quarters(of: agent, in: Self.day, scope: .all)
                    == [Self.sum(job, 0, success: 1), Self.sum(job, 1, success: 3, duration: 7)]
            )
            #expect(
                try await store.outcomesByQuarter(of: agent, in: Self.day, scope: .all)
                    == [
                        QuarterSum.quarter(of: World.start): OutcomeSum(success: 1),
                        QuarterSum.quarter(of: World.start) + 1: OutcomeSum(success: 3),
                    ]
            )
            let hour = World.start..<World.start.advanced(byMilliseconds: QuarterSum.length)
            #expect(try await store.quarters(of: agent, in: hour, scope: .all).count == 1)
            #expect(try await store.quarters(of: other, in: Self.day, scope: .all).isEmpty)
            #expect(try await world.hello(agent).statisticsSequence == 9)
            #expect(
                try await world.hello(agent, incarnation: "two").statisticsSequence == 0,
                "another ledger tells all"
            )
        }
    }

    @Test("Records are counted as far as the host can have counted them", arguments: StoreKind.allCases)
    func counting(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any HostStatisticsStore)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let ends: [(Int64, ExecutionStatus, Int64?)] = [
                (0, .success, 500), (1, .failure, 100), (2, .timeout, 900), (3, .cancelled, nil), (4, .skipped, nil),
                (1000, .success, 40), (1001, .running, nil),
            ]
            for (index, end) in ends.enumerated() {
                let at = World.start + end.0
                try await world.apply(
                    [World.report(Int64(index) + 1, job, on: agent, at: at, end.1, ran: end.2)],
                    of: agent,
                    at: at
                )
            }
            func counted(_ position: HostStatsPosition?) async throws -> [Int64: OutcomeSum] {
                var sums: [Int64: OutcomeSum] = [:]
                let quarters = try await store.countedQuarters(of: agent, in: Self.day, as: position, scope: .all)
                for quarter in quarters {
                    #expect(quarter.job == job.uid && quarter.jobID == job.id && quarter.jobName == "job")
                    sums[quarter.quarter - QuarterSum.quarter(of: World.start), default: OutcomeSum()]
                        .add(quarter.outcomes)
                }
                return sums
            }
            let all = try await counted(nil)
            let first = try #require(all[0])
            #expect(first.success == 1 && first.failure == 1 && first.timeout == 1 && first.cancelled == 1)
            #expect(first.timed == 4 && first.duration == 1600 && first.longest == 900 && first.shortest == 100)
            #expect(all[1] == OutcomeSum(success: 1, timed: 1, duration: 40, longest: 40, shortest: 40))
            #expect(all.count == 2)
            // What ended after the host told is left out, and so is what it reported in that very moment.
            let before = HostStatsPosition(incarnation: "one", sequence: 5, at: World.start + 900, zone: "UTC")
            #expect(try await counted(before)[1] == nil)
            let overtaken = HostStatsPosition(incarnation: "one", sequence: 1, at: World.start + 10, zone: "UTC")
            #expect(try await counted(overtaken)[0]?.timed == 1)
            let late = HostStatsPosition(incarnation: "one", sequence: 1, at: World.start + 900, zone: "UTC")
            #expect(try await counted(late)[0] == first, "an old end that was reported late is in both")
        }
    }

    @Test("Somebody sees what belongs to their groups", arguments: StoreKind.allCases)
    func scopes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any HostStatisticsStore)
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start).id
            let agent = try await world.connectedAgent("a", groups: [group])
            let mine = try await world.job("mine", groups: [group])
            let theirs = try await world.job("theirs")
            for (index, job) in [mine, theirs].enumerated() {
                try await world.apply(
                    [World.report(Int64(index) + 1, job, on: agent, at: World.start + 901, .success)],
                    of: agent,
                    at: World.start + 901
                )
            }
            try await world.store.store(
                Self.report(2, [Self.sum(mine, 1, success: 1), Self.sum(theirs, 1, success: 1)]),
                of: agent
            )
            let scope = Scope.groups([group])
            #expect(try await store.quarters(of: agent, in: Self.day, scope: scope).map(\.jobName) == ["mine"])
            let counted = try await store.countedQuarters(of: agent, in: Self.day, as: nil, scope: scope)
            #expect(counted.map(\.jobName) == ["mine"])
        }
    }

    @Test(
        "They are forgotten in steps, host by host, and nothing is stored for one that was deleted",
        arguments: StoreKind.allCases
    )
    func forgetting(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any HostStatisticsStore)
            let job = try await world.job()
            let agents = [try await world.connectedAgent("a"), try await world.connectedAgent("b")]
            for agent in agents {
                let sums = (0..<10).map { Self.sum(job, $0, success: 1) }
                try await world.store.store(Self.report(1, sums), of: agent)
            }
            let bound = World.start.advanced(byMilliseconds: 7 * QuarterSum.length)
            var steps = 0
            var count = 0
            var isDone = false
            while !isDone, steps < 20 {
                let step = try await world.store.forget(.hostStatistics, before: bound, limit: 3)
                #expect(step.count <= 3)
                (count, isDone, steps) = (count + step.count, step.isDone, steps + 1)
            }
            #expect(count == 14 && isDone)
            for agent in agents {
                #expect(try await store.quarters(of: agent, in: Self.day, scope: .all).count == 3)
            }
            try await world.store.deleteAgent(agents[0])
            #expect(try await store.statisticsPosition(of: agents[0]) == nil)
            await #expect(throws: CoreError.self) { try await world.store.store(Self.report(2, []), of: agents[0]) }
        }
    }
}
