// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowStore

@Suite("Searching runs")
struct RunSearchTests {
    @Test(
        "A keyword finds runs by a part of a name that the task ever had, and by the beginning of a host's id",
        arguments: StoreKind.allCases
    )
    func keyword(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (red, blue) = (try await world.agent("red-1"), try await world.agent("blue-1"))
            let report = try await world.job("report")
            let backup = try await world.job("Back_up red", nextFire: World.start + 5)
            _ = try await world.fired(report, at: World.start, on: red)
            _ = try await world.fired(report, at: World.start + 1, on: blue)
            _ = try await world.fired(backup, at: World.start + 5, on: blue)
            // Each of them ran on both hosts.
            let everything = ["Back_up red", "report", "report"]
            let cases: [(String, [String])] = [
                ("red", everything), ("RED-1", everything), ("ed-1", []), ("k_up", ["Back_up red"]),
                ("k%up", []), ("back", ["Back_up red"]), ("REPORT", ["report", "report"]), ("nobody's", []),
                ("blue", everything), ("'", []),
            ]
            for (keyword, names) in cases {
                var query = RunQuery()
                query.keyword = keyword
                let page = try await world.store.runs(query)
                #expect(page.items.map(\.run.jobName) == names && page.total == names.count, "\(keyword)")
            }
        }
    }

    @Test("A host is found by the beginning of its name or id, in capitals or not", arguments: StoreKind.allCases)
    func capitals(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.agent("DB-North")
            _ = try await world.agent("db-idle", groups: [])
            _ = try await world.fired(try await world.job("report", groups: [Group.everyone]), on: host)
            for (keyword, count) in [("db-n", 1), ("DB-N", 1), ("Db-North", 1), ("north", 0), ("db-x", 0)] {
                var query = RunQuery()
                query.keyword = keyword
                #expect(try await world.store.runs(query).total == count, "\(keyword)")
            }
        }
    }

    @Test(
        "Runs are sorted by when they were made, by their end and by how long they took, those without an end last (S3-4.1)",
        arguments: StoreKind.allCases
    )
    func sorts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("a")
            let job = try await world.job()
            // Made one after the other; the first takes longest, the last is open.
            let times: [Int64] = [9000, 1000, 4000]
            for (second, took) in times.enumerated() {
                let nominal = World.start + Int64(second)
                _ = try await world.fired(job, at: nominal, on: host)
                let report = World.report(Int64(second) + 1, job, on: host, at: nominal, .success, ran: took)
                try await world.apply([report], of: host)
            }
            _ = try await world.fired(job, at: World.start + 3, on: host)
            func order(_ sort: RunQuery.Sort, _ isDescending: Bool) async throws -> [Int64] {
                var query = RunQuery()
                (query.sort, query.isDescending) = (sort, isDescending)
                let page = try await world.store.runs(query)
                #expect(page.total == 4 && page.isTotalExact)
                return page.items.map { $0.run.nominal.milliseconds(since: World.start) / 1000 }
            }
            #expect(try await order(.createdAt, true) == [3, 2, 1, 0])
            #expect(try await order(.createdAt, false) == [0, 1, 2, 3])
            #expect(try await order(.duration, true) == [0, 2, 1, 3])
            #expect(try await order(.duration, false) == [1, 2, 0, 3])
            #expect(try await order(.finishedAt, true) == [0, 2, 1, 3])
            #expect(try await order(.finishedAt, false) == [1, 2, 0, 3])
            // Page by page it is the same order; who sees none of the hosts sees nothing.
            var query = RunQuery(page: PageRequest(number: 2, size: 2))
            query.sort = .duration
            let second = try await world.store.runs(query).items
            #expect(second.map { $0.run.nominal.milliseconds(since: World.start) / 1000 } == [1, 3])
            query.scope = .groups([77])
            #expect(try await world.store.runs(query).total == 0)
        }
    }
}
