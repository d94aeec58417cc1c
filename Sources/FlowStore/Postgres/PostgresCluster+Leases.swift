// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

extension PostgresCluster {
    func beat(_ node: ServerNode, renewing: [WorkUnit: Int64], lifetime: Int64) async throws -> ClusterView {
        try await self.transaction("beat") { session in
            try session.query(
                """
                INSERT INTO server_node (id, name, address, version, started_at, is_draining, seen_at)
                VALUES ($1, $2, $3, $4, $5, $6::bigint <> 0, clock_timestamp())
                ON CONFLICT (id) DO UPDATE SET is_draining = excluded.is_draining, seen_at = excluded.seen_at
                """,
                [
                    .text(node.id.rawValue), .text(node.name), .text(node.address), .text(node.version),
                    .integer(node.startedAt.milliseconds), .integer(node.isDraining ? 1 : 0),
                ]
            )
            if !renewing.isEmpty {
                // What has another owner or term by now, or is over, stays as it is; the rows below say so.
                try session.query(
                    """
                    UPDATE shard_lease AS l SET expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond'
                    FROM unnest($1::bigint[], $2::bigint[]) AS h (unit, term)
                    WHERE l.unit = h.unit AND l.term = h.term AND l.server = $3 AND l.expires_at > clock_timestamp()
                    """,
                    Self.terms(renewing) + [.text(node.id.rawValue), .integer(lifetime)]
                )
            }
            var nextEnd: Int64?
            let leases = try session.rows(
                """
                SELECT unit, server, term, CASE WHEN expires_at <= clock_timestamp() THEN 0
                    ELSE ceil(1000 * extract(epoch FROM expires_at - clock_timestamp()))::bigint END
                FROM shard_lease ORDER BY unit
                """
            ) { row in
                let server = row.isNull(1) ? nil : ServerID(row.text(1))
                let left = row.integer(3)
                if left > 0, server != node.id { nextEnd = min(nextEnd ?? left, left) }
                return WorkLease(
                    unit: WorkUnit(number: Int(row.integer(0))),
                    server: server,
                    term: row.integer(2),
                    isOver: left <= 0
                )
            }
            return ClusterView(nodes: try Self.nodes(session, within: lifetime), leases: leases, nextEnd: nextEnd)
        }
    }

    private static func nodes(_ session: PostgresSession, within patience: Int64) throws -> [ServerNode] {
        try session.rows(
            """
            SELECT id, name, address, version, started_at, is_draining, is_asked_to_rest,
                seen_at <= clock_timestamp() - $2::bigint * interval '1 millisecond'
            FROM server_node WHERE seen_at > clock_timestamp() - $1::bigint * interval '1 millisecond' ORDER BY id
            """,
            [.integer(patience), .integer(LeaseCore.silence)]
        ) { row in
            ServerNode(
                id: ServerID(row.text(0)),
                name: row.text(1),
                address: row.text(2),
                version: row.text(3),
                startedAt: Timestamp(milliseconds: row.integer(4)),
                isDraining: row.integer(5) != 0,
                isAskedToRest: row.integer(6) != 0,
                isSilent: row.integer(7) != 0
            )
        }
    }

    func takeLeases(
        _ units: [WorkUnit: Int64],
        for server: ServerID,
        lifetime: Int64
    ) async throws -> [WorkUnit: Int64] {
        try await self.transaction("take_leases") { session in
            // Rows that somebody else is about to take are passed by.
            let taken = try session.rows(
                """
                WITH free AS (
                    SELECT l.unit FROM shard_lease AS l JOIN unnest($1::bigint[], $2::bigint[]) AS h (unit, term)
                        ON l.unit = h.unit AND l.term = h.term
                    WHERE l.expires_at <= clock_timestamp() ORDER BY l.unit FOR UPDATE OF l SKIP LOCKED
                )
                UPDATE shard_lease AS l SET server = $3, term = l.term + 1,
                    expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond'
                FROM free WHERE l.unit = free.unit RETURNING l.unit, l.term
                """,
                Self.terms(units) + [.text(server.rawValue), .integer(lifetime)]
            ) { (WorkUnit(number: Int($0.integer(0))), $0.integer(1)) }
            return Dictionary(uniqueKeysWithValues: taken)
        }
    }

    func giveLeases(
        _ units: [WorkUnit: Int64],
        from server: ServerID,
        to heir: ServerID?,
        lifetime: Int64
    ) async throws {
        try await self.transaction("give_leases") { session in
            _ = try session.query(
                """
                UPDATE shard_lease AS l SET server = $4, term = l.term + 1,
                    expires_at = CASE WHEN $4::text IS NULL THEN '-infinity'::timestamptz
                        ELSE clock_timestamp() + $5::bigint * interval '1 millisecond' END
                FROM unnest($1::bigint[], $2::bigint[]) AS h (unit, term)
                WHERE l.unit = h.unit AND l.term = h.term AND l.server = $3
                """,
                Self.terms(units) + [
                    .text(server.rawValue), heir.map { .text($0.rawValue) } ?? .null, .integer(lifetime),
                ]
            )
        }
    }

    func leaveCluster(_ server: ServerID) async throws {
        try await self.transaction("leave_cluster") { session in
            for statement in [
                "UPDATE shard_lease SET server = NULL, term = term + 1, expires_at = '-infinity' WHERE server = $1",
                "DELETE FROM agent_session WHERE server = $1", "DELETE FROM server_message WHERE server = $1",
                "DELETE FROM server_node WHERE id = $1",
            ] { try session.query(statement, [.text(server.rawValue)]) }
        }
    }

    func bury(unseenFor patience: Int64) async throws -> [AgentID] {
        try await self.transaction("bury") { session in
            let dead = try session.rows(
                """
                DELETE FROM server_node WHERE seen_at < clock_timestamp() - $1::bigint * interval '1 millisecond'
                RETURNING id
                """,
                [.integer(patience)]
            ) { $0.text(0) }
            // Also what a server noted after it was buried, and never said again.
            try session.query("DELETE FROM server_message WHERE server NOT IN (SELECT id FROM server_node)")
            let left = try session.rows(
                "DELETE FROM agent_session WHERE server NOT IN (SELECT id FROM server_node) RETURNING agent"
            ) { AgentID($0.text(0)) }
            return dead.isEmpty && left.isEmpty ? [] : left.compactMap { $0 }.sorted()
        }
    }

    private static func terms(_ units: [WorkUnit: Int64]) -> [PostgresValue] {
        let sorted = units.sorted { $0.key < $1.key }
        return [Self.numbers(sorted.map { Int64($0.key.number) }), Self.numbers(sorted.map(\.value))]
    }
}
