// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A unit's lease as the database has it.
package struct WorkLease: Hashable, Sendable {
    package let unit: WorkUnit
    /// Who had it last; nil = given back.
    package let server: ServerID?
    /// One more with each change of hands.
    package let term: Int64
    /// Whether it is over, by the database's clock.
    package let isOver: Bool

    package init(unit: WorkUnit, server: ServerID?, term: Int64, isOver: Bool) {
        self.unit = unit
        self.server = server
        self.term = term
        self.isOver = isOver
    }
}

/// What one look at the database shows of the cluster.
package struct ClusterView: Hashable, Sendable {
    /// Servers that were seen within a lease's life, by id.
    package let nodes: [ServerNode]
    /// Of all units, by number.
    package let leases: [WorkLease]
    /// Milliseconds until the first lease of another server is over, unless that renews it; nil = none will be.
    package let nextEnd: Int64?

    package init(nodes: [ServerNode], leases: [WorkLease], nextEnd: Int64? = nil) {
        self.nodes = nodes
        self.leases = leases
        self.nextEnd = nextEnd
    }

    /// Servers that work is for.
    ///
    /// Work does not lie about because everybody was asked to rest: then those that do not end have it all the same.
    package var workers: [ServerNode] {
        let standing = self.nodes.filter { !$0.isDraining }
        let willing = standing.filter { !$0.isAskedToRest }
        return willing.isEmpty ? standing : willing
    }

    /// Whether a server leaves its work and its hosts to others.
    package func rests(_ server: ServerID) -> Bool {
        !self.workers.contains { $0.id == server } && self.nodes.contains { $0.id == server && $0.isAskedToRest }
    }

    /// Units with a valid lease.
    package func count(of server: ServerID) -> Int { self.leases.count { $0.server == server && !$0.isOver } }
}
