// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What failures read like.
enum Migration188Failures {
    static let sql = """
        CREATE TABLE failure_kind (
            fingerprint TEXT NOT NULL PRIMARY KEY,
            outcome TEXT NOT NULL,
            text TEXT NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            -- How often it was read, more or less.
            seen INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX failure_kind_by_time ON failure_kind (last_at);
        CREATE TABLE execution_failure (
            execution_id BLOB NOT NULL PRIMARY KEY,
            -- NULL until the end of its output was read.
            fingerprint TEXT,
            job_id INTEGER NOT NULL,
            agent TEXT NOT NULL,
            nominal INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX execution_failure_by_kind ON execution_failure (fingerprint, at);
        CREATE INDEX execution_failure_by_time ON execution_failure (at);
        CREATE INDEX execution_failure_unread ON execution_failure (at) WHERE fingerprint IS NULL;
        """
}
