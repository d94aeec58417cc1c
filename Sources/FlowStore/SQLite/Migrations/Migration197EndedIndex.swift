// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The index of what ended badly, with a condition that costs nothing.
///
/// For `NOT IN (1, 2, 3)` SQLite builds a table of three rows each time an execution is inserted or its state changes. A range
/// would be no good: it is then looked for in the index in place of the one state, and rows of several come out of order.
enum Migration197EndedIndex {
    static let sql = """
        DROP INDEX execution_by_job_status;
        CREATE INDEX execution_by_job_status ON execution (job_id, status)
            WHERE status <> 1 AND status <> 2 AND status <> 3;
        """
}
