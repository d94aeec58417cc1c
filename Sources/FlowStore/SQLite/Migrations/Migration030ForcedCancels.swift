// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which of the requested cancels are to kill at once, for agents that are away when somebody asks.
///
/// Rows go with the execution's end; see `ExecutionTable+Cancels`.
enum Migration030ForcedCancels {
    static let sql = """
        CREATE TABLE forced_cancel (
            agent TEXT NOT NULL,
            execution_id BLOB NOT NULL,
            PRIMARY KEY (agent, execution_id)
        ) WITHOUT ROWID;
        """
}
