// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The log of what happened, and how far each reader came.
enum Migration050Events {
    static let sql = """
        -- No index but the key: every report appends here. The newest row is never deleted, so numbers never repeat.
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            topic INTEGER NOT NULL,
            format INTEGER NOT NULL,
            body BLOB NOT NULL
        );
        CREATE TABLE event_reader (
            name TEXT NOT NULL PRIMARY KEY,
            seq INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
