// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Jobs, their versions, their schedules and the groups they are bound to.
enum Migration001Jobs {
    static let sql = """
        -- Small values of the server itself.
        CREATE TABLE setting (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;

        -- One row: raised by each transaction that changes jobs, groups or memberships.
        CREATE TABLE config_version (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL
        );
        INSERT INTO config_version (id, version) VALUES (1, 1);

        CREATE TABLE agent_group (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            description TEXT NOT NULL,
            tags TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        INSERT INTO agent_group (id, name, description, tags, created_at, updated_at)
            VALUES (1, 'all', 'Every agent', '[]', 0, 0);

        -- AUTOINCREMENT: the number of a deleted job names its history and is never given to another.
        CREATE TABLE job (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uid BLOB NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            name TEXT NOT NULL UNIQUE,
            definition TEXT NOT NULL,
            search_text TEXT NOT NULL,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );

        -- Apart from the job, because each fire writes it and a script may be long.
        CREATE TABLE schedule (
            job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
            is_enabled INTEGER NOT NULL,
            next_fire INTEGER
        );

        -- Stays when the job goes: orders are rebuilt from it and the history refers to it.
        CREATE TABLE job_version (
            uid BLOB NOT NULL,
            version INTEGER NOT NULL,
            job_id INTEGER NOT NULL,
            snapshot TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (uid, version)
        );

        -- Every name a job had: a keyword finds jobs here instead of in each row of the history.
        CREATE TABLE job_name (
            job_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (job_id, name)
        ) WITHOUT ROWID;

        CREATE TABLE job_group (
            job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            group_id INTEGER NOT NULL REFERENCES agent_group (id),
            PRIMARY KEY (job_id, group_id)
        ) WITHOUT ROWID;
        CREATE INDEX job_group_by_group ON job_group (group_id);
        """
}
