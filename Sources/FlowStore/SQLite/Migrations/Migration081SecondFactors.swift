// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Second factors of people.
enum Migration081SecondFactors {
    static let sql = """
        CREATE TABLE user_totp (
            user_id INTEGER NOT NULL PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
            -- qfs1.kid.nonce.ciphertext, bound to the user.
            sealed TEXT NOT NULL,
            is_confirmed INTEGER NOT NULL,
            -- The newest step of 30 seconds whose code was used.
            last_step INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        );

        CREATE TABLE user_recovery_code (
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            hash BLOB NOT NULL,
            PRIMARY KEY (user_id, hash)
        ) WITHOUT ROWID;
        """
}
