// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs that go over their hosts in waves.
enum Migration191Waves {
    static let sql = """
        CREATE TABLE wave_run (
            run_id BLOB NOT NULL PRIMARY KEY,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            -- JSON: how far it has come.
            state TEXT NOT NULL,
            is_open INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX wave_run_open ON wave_run (run_id) WHERE is_open = 1;
        CREATE TABLE wave_member (
            execution_id BLOB NOT NULL PRIMARY KEY,
            run_id BLOB NOT NULL,
            wave INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX wave_member_by_run ON wave_member (run_id);
        """
}
