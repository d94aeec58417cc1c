// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension DatabaseStore: ServerRestStore {
    package func setRest(_ rests: Bool, of server: ServerID, by change: Change) async throws {
        guard self.cluster != nil else { throw Self.unknown(server) }
        try await self.write("set_rest") { db in
            // The table is PostgreSQL's alone, and so are its words.
            let before = try db.first(
                "SELECT name, is_asked_to_rest FROM server_node WHERE id = ? FOR UPDATE",
                [.text(server.rawValue)]
            ) { (name: $0.text(0), rests: $0.flag(1)) }
            guard let before else { throw Self.unknown(server) }
            guard before.rests != rests else { return }
            try db.run(
                "UPDATE server_node SET is_asked_to_rest = (? <> 0) WHERE id = ?",
                [.flag(rests), .text(server.rawValue)]
            )
            try AuditTable(db).record(
                change,
                rests ? .serverDrain : .serverResume,
                AuditObject("server", server.rawValue, name: before.name),
                before: ["takes_work": String(!before.rests)],
                after: ["takes_work": String(!rests)]
            )
        }
    }

    package func noteRebalance(moved: Int, by change: Change) async throws {
        try await self.write("note_rebalance") { db in
            try AuditTable(db).record(
                change,
                .serverRebalance,
                AuditObject("server", "all"),
                after: ["hosts_moved": String(moved)]
            )
        }
    }

    private static func unknown(_ server: ServerID) -> CoreError {
        CoreError(.notFound, "There is no server \(server) in the cluster any more.")
    }
}
