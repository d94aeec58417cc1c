// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// People whom another system signs in.
enum Migration158SignOn {
    static let sql = """
        -- Who they are there; their names there decide nothing.
        CREATE TABLE user_identity (
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            provider TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (issuer, subject)
        ) WITHOUT ROWID;
        CREATE INDEX user_identity_by_user ON user_identity (user_id);

        -- The provider whose groups a role stands for; null = people gave it.
        ALTER TABLE user_grant ADD COLUMN source TEXT;

        -- Which provider opened a session, and what it is called there: for signing out there, too.
        ALTER TABLE user_session ADD COLUMN provider TEXT;
        ALTER TABLE user_session ADD COLUMN provider_session TEXT;
        """
}
