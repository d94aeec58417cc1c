// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Channels, rules, what they counted, and messages on their way.
enum Migration051Notifications {
    static let sql = """
        CREATE TABLE notify_channel (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            settings TEXT NOT NULL,
            secrets TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE TABLE notify_rule (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            rule TEXT NOT NULL,
            match TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE TABLE notify_counter (
            rule TEXT NOT NULL,
            job_id INTEGER NOT NULL,
            host TEXT NOT NULL,
            count INTEGER NOT NULL,
            run_id BLOB,
            base INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (rule, job_id, host)
        ) WITHOUT ROWID;
        CREATE INDEX notify_counter_by_time ON notify_counter (updated_at);
        CREATE TABLE notify_host (
            agent TEXT NOT NULL PRIMARY KEY,
            came_at INTEGER NOT NULL,
            went_at INTEGER,
            due_at INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX notify_host_due ON notify_host (due_at) WHERE due_at IS NOT NULL;
        -- The whole is in the body; columns are what rows are found by.
        CREATE TABLE notify_incident (
            id BLOB NOT NULL PRIMARY KEY,
            rule_key TEXT NOT NULL,
            state TEXT NOT NULL,
            job_id INTEGER,
            groups TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            due_at INTEGER,
            -- Set by people only, so that an evaluation does not write over it.
            acknowledged_by TEXT,
            body TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX notify_incident_open ON notify_incident (rule_key) WHERE state <> 'closed';
        CREATE INDEX notify_incident_due ON notify_incident (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX notify_incident_closed ON notify_incident (updated_at) WHERE state = 'closed';
        CREATE TABLE notify_delivery (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE,
            incident BLOB,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            job_id INTEGER,
            groups TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            due_at INTEGER,
            body TEXT NOT NULL
        );
        CREATE INDEX notify_delivery_due ON notify_delivery (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX notify_delivery_waiting ON notify_delivery (incident, channel)
            WHERE state IN ('queued', 'sending');
        CREATE INDEX notify_delivery_by_time ON notify_delivery (created_at);
        """
}
