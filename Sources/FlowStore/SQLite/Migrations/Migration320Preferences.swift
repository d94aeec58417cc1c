// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What people have chosen for their own eyes.
enum Migration320Preferences {
    static let sql = """
        CREATE TABLE user_preference (
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (user_id, name)
        ) WITHOUT ROWID;
        """
}
