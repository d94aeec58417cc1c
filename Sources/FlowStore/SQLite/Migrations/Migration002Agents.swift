// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Agents, memberships and join tokens.
enum Migration002Agents {
    static let sql = """
        CREATE TABLE agent (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            hostname TEXT NOT NULL,
            address TEXT NOT NULL,
            version TEXT NOT NULL,
            operating_system TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            incarnation TEXT NOT NULL,
            acked_seq INTEGER NOT NULL,
            config_version INTEGER NOT NULL,
            last_seen INTEGER,
            is_revoked INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;

        -- Group 1 has a row for every agent, so that no query has to treat it apart.
        CREATE TABLE group_member (
            group_id INTEGER NOT NULL REFERENCES agent_group (id) ON DELETE CASCADE,
            agent TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
            PRIMARY KEY (group_id, agent)
        ) WITHOUT ROWID;
        CREATE INDEX group_member_by_agent ON group_member (agent);

        CREATE TABLE join_token (
            id TEXT NOT NULL PRIMARY KEY,
            secret_hash BLOB NOT NULL,
            groups TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            used_by TEXT,
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
