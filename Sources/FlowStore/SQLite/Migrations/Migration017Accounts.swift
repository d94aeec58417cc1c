// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The life of an account.
enum Migration017Accounts {
    static let sql = """
        -- active, disabled, or deleted: a tombstone keeps the number from being given again.
        ALTER TABLE user ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
        -- Somebody else knows the password: nothing else is possible before it is changed.
        ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE user ADD COLUMN last_sign_in INTEGER;
        -- Names differ by more than the case of letters.
        CREATE INDEX user_by_name ON user (username COLLATE NOCASE);

        -- Sessions end when nobody uses them. Those of an older version count as used now.
        ALTER TABLE user_session ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
        UPDATE user_session SET last_used_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
        ALTER TABLE user_session ADD COLUMN address TEXT;
        ALTER TABLE user_session ADD COLUMN user_agent TEXT;
        """
}
