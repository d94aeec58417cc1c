// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whole output: pieces that are compressed and know their place in bytes and lines, and what is shown beside records.
enum Migration150Output {
    static let sql = """
        -- What an older version stored stays in log_chunk and is read from there; nothing is added to it any more.
        -- Long things come last, so that places are read without them.
        CREATE TABLE log_piece (
            execution_id BLOB NOT NULL,
            attempt INTEGER NOT NULL,
            byte_offset INTEGER NOT NULL,
            byte_end INTEGER NOT NULL,
            -- Line breaks before it, and in it.
            breaks_before INTEGER NOT NULL,
            breaks INTEGER NOT NULL,
            stream TEXT NOT NULL,
            -- 0 = as it is, 1 = zlib (RFC 1950), whose checksum is looked at when it is read.
            encoding INTEGER NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (execution_id, attempt, byte_offset)
        );

        -- Of output that is longer than its preview, once it has ended.
        CREATE TABLE output_preview (
            execution_id BLOB NOT NULL PRIMARY KEY,
            attempt INTEGER NOT NULL,
            last_attempt INTEGER NOT NULL,
            total_bytes INTEGER NOT NULL,
            stored_end INTEGER NOT NULL,
            truncated INTEGER NOT NULL,
            body BLOB NOT NULL
        ) WITHOUT ROWID;
        """
}
