// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reports that go out by mail on a schedule.
enum Migration235ReportMails {
    static let sql = """
        CREATE TABLE report_mail (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            draft TEXT NOT NULL,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            -- The next one, and the span that it is about; absent while it is switched off.
            next_at INTEGER,
            next_from INTEGER,
            next_until INTEGER,
            last_at INTEGER
        );
        CREATE INDEX report_mail_due ON report_mail (next_at) WHERE next_at IS NOT NULL;
        """
}
