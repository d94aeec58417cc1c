// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Output of executions.
enum Migration004Logs {
    static let sql = """
        -- With a rowid: chunks are long, and the tree that is searched should not be made of them. No foreign key: output
        -- may arrive before the report of its execution does.
        CREATE TABLE log_chunk (
            execution_id BLOB NOT NULL,
            attempt INTEGER NOT NULL,
            byte_offset INTEGER NOT NULL,
            stream TEXT NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE (execution_id, attempt, byte_offset)
        );
        """
}
