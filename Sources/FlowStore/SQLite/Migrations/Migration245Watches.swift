// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What rules that watch time and room have told of, and their next deadlines.
enum Migration245Watches {
    static let sql = """
        CREATE TABLE notify_watch (
            rule TEXT NOT NULL,
            trigger_name TEXT NOT NULL,
            subject TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (rule, trigger_name, subject)
        ) WITHOUT ROWID;
        -- Jobs whose own rules watch time, of perhaps very many: they are looked for every few seconds.
        CREATE TABLE job_watch (
            job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE
        );
        """
}
