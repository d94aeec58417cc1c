// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("What servers of a cluster do")
struct ServerRolesTests {
    private func node(
        _ id: String,
        _ roles: String...,
        isDraining: Bool = false,
        isAskedToRest: Bool = false
    ) throws -> ServerNode {
        let roles = roles.isEmpty ? ServerRoles.all : try ServerRoles(names: roles)
        return ServerNode(
            id: ServerID(id),
            name: id,
            address: ServerNode.address("192.0.2.1:8474", roles: roles),
            version: "1",
            startedAt: Timestamp(milliseconds: 0),
            isDraining: isDraining || !roles.contains(.planner),
            isAskedToRest: isAskedToRest
        )
    }

    private func view(_ nodes: ServerNode...) -> ClusterView { ClusterView(nodes: nodes, leases: []) }

    @Test("Names are read in any order, and what is no role or none at all is refused with what there is")
    func names() throws {
        #expect(try ServerRoles(names: ["gateway", "api", "planner"]) == .all)
        #expect(try ServerRoles(names: ["planner", "api", "planner"]).text == "api,planner")
        for names in [["plan"], ["api", "API"], ["api", ""]] {
            let error = #expect(throws: CoreError.self) { try ServerRoles(names: names) }
            #expect(error?.message.contains("api,planner,gateway") == true, "\(names)")
        }
        let none = #expect(throws: CoreError.self) { try ServerRoles(names: [String]()) }
        #expect(none?.message.contains("without a role") == true)
    }

    @Test("Roles are told with the address; a server with all of them writes what those of before write")
    func address() throws {
        #expect(try self.node("a").address == "192.0.2.1:8474")
        #expect(try self.node("a").roles == .all && self.node("a").agentsAddress == "192.0.2.1:8474")
        let gateway = try self.node("b", "gateway")
        #expect(gateway.roles.names == ["gateway"] && gateway.agentsAddress == "192.0.2.1:8474")
        let api = try self.node("c", "api", "planner")
        #expect(api.roles.names == ["api", "planner"] && api.agentsAddress == "")
        var later = api
        later.address = "x:1 roles=api,oracle"
        #expect(later.roles == .all && later.agentsAddress == "x:1", "what a later version says")
    }

    @Test("Shards are for planners and hosts for gateways, of those that do not rest while others do not")
    func parts() throws {
        let view = self.view(
            try self.node("a", "api"),
            try self.node("b", "planner"),
            try self.node("c", "gateway"),
            try self.node("d", isAskedToRest: true)
        )
        #expect(view.workers.map(\.id.rawValue) == ["b"])
        #expect(view.gateways.map(\.id.rawValue) == ["c"])
        #expect(view.missingRoles.isEmpty)
        #expect(view.restsFromHosts(ServerID("d")) && view.rests(ServerID("d")))
        // Nobody else has a gateway then.
        let last = self.view(try self.node("b", "planner"), try self.node("d", isAskedToRest: true))
        #expect(last.rests(ServerID("d")) && !last.restsFromHosts(ServerID("d")))
        #expect(self.view(try self.node("a", "api")).missingRoles == [.planner, .gateway])
    }

    @Test("Where all servers do everything, hosts are for those that shards are for")
    func whole() throws {
        for rest in [[false, false, false], [true, false, false], [true, true, true]] {
            for ending in [[false, false, false], [false, true, false], [true, true, true]] {
                let nodes = try zip(["a", "b", "c"], zip(rest, ending)).map { id, state in
                    try self.node(id, isDraining: state.1, isAskedToRest: state.0)
                }
                let view = ClusterView(nodes: nodes, leases: [])
                #expect(view.gateways == view.workers)
                for node in nodes { #expect(view.restsFromHosts(node.id) == view.rests(node.id)) }
                #expect(nodes.map(\.isEnding) == ending)
            }
        }
    }

    @Test("A server is spared when others do all that it does")
    func spares() throws {
        let view = self.view(
            try self.node("a", "api"),
            try self.node("b", "planner", "gateway"),
            try self.node("c", "api", "planner")
        )
        #expect(view.canSpare(ServerID("a")))
        #expect(!view.canSpare(ServerID("b")), "nobody else has hosts")
        #expect(view.canSpare(ServerID("c")))
        let two = self.view(try self.node("a"), try self.node("b", isAskedToRest: true))
        #expect(!two.canSpare(ServerID("a")) && two.canSpare(ServerID("b")))
    }
}
