// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Webhooks of jobs, what a call that comes again is known by, and what was called.
enum Migration140Hooks {
    static let sql = """
        CREATE TABLE hook (
            id BLOB NOT NULL PRIMARY KEY,
            job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            format TEXT NOT NULL,
            -- JSON: blocks of addresses, parameters and what they are taken from, what a body has to say.
            addresses TEXT NOT NULL,
            mapping TEXT NOT NULL,
            conditions TEXT NOT NULL,
            enabled INTEGER NOT NULL,
            -- Sealed; the older one is good until its time.
            secret TEXT NOT NULL,
            older_secret TEXT,
            older_until INTEGER,
            owner INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX hook_by_job ON hook (job_id, name);

        CREATE TABLE hook_seen (
            hook_id BLOB NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
            repeat_key TEXT NOT NULL,
            run_id BLOB NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (hook_id, repeat_key)
        ) WITHOUT ROWID;
        CREATE INDEX hook_seen_by_time ON hook_seen (at);

        CREATE TABLE hook_delivery (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hook_id BLOB NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            detail TEXT,
            run_id BLOB,
            address TEXT,
            bytes INTEGER NOT NULL
        );
        CREATE INDEX hook_delivery_by_hook ON hook_delivery (hook_id, id);
        CREATE INDEX hook_delivery_by_time ON hook_delivery (at);
        """
}
