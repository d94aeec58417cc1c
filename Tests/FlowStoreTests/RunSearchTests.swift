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
}
