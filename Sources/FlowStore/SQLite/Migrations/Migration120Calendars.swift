// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Calendars that tasks keep to; each job has their times inside its definition.
enum Migration120Calendars {
    static let sql = """
        CREATE TABLE calendar (
            name TEXT NOT NULL PRIMARY KEY,
            description TEXT NOT NULL,
            -- Rises with each change of the entries.
            revision INTEGER NOT NULL,
            -- JSON array.
            entries TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
