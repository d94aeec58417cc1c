// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who waits for whom, what the ends of parents came to, and which runs have ended everywhere.
enum Migration070Dependencies {
    static let sql = """
        -- When the last execution of it had ended; only for runs that somebody waits for.
        ALTER TABLE run ADD COLUMN settled_at INTEGER;
        CREATE INDEX run_by_retry ON run (retry_of) WHERE retry_of IS NOT NULL;

        -- As whom a job starts that waits for others: who saved it last.
        CREATE TABLE dep_child (
            child_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
            owner INTEGER
        );

        -- What a job waits for is in its definition; here is how that stands.
        CREATE TABLE dep_edge (
            child_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            parent_id INTEGER NOT NULL REFERENCES job (id),
            news TEXT NOT NULL,
            at INTEGER,
            -- The newest run of the parent that said something: its root's time, its own, itself.
            newest_root INTEGER,
            newest_t INTEGER,
            newest_run BLOB,
            -- The newest that the child has started for.
            consumed_root INTEGER,
            consumed_t INTEGER,
            consumed_run BLOB,
            PRIMARY KEY (child_id, parent_id)
        ) WITHOUT ROWID;
        CREATE INDEX dep_edge_by_parent ON dep_edge (parent_id);

        -- One for each chain of a parent's retries: a chain starts the child once.
        CREATE TABLE dep_mark (
            child_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            root_run BLOB NOT NULL,
            n INTEGER NOT NULL,
            parent_id INTEGER NOT NULL,
            run_id BLOB NOT NULL,
            state TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            started_run BLOB,
            PRIMARY KEY (child_id, root_run, n)
        ) WITHOUT ROWID;
        CREATE INDEX dep_mark_by_time ON dep_mark (child_id, made_at);
        """
}
