// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Shares of hosts")
struct HostSharesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let hosts: [Int]
        let workers: Set<Int>
        let share: Int
        let surplus: Int

        var testDescription: String { "\(self.hosts) with \(self.workers.sorted()) at work" }
    }

    private static func ids(_ count: Int) -> [ServerID] { (0..<count).map { ServerID("s\($0)") } }
    private static func agents(_ range: Range<Int>) -> [AgentID] { range.map { AgentID(rawValue: "agt_\($0)")! } }

    @Test(
        "A share is an equal part, rounded up",
        arguments: [
            Case(hosts: [10, 0], workers: [0, 1], share: 5, surplus: 5),
            Case(hosts: [6, 5], workers: [0, 1], share: 6, surplus: 0),
            Case(hosts: [1, 0], workers: [0, 1], share: 1, surplus: 0),
            Case(hosts: [10, 0, 0], workers: [0, 1, 2], share: 4, surplus: 6),
            Case(hosts: [10, 10, 1], workers: [0, 1, 2], share: 7, surplus: 6),
            // The third rests: its hosts come to the others.
            Case(hosts: [4, 0, 8], workers: [0, 1], share: 6, surplus: 0),
            Case(hosts: [9, 0, 3], workers: [0, 1], share: 6, surplus: 3),
            Case(hosts: [7], workers: [0], share: 7, surplus: 0),
            Case(hosts: [0, 0], workers: [0, 1], share: 0, surplus: 0),
            Case(hosts: [5, 5], workers: [], share: 10, surplus: 0),
        ]
    )
    func shares(_ item: Case) {
        let ids = Self.ids(item.hosts.count)
        let shares = HostShares(
            hosts: Dictionary(uniqueKeysWithValues: zip(ids, item.hosts)),
            workers: ids.indices.filter { item.workers.contains($0) }.map { ids[$0] }
        )
        #expect(shares.share == item.share && shares.surplus == item.surplus)
        #expect(ids.map { shares.evening(at: $0) != nil } == ids.indices.map { item.workers.contains($0) })
    }

    @Test("All hosts know the servers in one order, and still end on all of them")
    func inOneOrder() {
        let ids = Self.ids(3)
        var places = [Self.agents(0..<300), [], []]
        let shares = HostShares(hosts: [ids[0]: 300], workers: ids)
        var evenings = ids.map { shares.evening(at: $0)! }
        for _ in 0..<20 {
            for server in ids.indices {
                let leaving = evenings[server].look(at: places[server], workers: 3, limit: 50)
                places[server].removeAll { leaving.contains($0) }
                places[(server + 1) % 3] += leaving.sorted()
            }
        }
        #expect(places.map(\.count) == [100, 100, 100])
    }

    @Test("A host that comes back is not asked again, and others are asked instead of it")
    func comesBack() {
        var evening = HostEvening(share: 2, total: 6)
        let all = Self.agents(0..<6)
        var asked: [AgentID] = []
        for _ in 0..<10 {
            let leaving = evening.look(at: all, workers: 2, limit: 2)
            #expect(leaving.isDisjoint(with: asked) && leaving.count <= 2)
            asked += leaving
        }
        #expect(Set(asked) == Set(all))
    }

    @Test("Nobody is sent away while no other server works, when hosts have left already, or when time is up")
    func stops() {
        let all = Self.agents(0..<10)
        var evening = HostEvening(share: 5, total: 10)
        #expect(evening.look(at: all, workers: 1, limit: 50).isEmpty)
        #expect(evening.look(at: Array(all.prefix(5)), workers: 2, limit: 50).isEmpty)
        #expect(evening.look(at: Array(all.prefix(7)), workers: 2, limit: 50).count == 2)
        while !evening.isOver { _ = evening.look(at: [], workers: 2, limit: 50) }
        #expect(evening.look(at: all, workers: 2, limit: 50).isEmpty)
    }
}
