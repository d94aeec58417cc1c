// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@Suite("Which host is chosen")
struct PlacementChoiceTests {
    private static let job = JobUID("00000000-0000-4000-8000-000000000001")!
    private static let hosts = ["web1", "web2", "web3"].compactMap { AgentID($0) }

    private static func request(
        slot: Int = 0,
        total: Int = 1,
        fence: Int = 1,
        id: String = "019b76da-a800-8c29-a7fb-d13b2d3dd950"
    ) throws -> PlacementRequest {
        PlacementRequest(
            execution: try #require(ExecutionID(id)),
            job: Self.job,
            slot: slot,
            total: total,
            fence: fence,
            executor: "shell"
        )
    }

    private static func candidates() -> [PlacementCandidate] { Self.hosts.map { PlacementCandidate(agent: $0) } }

    private static func chosen(
        _ strategy: PlacementStrategy,
        _ candidates: [PlacementCandidate],
        _ change: (inout Placement, inout PlacementRequest) -> Void = { _, _ in }
    ) throws -> String? {
        var placement = Placement(kind: .oneOf, strategy: strategy)
        var request = try Self.request()
        change(&placement, &request)
        return PlacementChoice.decide(request, by: placement, among: candidates).chosen?.rawValue
    }

    @Test("Each strategy chooses by what its name says")
    func strategies() throws {
        var loaded = Self.candidates()
        loaded[0].running = 3
        loaded[1].running = 2
        loaded[2].running = 1
        #expect(try Self.chosen(.leastRunning, loaded) == "web3")
        // By load; of those alike by what they run, and who does not say counts as busy.
        for (loads, host) in [
            ([2, 1, 3], "web2"), ([2, 3, 2], "web3"), ([11, nil, 12], "web2"), ([nil, nil, 9], "web3"),
        ] {
            for (index, load) in loads.enumerated() { loaded[index].load = load }
            #expect(try Self.chosen(.leastLoad, loaded) == host, "\(loads)")
        }
        // A burst is spread before the load of anybody shows it.
        for (index, load) in [0, 3, 9].enumerated() { loaded[index].load = load }
        var burst: [String] = []
        for _ in 0..<6 {
            let host = try #require(try Self.chosen(.leastLoad, loaded))
            burst.append(host)
            let index = try #require(loaded.firstIndex { $0.agent.rawValue == host })
            loaded[index].fresh += 1
        }
        #expect(burst == ["web1", "web2", "web1", "web2", "web3", "web1"])
        #expect(try Self.chosen(.first, loaded) == "web1")
        for (last, next) in [(nil, "web1"), ("web1", "web2"), ("web2", "web3"), ("web3", "web1"), ("web2a", "web3")] {
            let after = last.flatMap { AgentID($0) }
            #expect(try Self.chosen(.roundRobin, loaded) { $1.lastChosen = after } == next)
        }
        #expect(try Self.chosen(.lastUsed, loaded) { $1.lastUsed = AgentID("web2") } == "web2")
        #expect(
            try Self.chosen(.failover, loaded) {
                $0.order = Self.hosts.reversed()
                _ = $1
            } == "web3"
        )
        // Whoever is in no list comes after those that are.
        #expect(
            try Self.chosen(.failover, loaded) {
                $0.order = [AgentID("web2")!]
                _ = $1
            } == "web2"
        )
    }

    @Test("Hashes are those of the design, so that servers of all versions choose alike (P3)")
    func vectors() throws {
        let weights = Self.hosts.map { String(RendezvousHash.weight("orders-42", $0), radix: 16) }
        #expect(weights == ["2c82409497d2d668", "55dd8341c9b1cb21", "196b6ac64d4ee42a"])
        #expect(
            try Self.chosen(.consistentHash, Self.candidates()) {
                $0.hashKey = "orders-42"
                _ = $1
            } == "web2"
        )
        let drawn = try [1, 2, 3].map { fence in
            let placement = Placement(kind: .oneOf, strategy: .random)
            let request = try Self.request(fence: fence)
            return PlacementChoice.decide(request, by: placement, among: Self.candidates()).chosen?.rawValue
        }
        #expect(drawn == ["web1", "web2", "web2"])
        let slot = DeterministicID.slot(
            kind: .dependency,
            job: Self.job,
            nominal: Timestamp(milliseconds: 1_767_225_600_000),
            discriminator: "01900000-0000-8000-8000-00000000000a:0,01900000-0000-8000-8000-00000000000b:0",
            index: 0
        )
        #expect(slot.description == "019b76da-a800-8395-af41-aa0a8c20624f")
    }

    @Test("Shards are spread evenly, and each keeps its host (P4)")
    func shards() throws {
        var held: [AgentID: Int] = [:]
        var chosen: [String] = []
        for slot in 0..<5 {
            var request = try Self.request(slot: slot, total: 5)
            request.held = held
            let record = PlacementChoice.decide(
                request,
                by: Placement(kind: .sharded, count: 5),
                among: Self.candidates()
            )
            let host = try #require(record.chosen)
            held[host, default: 0] += 1
            chosen.append(host.rawValue)
        }
        #expect(chosen == ["web3", "web2", "web3", "web2", "web1"])
    }

    @Test("A host that may not is not chosen, and the record says why not")
    func bars() throws {
        var hosts = Self.candidates()
        hosts[0].isOnline = false
        hosts[1].labels = ["gpu": ""]
        let placement = Placement(kind: .oneOf, selector: "!gpu")
        let record = PlacementChoice.decide(try Self.request(), by: placement, among: hosts)
        #expect(record.chosen?.rawValue == "web3" && record.online == 1 && record.total == 3)
        #expect(record.text.en == "chose web3: least running, 1 of 3 online")
        let outs = Dictionary(uniqueKeysWithValues: record.candidates.map { ($0.host.rawValue, $0.out) })
        #expect(outs == ["web1": .offline, "web2": .labels, "web3": nil])
        let cases: [(PlacementBar, (inout PlacementCandidate, inout Placement, inout PlacementRequest) -> Void)] = [
            (.notWanted, { _, _, request in request.wanted = [] }),
            (.excluded, { host, placement, _ in placement.exclude = [host.agent] }),
            (
                .hadIt,
                { host, _, request in
                    request.former = [host.agent]
                    host.silence = 40_000
                }
            ),
            (.version, { host, _, _ in host.knowsLeases = false }),
            (.executor, { host, _, _ in host.executors = ["http"] }),
            (
                .hasAnother,
                { host, placement, request in
                    placement.kind = .nOf
                    request.held = [host.agent: 1]
                }
            ),
        ]
        var resting = PlacementCandidate(agent: Self.hosts[0])
        resting.maintainedUntil = Timestamp(milliseconds: 60_000)
        resting.isOnline = false
        let maintained = PlacementChoice.decide(
            try Self.request(),
            by: Placement(kind: .oneOf),
            among: [resting, PlacementCandidate(agent: Self.hosts[1])]
        )
        #expect(maintained.candidates.last?.out == .maintenance)
        #expect(maintained.text.en.hasSuffix("1 of 2 online; web1 is in maintenance until 1970-01-01T00:01:00.000Z"))
        for (bar, change) in cases {
            var host = PlacementCandidate(agent: Self.hosts[0])
            var placement = Placement(kind: .oneOf)
            var request = try Self.request()
            change(&host, &placement, &request)
            let record = PlacementChoice.decide(request, by: placement, among: [host])
            #expect(record.chosen == nil && record.candidates.first?.out == bar)
            #expect(record.text.en == "no host can take it, of 1: 1 \(bar.rawValue)")
        }
    }

    @Test(
        "P6: who lost a slot is asked again when nobody else can take it, and it was heard of since; the last one last"
    )
    func formerHolders() throws {
        let ids = Self.hosts
        func chosen(_ former: [Int], silent: Set<Int> = [], offline: Set<Int> = []) throws -> String? {
            var hosts = Self.candidates()
            for index in silent { hosts[index].silence = 40_000 }
            for index in offline { hosts[index].isOnline = false }
            var request = try Self.request()
            request.former = Set(former.map { ids[$0] })
            request.lastHolder = former.last.map { ids[$0] }
            let placement = Placement(kind: .oneOf, strategy: .first)
            return PlacementChoice.decide(request, by: placement, among: hosts).chosen?.rawValue
        }
        #expect(try chosen([0]) == "web2")
        #expect(try chosen([0, 1, 2]) == "web1", "it held it longest ago by its place")
        #expect(try chosen([1, 2, 0]) == "web2", "the last one last")
        #expect(try chosen([0, 1], offline: [2]) == "web1")
        #expect(try chosen([1, 0], offline: [1, 2]) == "web1", "alone it gets it back")
        #expect(try chosen([0], silent: [0], offline: [1, 2]) == nil, "nothing was heard of it since")
    }

    @Test(
        "Whatever the facts: nobody is chosen who may not be, somebody is if anybody may, and the same facts choose alike"
    )
    func properties() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            var placement = Placement(
                kind: [.oneOf, .nOf, .sharded].randomElement(using: &random)!,
                strategy: PlacementStrategy.allCases.randomElement(using: &random)!,
                count: 4
            )
            var request = try Self.request(slot: Int.random(in: 0..<4, using: &random), total: 4)
            var hosts: [PlacementCandidate] = []
            for index in 0..<Int.random(in: 0...6, using: &random) {
                let agent = try #require(AgentID("host\(index)"))
                hosts.append(
                    PlacementCandidate(
                        agent: agent,
                        isOnline: Bool.random(using: &random),
                        running: Int.random(in: 0..<3, using: &random)
                    )
                )
                if Int.random(in: 0..<5, using: &random) == 0 { request.former.insert(agent) }
                if Int.random(in: 0..<5, using: &random) == 0 { placement.exclude.append(agent) }
                if Int.random(in: 0..<3, using: &random) == 0 { request.held[agent] = 1 }
            }
            let record = PlacementChoice.decide(request, by: placement, among: hosts)
            let able = hosts.filter { host in
                host.isOnline && !placement.exclude.contains(host.agent)
                    && (placement.kind != .nOf || request.held[host.agent] == nil)
            }
            #expect((record.chosen == nil) == able.isEmpty)
            if let chosen = record.chosen {
                #expect(able.contains { $0.agent == chosen })
                let others = able.filter { !request.former.contains($0.agent) }
                #expect(others.isEmpty || !request.former.contains(chosen), "who lost it is asked last")
            }
            #expect(PlacementChoice.decide(request, by: placement, among: hosts.shuffled(using: &random)) == record)
        }
    }
}
