// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How each attempt of a retried execution ended, and the status an HTTP job was answered with.
enum Migration025Attempts {
    static let sql = """
        ALTER TABLE execution ADD COLUMN http_status INTEGER;
        -- Only what the execution's own row does not keep: most executions have one attempt and no row here.
        CREATE TABLE attempt (
            execution_id BLOB NOT NULL,
            number INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT,
            detail TEXT,
            started_at INTEGER,
            finished_at INTEGER,
            exit_code INTEGER,
            http_status INTEGER,
            output_bytes INTEGER NOT NULL,
            output_truncated INTEGER NOT NULL,
            PRIMARY KEY (execution_id, number)
        ) WITHOUT ROWID;
        """
}
