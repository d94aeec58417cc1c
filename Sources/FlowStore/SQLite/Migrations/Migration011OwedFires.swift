// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What hosts that are away owe an account of.
enum Migration011OwedFires {
    static let sql = """
        -- Since when a host has not been there for the fires of a job: one row instead of a PENDING record per fire. The job
        -- may be gone before the host is back.
        CREATE TABLE owed (
            agent TEXT NOT NULL,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            job_version INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER,
            is_mixed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (agent, job_id)
        ) WITHOUT ROWID;
        CREATE INDEX owed_by_job ON owed (job_id);
        CREATE INDEX owed_by_since ON owed (since);
        """
}
