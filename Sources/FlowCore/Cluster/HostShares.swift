// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How the connected hosts of a cluster are spread over its servers.
///
/// Hosts choose a server when they connect, and stay. After servers were replaced one by one all of them may be with one.
package struct HostShares: Hashable, Sendable {
    /// Connected hosts by server; those of servers that do not work count as well, because they are about to move.
    private let hosts: [ServerID: Int]
    /// Servers that work is for, see ``ClusterView/workers``.
    private let workers: Set<ServerID>

    package init(hosts: [ServerID: Int], workers: some Sequence<ServerID>) {
        self.hosts = hosts
        self.workers = Set(workers)
    }

    package var total: Int { self.hosts.values.reduce(0, +) }

    /// An equal part of the hosts, rounded up, so nothing moves to and fro for one host.
    package var share: Int {
        let count = max(1, self.workers.count)
        return (self.total + count - 1) / count
    }

    /// How many hosts are with servers that have more than their share.
    package var surplus: Int { self.workers.reduce(0) { $0 + max(0, (self.hosts[$1] ?? 0) - self.share) } }

    /// What a server does to have no more than its share; nil for one that does not work: what it has leaves it anyway.
    package func evening(at server: ServerID) -> HostEvening? {
        self.workers.contains(server) ? HostEvening(share: self.share, total: self.total) : nil
    }
}

/// One server's part in spreading hosts evenly, which somebody asked for.
///
/// A value. A host goes to the next server that it knows, which may be one that has its share already: that one passes it on. So a server
/// goes on for some time, and asks no host twice to go: one that comes back knows no other server.
package struct HostEvening: Hashable, Sendable {
    private let share: Int
    /// Looks that are left.
    private var looks: Int
    private var asked: Set<AgentID> = []

    /// - Parameter total: connected hosts of all servers.
    package init(share: Int, total: Int) {
        self.share = share
        // A minute, and twice what it takes to move all of them.
        self.looks = 120 + total / 25
    }

    package var isOver: Bool { self.looks <= 0 }

    /// Who is to go, each half second.
    ///
    /// - Parameters:
    ///   - hosts: those that are connected here.
    ///   - workers: how many servers work now: with one alone there is nowhere to go.
    ///   - limit: of hosts in one look.
    package mutating func look(at hosts: [AgentID], workers: Int, limit: Int) -> Set<AgentID> {
        guard self.looks > 0 else { return [] }
        self.looks -= 1
        let surplus = hosts.count - self.share
        guard workers > 1, surplus > 0 else { return [] }
        let asked = self.asked
        let next = Set(hosts.lazy.filter { !asked.contains($0) }.prefix(min(limit, surplus)))
        self.asked = asked.union(next)
        return next
    }
}
