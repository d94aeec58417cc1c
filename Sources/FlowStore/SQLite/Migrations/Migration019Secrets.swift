// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Secrets, sealed.
enum Migration019Secrets {
    static let sql = """
        CREATE TABLE secret (
            name TEXT NOT NULL PRIMARY KEY,
            version INTEGER NOT NULL,
            -- qfs1.kid.nonce.ciphertext, bound to name and version; the key is never in the database.
            sealed TEXT NOT NULL,
            -- JSON array; absent = every group.
            owners TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
