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
        /// Whether it leaves work and hosts to others, as it was asked.
        package let isResting: Bool
    }

    private let member: ClusterMember
    private let gateway: ClusterGateway
    private let store: any ServerRestStore
    private let clock: any WallClock
    /// Whether the server's role in the database could change or drop tables.
    package let mayChangeSchema: Bool

    package init(
        member: ClusterMember,
        gateway: ClusterGateway,
        store: any ServerRestStore,
        clock: any WallClock,
        mayChangeSchema: Bool
    ) {
        self.member = member
        self.gateway = gateway
        self.store = store
        self.clock = clock
        self.mayChangeSchema = mayChangeSchema
    }

    /// Has a server hand its work and its hosts over, while it goes on answering people; within some seconds.
    ///
    /// Idempotent. Ends with the server's life: after a restart it works again.
    ///
    /// - Throws: `notFound`; `conflict` when no other server would have the work.
    package func drain(_ server: ServerID, as principal: Principal) async throws {
        try principal.require(.settingsWrite)
        guard self.member.view.canSpare(server) else {
            throw CoreError(.conflict, "No other server would do its work. Start one first, or have one resume.")
        }
        try await self.store.setRest(true, of: server, by: principal.change(at: self.clock.now))
    }

    /// Has a server take its share again.
    ///
    /// - Throws: `notFound`.
    package func resume(_ server: ServerID, as principal: Principal) async throws {
        try principal.require(.settingsWrite)
        try await self.store.setRest(false, of: server, by: principal.change(at: self.clock.now))
    }

    /// Spreads the connected hosts evenly over the servers that work, some tens a second.
    ///
    /// Hosts stay where they are connected, so after servers were replaced one by one they may all be with one. A host that knows no
    /// other server comes back to the one it was with. A server of before does not hear of it.
    ///
    /// - Returns: how many hosts are to move.
    /// - Throws: `conflict` while only one server works.
    package func rebalance(as principal: Principal) async throws -> Int {
        try principal.require(.settingsWrite)
        guard self.member.view.gateways.count > 1 else {
            throw CoreError(.conflict, "Only one server works. Start another one, or have one resume.")
        }
        let surplus = self.gateway.shares.surplus
        try await self.store.noteRebalance(moved: surplus, by: principal.change(at: self.clock.now))
        self.gateway.evenOut()
        return surplus
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
                isThis: node.id == self.member.id,
                isResting: view.rests(node.id)
            )
        }.sorted { ($0.node.name, $0.node.id) < ($1.node.name, $1.node.id) }
    }
}
