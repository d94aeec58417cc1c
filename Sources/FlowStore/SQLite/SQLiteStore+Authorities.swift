// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: AuthorityStore {
    package func noteTrust(_ trust: AuthorityTrust, of agent: AgentID) async throws {
        try await self.write("note_trust") { db in
            guard try AgentTable(db).find(agent) != nil else { return }
            try db.run(
                """
                INSERT INTO agent_trust (agent, authority, issuer) VALUES (?, ?, ?)
                ON CONFLICT (agent) DO UPDATE SET authority = excluded.authority, issuer = excluded.issuer
                """,
                [.text(agent.rawValue), .text(trust.newest), .text(trust.issuer)]
            )
        }
    }

    package func trustedAuthorities() async throws -> [AgentID: AuthorityTrust] {
        try await self.read { db in
            let rows = try db.all("SELECT agent, authority, issuer FROM agent_trust") { row in
                (AgentID(row.text(0)), AuthorityTrust(newest: row.text(1), issuer: row.text(2)))
            }
            return Dictionary(rows.compactMap { agent, trust in agent.map { ($0, trust) } }) { first, _ in first }
        }
    }
}
