// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Tokens that programs sign in with.
enum Migration018APITokens {
    static let sql = """
        CREATE TABLE api_token (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            prefix TEXT NOT NULL,
            -- JSON arrays; groups are absent when it holds wherever its owner may.
            permissions TEXT NOT NULL,
            groups TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            last_used_at INTEGER,
            last_address TEXT
        );
        CREATE UNIQUE INDEX api_token_by_name ON api_token (user_id, name);
        CREATE INDEX api_token_by_expiry ON api_token (expires_at);
        """
}
