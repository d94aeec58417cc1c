// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Filters of lists that people have named.
enum Migration258SavedViews {
    static let sql = """
        CREATE TABLE saved_view (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            list TEXT NOT NULL,
            name TEXT NOT NULL,
            -- JSON, by name.
            query TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX saved_view_by_name ON saved_view (user_id, list, name);
        """
}
