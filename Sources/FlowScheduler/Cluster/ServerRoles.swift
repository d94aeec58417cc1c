// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A kind of work that a server of a cluster does, or leaves to others.
package enum ServerRole: String, CaseIterable, Hashable, Sendable {
    /// The HTTP API of people and programs, the live connection and the console.
    case api
    /// Shards of tasks, and what one server at a time does for all: dependencies, notifications, forgetting.
    case planner
    /// Connections of agents.
    case gateway
}

/// What a server does: at least one role.
package struct ServerRoles: Hashable, Sendable {
    package static let all = ServerRoles(Set(ServerRole.allCases))

    private let roles: Set<ServerRole>

    private init(_ roles: Set<ServerRole>) { self.roles = roles }

    /// Reads the names of roles; one that stands there twice counts once.
    ///
    /// - Throws: ``CoreError`` `invalid` when there is none, or one that nobody knows.
    package init(names: some Sequence<some StringProtocol>) throws(CoreError) {
        var roles: Set<ServerRole> = []
        for name in names {
            guard let role = ServerRole(rawValue: String(name)) else {
                throw CoreError(
                    .invalid,
                    "There is no role '\(String(name).shortened(toBytes: 100))' of a server; there are \(Self.all.text)."
                )
            }
            roles.insert(role)
        }
        guard !roles.isEmpty else {
            throw CoreError(
                .invalid,
                "A server without a role would do nothing: name some of \(Self.all.text), or say nothing for all of them."
            )
        }
        self.roles = roles
    }

    package func contains(_ role: ServerRole) -> Bool { self.roles.contains(role) }

    /// In the order of ``ServerRole``.
    package var names: [String] { ServerRole.allCases.filter { self.contains($0) }.map(\.rawValue) }

    /// As it is written in settings.
    package var text: String { self.names.joined(separator: ",") }
}

extension ServerNode {
    private static let mark = " roles="

    /// What a server writes of itself where others look for its address.
    ///
    /// One with all roles writes the address alone, as servers of before do; so they need no further column. Without the
    /// role `gateway` there is no address.
    package static func address(_ address: String, roles: ServerRoles) -> String {
        guard roles != .all else { return address }
        return (roles.contains(.gateway) ? address : "") + self.mark + roles.text
    }

    /// All of them where nothing is said, or something that this version does not know.
    package var roles: ServerRoles {
        guard let mark = self.address.firstRange(of: Self.mark) else { return .all }
        return (try? ServerRoles(names: self.address[mark.upperBound...].split(separator: ","))) ?? .all
    }

    /// Where agents reach it; empty where they can't.
    package var agentsAddress: String {
        self.address.firstRange(of: Self.mark).map { String(self.address[..<$0.lowerBound]) } ?? self.address
    }

    /// Whether it is about to end.
    ///
    /// A server that never plans is drained for the others from its start: so they give it no shard, also those of before.
    package var isEnding: Bool { self.isDraining && self.roles.contains(.planner) }
}

extension ClusterView {
    /// Servers that do a kind of work and do not end.
    package func nodes(with role: ServerRole) -> [ServerNode] {
        self.nodes.filter { $0.roles.contains(role) && !$0.isEnding }
    }

    /// Servers that hosts are for, as ``workers`` are those that tasks are for.
    package var gateways: [ServerNode] {
        let standing = self.nodes(with: .gateway)
        let willing = standing.filter { !$0.isAskedToRest }
        return willing.isEmpty ? standing : willing
    }

    /// Whether a server leaves its hosts to others.
    package func restsFromHosts(_ server: ServerID) -> Bool {
        !self.gateways.contains { $0.id == server } && self.nodes.contains { $0.id == server && $0.isAskedToRest }
    }

    /// Kinds of work that no server does.
    package var missingRoles: [ServerRole] { ServerRole.allCases.filter { self.nodes(with: $0).isEmpty } }

    /// Whether other servers would do all that a server does.
    package func canSpare(_ server: ServerID) -> Bool {
        let roles = self.nodes.first { $0.id == server }?.roles ?? .all
        return ServerRole.allCases.filter { roles.contains($0) }.allSatisfy { role in
            self.nodes(with: role).contains { $0.id != server && !$0.isAskedToRest }
        }
    }
}
