// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Past fires that are made up for.
enum Migration174Backfills {
    static let sql = """
        CREATE TABLE backfill (
            id BLOB NOT NULL PRIMARY KEY,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            job_name TEXT NOT NULL,
            group_ids TEXT NOT NULL,
            range_from INTEGER NOT NULL,
            range_until INTEGER NOT NULL,
            concurrency INTEGER NOT NULL,
            per_minute INTEGER NOT NULL,
            is_forced INTEGER NOT NULL,
            parameters TEXT,
            caller TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            total INTEGER NOT NULL,
            last_time INTEGER,
            last_start INTEGER,
            started INTEGER NOT NULL DEFAULT 0,
            incomplete INTEGER NOT NULL DEFAULT 0,
            already_ran INTEGER NOT NULL DEFAULT 0,
            missed INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL,
            ending TEXT,
            waiting TEXT,
            ended_at INTEGER
        );
        CREATE INDEX backfill_open ON backfill (job_id) WHERE state = 'open';
        CREATE INDEX backfill_by_job ON backfill (job_id, created_at);
        CREATE INDEX backfill_by_end ON backfill (ended_at) WHERE ended_at IS NOT NULL;
        """
}
