// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How the connected hosts of a cluster are spread over its servers.
///
/// Hosts choose a server when they connect, and stay. After servers were replaced one by one all of them may be with one.
package enum HostShares {
    /// How many hosts a server has above its share.
    ///
    /// A share is the number of hosts by that of servers which work, rounded up, so nothing moves to and fro for one host.
    ///
    /// - Parameters:
    ///   - hosts: connected hosts by server; those of servers that do not work count as well, because they are about to move.
    ///   - workers: servers that work is for, see ``ClusterView/workers``.
    /// - Returns: 0 for a server that does not work: what it has leaves it anyway.
    package static func surplus(of server: ServerID, hosts: [ServerID: Int], among workers: [ServerID]) -> Int {
        guard workers.contains(server) else { return 0 }
        let total = hosts.values.reduce(0, +)
        let share = (total + workers.count - 1) / workers.count
        return max(0, (hosts[server] ?? 0) - share)
    }
}
