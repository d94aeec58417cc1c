// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Users and their sessions.
enum Migration005Users {
    static let sql = """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            username TEXT NOT NULL UNIQUE,
            password_hash TEXT NOT NULL,
            role TEXT NOT NULL,
            created_at INTEGER NOT NULL
        );

        CREATE TABLE user_session (
            token_hash BLOB NOT NULL PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX user_session_by_expiry ON user_session (expires_at);
        CREATE INDEX user_session_by_user ON user_session (user_id);
        """
}
