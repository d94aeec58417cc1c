// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs, executions, orders and rollups.
///
/// Execution and run ids begin with the nominal time, so these tables are clustered by time: inserts stay at the right
/// edge, a time range is a range of ids, and old rows go from the left.
enum Migration003Executions {
    static let sql = """
        CREATE TABLE run (
            id BLOB NOT NULL PRIMARY KEY,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            job_name TEXT NOT NULL,
            job_version INTEGER NOT NULL,
            type INTEGER NOT NULL,
            nominal INTEGER NOT NULL,
            source TEXT NOT NULL,
            caller TEXT,
            parameters TEXT,
            retry_of BLOB,
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- Secondary indexes of these tables end with the primary key, so each is in order of time.
        CREATE INDEX run_by_job ON run (job_id);
        CREATE INDEX run_by_type ON run (type) WHERE type <> 0;

        -- Which run a trigger started: a repeated Idempotency-Key finds it.
        CREATE TABLE trigger_key (
            job_id INTEGER NOT NULL,
            uid TEXT NOT NULL,
            run_id BLOB NOT NULL,
            PRIMARY KEY (job_id, uid)
        ) WITHOUT ROWID;
        CREATE INDEX trigger_key_by_run ON trigger_key (run_id);

        CREATE TABLE execution (
            id BLOB NOT NULL PRIMARY KEY,
            run_id BLOB NOT NULL,
            job_id INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            job_name TEXT NOT NULL,
            job_version INTEGER NOT NULL,
            agent TEXT NOT NULL,
            kind INTEGER NOT NULL,
            nominal INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT,
            detail TEXT,
            attempt INTEGER NOT NULL,
            agent_seq INTEGER NOT NULL,
            decided_by INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            exit_code INTEGER,
            cancel_requested INTEGER NOT NULL,
            retry_of BLOB,
            updated_at INTEGER NOT NULL,
            start_deadline INTEGER,
            output_bytes INTEGER,
            output_truncated INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX execution_by_run ON execution (run_id);
        CREATE INDEX execution_by_job ON execution (job_id);
        CREATE INDEX execution_by_agent ON execution (agent);
        -- Successes (3) are the bulk of a history and found without an index; all else is found through these.
        CREATE INDEX execution_by_status ON execution (status) WHERE status <> 3;
        CREATE INDEX execution_by_agent_status ON execution (agent, status) WHERE status <> 3;
        CREATE INDEX execution_by_job_status ON execution (job_id, status) WHERE status NOT IN (1, 2, 3);

        -- Orders that agents have not acknowledged; what they say is in run, execution and job_version.
        CREATE TABLE agent_order (
            agent TEXT NOT NULL,
            execution_id BLOB NOT NULL,
            PRIMARY KEY (agent, execution_id)
        ) WITHOUT ROWID;

        -- Terminal executions per job and hour of nominal time; job 0 = all jobs.
        CREATE TABLE execution_rollup (
            job_id INTEGER NOT NULL,
            hour INTEGER NOT NULL,
            status INTEGER NOT NULL,
            count INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL,
            timed_count INTEGER NOT NULL,
            PRIMARY KEY (job_id, hour, status)
        ) WITHOUT ROWID;
        """
}
