// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Until when nobody is told of what.
enum Migration187Silences {
    static let sql = """
        CREATE TABLE notify_silence (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            match TEXT NOT NULL,
            groups TEXT NOT NULL,
            reason TEXT NOT NULL,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            ended_at INTEGER,
            ended_by TEXT,
            caught INTEGER NOT NULL DEFAULT 0,
            last_caught_at INTEGER,
            -- When its end was acted on.
            settled_at INTEGER
        );
        CREATE INDEX notify_silence_unsettled ON notify_silence (until) WHERE settled_at IS NULL;
        ALTER TABLE notify_incident ADD COLUMN is_silenced INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX notify_incident_silenced ON notify_incident (rule_key) WHERE is_silenced = 1;
        """
}
