// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What people can see of the servers that share a database.
package struct ClusterService: Sendable {
    /// A server, and its part of the work.
    package struct Server: Hashable, Sendable {
        package let node: ServerNode
        /// Shards of jobs that it plans, of ``WorkUnit/shardCount``.
        package let shards: Int
        /// Whether it reads the event log, notifies and forgets.
        package let isKeeper: Bool
        /// Connected hosts.
        package let hosts: Int
        /// Whether it is the one that answers.
        package let isThis: Bool
    }

    private let member: ClusterMember
    private let gateway: ClusterGateway

    package init(member: ClusterMember, gateway: ClusterGateway) {
        self.member = member
        self.gateway = gateway
    }

    /// As it was seen within the last second or so, by name.
    package func servers(as principal: Principal) throws -> [Server] {
        try principal.require(.metricsRead)
        let view = self.member.view
        let hosts = self.gateway.hostCounts
        return view.nodes.map { node in
            let units = view.leases.filter { $0.server == node.id && !$0.isOver }.map(\.unit)
            return Server(
                node: node,
                shards: units.count { $0 != .keeping },
                isKeeper: units.contains(.keeping),
                hosts: hosts[node.id] ?? 0,
                isThis: node.id == self.member.id
            )
        }.sorted { ($0.node.name, $0.node.id) < ($1.node.name, $1.node.id) }
    }
}
