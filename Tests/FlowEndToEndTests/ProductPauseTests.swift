// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Agents that stood still")
    struct Pauses {
        /// Waits for this distance from a full ten seconds of the clock that schedules go by.
        private static func second(_ wanted: Double, after earliest: Double = 0) async throws {
            try await eventually("second \(wanted)", every: .milliseconds(20)) {
                let now = Date().timeIntervalSince1970
                let within = now.truncatingRemainder(dividingBy: 10)
                return now >= earliest && within >= wanted && within < wanted + 2 ? true : nil
            }
        }

        @Test(
            "After SIGSTOP the newest fire runs, what was missed is one gap with one reason, and nothing stays open (R2)"
        )
        func stopped() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let agent = try world.startAgent("host", token: try await world.token())
                _ = try await client.hostsOnline(1)
                let job = try await client.createJob(
                    "ticks",
                    command: "true",
                    groups: [try await client.everyone()],
                    with: ["cron_expr": "*/10 * * * * *"]
                )
                try await eventually("a fire in time") {
                    try await client.executions(of: job).contains { $0["status_name"] == "SUCCESS" } ? true : nil
                }
                try await Self.second(3)
                let begin = Date().timeIntervalSince1970
                agent.signal(SIGSTOP)
                // Two fires of the pause are too late to run; the third is not late yet.
                try await Self.second(1, after: begin + 24)
                agent.signal(SIGCONT)
                let base = (begin / 10).rounded(.down) * 10
                func time(_ row: Value) -> Double {
                    let text = row["scheduled_time"]?.string ?? ""
                    let date = try? Date(
                        text,
                        strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true)
                    )
                    return (date?.timeIntervalSince1970 ?? 0) - base
                }
                let rows = try await eventually("the fires of the pause to be accounted for", within: .seconds(40)) {
                    let rows = try await client.executions(of: job).filter { (5...35).contains(time($0)) }
                    let open = rows.contains { ["PENDING", "RUNNING"].contains($0["status_name"]?.string) }
                    return rows.contains { time($0) == 30 } && !open ? rows : nil
                }
                let punctual = rows.filter { time($0) == 30 }
                #expect(punctual.map { $0["status_name"] } == ["SUCCESS"], "the newest wins: \(rows)")
                let missed = rows.filter { time($0) < 30 }
                #expect(!missed.isEmpty && missed.allSatisfy { $0["status_name"] == "SKIPPED" }, "\(rows)")
                #expect(Set(missed.map { $0["reason"]?["code"]?.string }) == ["MISFIRE_COALESCED"], "\(missed)")
                // The gap has a record that counts it; a fire that the server had recorded before keeps its row, and says so.
                func says(_ row: Value, _ words: String) async throws -> Bool {
                    let id = try #require(row["id"]?.string)
                    return try await client.execution(id)["error"]?.string?.hasPrefix(words) == true
                }
                let newest = try #require(missed.first { time($0) == 20 })
                #expect(try await says(newest, "2 fires from "), "\(newest)")
                for row in missed where time(row) < 20 {
                    #expect(try await says(row, "this fire is counted in the record at "), "\(row)")
                }
            }
        }
    }
}
