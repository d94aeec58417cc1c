// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What executions have handed on.
enum Migration155Outputs {
    static let sql = """
        CREATE TABLE execution_output (
            execution_id BLOB NOT NULL PRIMARY KEY,
            -- JSON: values by name.
            outputs TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
