// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Old output outside the database, and where in it which part is.
enum Migration151Archive {
    static let sql = """
        CREATE TABLE archive_object (
            name TEXT NOT NULL PRIMARY KEY,
            bytes INTEGER NOT NULL,
            begun_at INTEGER NOT NULL,
            -- 0 while it is written.
            is_there INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE archive_part (
            execution_id BLOB NOT NULL,
            attempt INTEGER NOT NULL,
            byte_offset INTEGER NOT NULL,
            byte_end INTEGER NOT NULL,
            breaks_before INTEGER NOT NULL,
            object TEXT NOT NULL,
            place INTEGER NOT NULL,
            length INTEGER NOT NULL,
            -- SHA-256.
            checksum BLOB NOT NULL,
            PRIMARY KEY (execution_id, attempt, byte_offset)
        ) WITHOUT ROWID;
        CREATE INDEX archive_part_by_object ON archive_part (object);
        """
}
