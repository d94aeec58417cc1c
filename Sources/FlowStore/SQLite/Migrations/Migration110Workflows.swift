// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Workflows, their runs, and what has come for these.
enum Migration110Workflows {
    static let sql = """
        -- Whose step a job is: such jobs are in no list.
        ALTER TABLE job ADD COLUMN workflow_id INTEGER;
        ALTER TABLE job ADD COLUMN workflow_key TEXT;
        CREATE INDEX job_by_workflow ON job (workflow_id) WHERE workflow_id IS NOT NULL;

        -- AUTOINCREMENT: the number of a deleted workflow names its runs.
        CREATE TABLE workflow (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid BLOB NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            name TEXT NOT NULL UNIQUE,
            definition TEXT NOT NULL,
            groups TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            next_fire INTEGER,
            owner INTEGER,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE INDEX workflow_by_fire ON workflow (next_fire) WHERE next_fire IS NOT NULL;

        -- What runs keep to; a version goes with its last run.
        CREATE TABLE workflow_version (
            workflow_id INTEGER NOT NULL,
            version INTEGER NOT NULL,
            definition TEXT NOT NULL,
            PRIMARY KEY (workflow_id, version)
        ) WITHOUT ROWID;

        CREATE TABLE flow_run (
            id BLOB NOT NULL PRIMARY KEY,
            workflow_id INTEGER NOT NULL,
            workflow_uid BLOB NOT NULL,
            workflow_name TEXT NOT NULL,
            version INTEGER NOT NULL,
            groups TEXT NOT NULL,
            type TEXT NOT NULL,
            nominal INTEGER NOT NULL,
            source TEXT NOT NULL,
            caller TEXT,
            phase TEXT NOT NULL,
            outcome TEXT,
            halt TEXT,
            parameters TEXT NOT NULL,
            deadline INTEGER,
            paused_at INTEGER,
            rerun_of BLOB,
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            -- What a repeated request finds it by.
            request TEXT
        ) WITHOUT ROWID;
        CREATE INDEX flow_run_by_workflow ON flow_run (workflow_id);
        CREATE INDEX flow_run_open ON flow_run (phase) WHERE phase <> 'ended';
        CREATE INDEX flow_run_by_deadline ON flow_run (deadline) WHERE phase = 'running';
        CREATE INDEX flow_run_by_end ON flow_run (ended_at) WHERE phase = 'ended';
        CREATE UNIQUE INDEX flow_run_by_request ON flow_run (workflow_id, request) WHERE request IS NOT NULL;

        CREATE TABLE flow_node (
            run_id BLOB NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            detail TEXT,
            ready_at INTEGER,
            started_at INTEGER,
            ended_at INTEGER,
            job_id INTEGER,
            job_uid BLOB,
            job_version INTEGER,
            job_name TEXT,
            child_run BLOB,
            wake_at INTEGER,
            is_stopping INTEGER NOT NULL,
            is_exempt INTEGER NOT NULL,
            result TEXT,
            chosen TEXT,
            answer TEXT,
            kept_from BLOB,
            PRIMARY KEY (run_id, key)
        ) WITHOUT ROWID;
        -- Runs of these jobs may be awaited; which of them are.
        CREATE INDEX flow_node_by_job ON flow_node (job_id) WHERE state = 'started';
        CREATE INDEX flow_node_by_child ON flow_node (child_run) WHERE state = 'started';
        CREATE INDEX flow_node_by_wake ON flow_node (wake_at) WHERE wake_at IS NOT NULL;

        -- Child runs that have settled and that their owner has not heard of.
        CREATE TABLE flow_inbox (
            run_id BLOB NOT NULL REFERENCES flow_run (id) ON DELETE CASCADE,
            child_run BLOB NOT NULL,
            key TEXT NOT NULL,
            result TEXT NOT NULL,
            PRIMARY KEY (run_id, child_run)
        ) WITHOUT ROWID;
        """
}
