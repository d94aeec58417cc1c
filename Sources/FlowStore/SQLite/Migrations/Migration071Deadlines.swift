// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// By when parents have to have come.
enum Migration071Deadlines {
    static let sql = """
        ALTER TABLE dep_child ADD COLUMN due INTEGER;
        -- The newest that was decided, and when parents last started the job.
        ALTER TABLE dep_child ADD COLUMN resolved INTEGER;
        ALTER TABLE dep_child ADD COLUMN started_at INTEGER;
        CREATE INDEX dep_child_by_due ON dep_child (due) WHERE due IS NOT NULL;
        """
}
