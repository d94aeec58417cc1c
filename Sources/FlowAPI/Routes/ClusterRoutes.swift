// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/cluster`: the servers that share a database.
struct ClusterRoutes: Sendable {
    /// Nil where there is one server only.
    let cluster: ClusterService?

    func status(_ call: APICall) throws -> APIAnswer {
        try call.noQuery()
        guard let cluster else {
            try call.principal.require(.metricsRead)
            return .data([
                .init("mode", "single"), .init("shards_free", 0), .init("may_change_schema", true),
                .init("items", JSON.array([])),
            ])
        }
        let servers = try cluster.servers(as: call.principal)
        let taken = servers.reduce(0) { $0 + $1.shards }
        return .data([
            .init("mode", "cluster"), .init("shards_free", WorkUnit.shardCount - taken),
            .init("may_change_schema", cluster.mayChangeSchema),
            .init("items", JSON.array(servers.map { Self.object($0) })),
        ])
    }

    func drain(_ call: APICall) async throws -> APIAnswer {
        let (cluster, server) = try await self.server(call)
        try await cluster.drain(server, as: call.principal)
        return .done
    }

    func resume(_ call: APICall) async throws -> APIAnswer {
        let (cluster, server) = try await self.server(call)
        try await cluster.resume(server, as: call.principal)
        return .done
    }

    func rebalance(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return .data([.init("hosts_moved", try await self.shared().rebalance(as: call.principal))])
    }

    private func shared() throws -> ClusterService {
        guard let cluster else { throw APIFailure.notFound("This server has its database to itself.") }
        return cluster
    }

    private func server(_ call: APICall) async throws -> (ClusterService, ServerID) {
        try call.noQuery()
        try await call.noBody()
        let id: RunID = try call.identifier("server")
        return (try self.shared(), ServerID(id.description))
    }

    private static func object(_ server: ClusterService.Server) -> JSON {
        .object([
            .init("id", server.node.id.rawValue), .init("name", server.node.name),
            .init("agents_address", server.node.agentsAddress), .init("version", server.node.version),
            .init("started_at", server.node.startedAt), .init("shards", server.shards),
            .init("is_keeper", server.isKeeper), .init("hosts", server.hosts),
            .init("is_draining", server.node.isEnding), .init("is_resting", server.isResting),
            .init("is_this", server.isThis), .init("roles", server.node.roles.names),
        ])
    }
}
