// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Roles that people made; a grant names its role, built in or not.
enum Migration082Roles {
    static let sql = """
        CREATE TABLE own_role (
            name TEXT NOT NULL PRIMARY KEY,
            description TEXT NOT NULL,
            -- JSON array.
            permissions TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
