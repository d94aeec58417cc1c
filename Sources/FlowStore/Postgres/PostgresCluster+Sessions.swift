// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

extension PostgresCluster {
    func noteSessions(_ sessions: [HeldSession], gone: [AgentID: Int64], of server: ServerID) async throws {
        try await self.transaction("note_sessions") { session in
            // In the order of agents: two servers may write the same ones.
            try session.queryEach(
                """
                INSERT INTO agent_session (agent, server, epoch, presence) VALUES ($1, $2, $3, $4)
                ON CONFLICT (agent) DO UPDATE
                    SET server = excluded.server, epoch = excluded.epoch, presence = excluded.presence
                    WHERE agent_session.epoch <= excluded.epoch
                """,
                sessions.sorted { $0.agent < $1.agent }.map {
                    [.text($0.agent.rawValue), .text(server.rawValue), .integer($0.epoch), .text($0.presence)]
                }
            )
            try session.queryEach(
                "DELETE FROM agent_session WHERE agent = $1 AND server = $2 AND epoch = $3",
                gone.sorted { $0.key < $1.key }.map {
                    [.text($0.key.rawValue), .text(server.rawValue), .integer($0.value)]
                }
            )
        }
    }

    func sessionsElsewhere(than server: ServerID) async throws -> [HeldSession] {
        try await self.transaction("sessions_elsewhere") { session in
            try session.rows(
                "SELECT agent, server, epoch, presence FROM agent_session WHERE server <> $1 ORDER BY agent",
                [.text(server.rawValue)]
            ) { row in
                AgentID(row.text(0)).map {
                    HeldSession(
                        agent: $0,
                        server: ServerID(row.text(1)),
                        epoch: row.integer(2),
                        presence: row.text(3)
                    )
                }
            }.compactMap { $0 }
        }
    }

    func post(_ messages: [(server: ServerID, body: String)]) async throws {
        try await self.transaction("post_messages") { session in
            try session.queryEach(
                "INSERT INTO server_message (server, body) VALUES ($1, $2)",
                messages.map { [.text($0.server.rawValue), .text($0.body)] }
            )
            // This transaction is short and of no one else's concern, so that the lock that NOTIFY takes at its commit
            // keeps nobody waiting.
            for server in Set(messages.map(\.server)).sorted() {
                try session.query("SELECT pg_notify($1, $2)", [.text(Self.channel), .text(server.rawValue)])
            }
        }
    }

    /// What servers are woken on; the payload names one.
    static let channel = "quartzflow_server"

    func takeMessages(for server: ServerID, limit: Int) async throws -> [String] {
        try await self.transaction("take_messages") { session in
            try session.rows(
                """
                WITH taken AS (
                    DELETE FROM server_message WHERE server = $1 AND id IN (
                        SELECT id FROM server_message WHERE server = $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
                    ) RETURNING id, body
                ) SELECT body FROM taken ORDER BY id
                """,
                [.text(server.rawValue), .integer(Int64(limit))]
            ) { $0.text(0) }
        }
    }

    func clusterVersions() async throws -> ClusterVersions {
        try await self.transaction("cluster_versions") { session in
            try session.rows(
                """
                SELECT version, coalesce((SELECT value::bigint FROM setting WHERE key = 'settings.revision'), 0)
                FROM config_version WHERE id = 1
                """
            ) { ClusterVersions(configuration: $0.integer(0), settings: $0.integer(1)) }.first
                ?? ClusterVersions(configuration: 0, settings: 0)
        }
    }

    func lastChange(of job: JobUID) async throws -> Int64? {
        try await self.transaction("last_change") { session in
            try session.rows(
                "SELECT max(version) FROM config_change WHERE job_uid = $1",
                [.bytes(job.bytes)]
            ) { $0.isNull(0) ? nil : $0.integer(0) }.first ?? nil
        }
    }

    func share(_ name: String, _ value: String) async throws -> String {
        try await self.transaction("share") { session in
            try session.query(
                "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
                [.text(name), .text(value)]
            )
            return try session.rows("SELECT value FROM setting WHERE key = $1", [.text(name)]) { $0.text(0) }.first
                ?? value
        }
    }
}
