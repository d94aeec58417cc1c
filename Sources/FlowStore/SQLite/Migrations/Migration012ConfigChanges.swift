// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which configuration version changed what.
enum Migration012ConfigChanges {
    static let sql = """
        -- A job, or the groups of an agent, by the version that the change raised. The newest ones only.
        CREATE TABLE config_change (
            version INTEGER NOT NULL,
            job_uid BLOB,
            agent TEXT
        );
        CREATE INDEX config_change_by_version ON config_change (version);
        -- What changed up to here is not known (any more).
        ALTER TABLE config_version ADD COLUMN log_since INTEGER NOT NULL DEFAULT 0;
        UPDATE config_version SET log_since = version;
        """
}
