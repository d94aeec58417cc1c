// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Placement")
    struct Placing {
        @Test(
            "One of two hosts runs it; when that is killed with kill -9 the other takes over with a higher fence, and never do both run"
        )
        func failsOver() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                var agents: [String: Program] = [:]
                for name in ["web1", "web2"] {
                    agents[name] = try world.startAgent(name, token: try await world.token())
                }
                let hosts = try await client.hostsOnline(2)
                let names = Dictionary(
                    hosts.map { ($0["client_id"]?.string ?? "", $0["name"]?.string ?? "") },
                    uniquingKeysWith: { first, _ in first }
                )
                let file = world.directory + "/holders"
                // Says every quarter of a second that it has the slot, and ends once its fence is not the first.
                let script = """
                    while :; do echo "$QF_FENCE $(date +%s%N)" >> \(file); sleep 0.25; \
                    [ "$QF_FENCE" -gt 1 ] && exit 0; done
                    """
                let group = try await client.everyone()
                let job = try await client.createJob(
                    "single",
                    command: script,
                    groups: [group],
                    with: ["placement": ["kind": "one_of", "strategy": "first", "lease_seconds": 6]]
                )
                try await client.call("POST", "/tasks/\(job)/trigger")
                let first = try await eventually("a host that runs it") {
                    try await client.executions(of: job).first { $0["status_name"] == "RUNNING" }
                }
                let holder = try #require(first["client_id"]?.string)
                let detail = try await client.call("GET", "/executions/\(try #require(first["id"]?.string))")
                #expect(detail["placement"]?["fence"]?.int == 1)
                let words = detail["placement"]?["choice"]?["text"]?["en"]?.string
                #expect(words == "chose \(names[holder] ?? ""): first by id, 2 of 2 online")

                // Its runner goes on without it, and has to end the job by itself.
                let name = try #require(names[holder])
                try #require(agents[name]).signal(SIGKILL)
                let ended = try await eventually("the other host's success", within: .seconds(90)) {
                    try await client.executions(of: job).first { $0["status_name"] == "SUCCESS" }
                }
                let success = try await client.call("GET", "/executions/\(try #require(ended["id"]?.string))")
                #expect(success["error"]?.string == nil)
                #expect(ended["client_id"]?.string != holder)
                let rows = try await client.executions(of: job)
                #expect(rows.count == 2)
                #expect(rows.contains { $0["reason"]?["code"] == "MOVED" && $0["client_id"]?.string == holder })
                let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
                let lines = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
                let before = lines.filter { $0.first == 1 }.compactMap(\.last).max() ?? .max
                let after = lines.filter { $0.first == 2 }.compactMap(\.last).min() ?? 0
                #expect(before < after, "fence 1 was held until \(before), fence 2 from \(after)")
            }
        }

        /// How often the chosen host is killed; each takes some 16 s, and the suite has ten minutes: 30 is as much as one run has
        /// time for (`docs/testing.md`).
        private static let kills = Int(ProcessInfo.processInfo.environment["QF_PLACEMENT_KILLS"] ?? "") ?? 0

        @Test(
            "P6, F7: over many kill -9 of the chosen host no two hold the slot at once, and it goes on within the lease and 10 s",
            .enabled(if: Self.kills > 0)
        )
        func manyKills() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                var agents: [String: Program] = [:]
                for name in ["web1", "web2", "web3"] {
                    agents[name] = try world.startAgent(name, token: try await world.token())
                }
                let hosts = try await client.hostsOnline(3)
                let names = Dictionary(
                    hosts.map { ($0["client_id"]?.string ?? "", $0["name"]?.string ?? "") },
                    uniquingKeysWith: { first, _ in first }
                )
                let file = world.directory + "/holders"
                let script = """
                    while :; do echo "$QF_FENCE $(date +%s%N)" >> \(file); sleep 0.25; \
                    [ "$QF_FENCE" -gt \(Self.kills) ] && exit 0; done
                    """
                let job = try await client.createJob(
                    "single",
                    command: script,
                    groups: [try await client.everyone()],
                    with: ["placement": ["kind": "one_of", "strategy": "random", "lease_seconds": 6]]
                )
                try await client.call("POST", "/tasks/\(job)/trigger")
                var spans: [Int: (first: Int, last: Int)] = [:]
                func read() {
                    let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
                    for line in text.split(separator: "\n") {
                        let words = line.split(separator: " ").compactMap { Int($0) }
                        guard words.count == 2 else { continue }
                        let known = spans[words[0]] ?? (words[1], words[1])
                        spans[words[0]] = (min(known.first, words[1]), max(known.last, words[1]))
                    }
                }
                var dead: String?
                for kill in 1...Self.kills {
                    let running = try await eventually("fence \(kill)", within: .seconds(60)) {
                        read()
                        guard spans[kill] != nil else { return nil as Value? }
                        return try await client.executions(of: job).first { $0["status_name"] == "RUNNING" }
                    }
                    // Back when another one has it: before, it would go on with what its runner still does.
                    if let dead { agents[dead] = try world.startAgent(dead, token: "") }
                    let holder = try #require(names[running["client_id"]?.string ?? ""])
                    try #require(agents[holder]).signal(SIGKILL)
                    _ = try await agents[holder]?.end()
                    dead = holder
                }
                _ = try await eventually("the last holder's success", within: .seconds(90)) {
                    try await client.executions(of: job).first { $0["status_name"] == "SUCCESS" }
                }
                read()
                let second = 1_000_000_000
                var gaps: [Int] = []
                for fence in 1...Self.kills {
                    let (old, new) = (try #require(spans[fence]), try #require(spans[fence + 1]))
                    gaps.append(new.first - old.last)
                    #expect(old.last < new.first, "fences \(fence) and \(fence + 1) were held at once")
                    #expect(new.first - old.last < 22 * second, "fence \(fence + 1) came late")
                }
                let sorted = gaps.sorted().map { Double($0 / 1_000_000) / 1000 }
                print(
                    "\(Self.kills) kills: again after \(sorted[sorted.count / 2]) s (p50), \(sorted.last ?? 0) s at the latest,",
                    "\(sorted.first ?? 0) s at the earliest after the last word of the one before"
                )
            }
        }
    }
}
