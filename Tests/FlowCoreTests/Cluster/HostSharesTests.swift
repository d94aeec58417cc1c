// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Shares of hosts")
struct HostSharesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let hosts: [Int]
        let workers: Set<Int>
        let surplus: [Int]

        var testDescription: String { "\(self.hosts) with \(self.workers.sorted()) at work" }
    }

    @Test(
        "A server gives away what is above an equal part, rounded up",
        arguments: [
            Case(hosts: [10, 0], workers: [0, 1], surplus: [5, 0]),
            Case(hosts: [6, 5], workers: [0, 1], surplus: [0, 0]),
            Case(hosts: [1, 0], workers: [0, 1], surplus: [0, 0]),
            Case(hosts: [10, 0, 0], workers: [0, 1, 2], surplus: [6, 0, 0]),
            Case(hosts: [10, 10, 1], workers: [0, 1, 2], surplus: [3, 3, 0]),
            // The third rests: its hosts come to the others, who make no room for it.
            Case(hosts: [4, 0, 8], workers: [0, 1], surplus: [0, 0, 0]),
            Case(hosts: [9, 0, 3], workers: [0, 1], surplus: [3, 0, 0]),
            Case(hosts: [7], workers: [0], surplus: [0]),
            Case(hosts: [0, 0], workers: [0, 1], surplus: [0, 0]),
            Case(hosts: [5, 5], workers: [], surplus: [0, 0]),
        ]
    )
    func shares(_ item: Case) {
        let ids = item.hosts.indices.map { ServerID("s\($0)") }
        let hosts = Dictionary(uniqueKeysWithValues: zip(ids, item.hosts))
        let workers = ids.indices.filter { item.workers.contains($0) }.map { ids[$0] }
        #expect(ids.map { HostShares.surplus(of: $0, hosts: hosts, among: workers) } == item.surplus)
    }
}
