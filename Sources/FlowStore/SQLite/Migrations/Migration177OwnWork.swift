// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the product did for itself, beside the runs that show it.
enum Migration177OwnWork {
    static let sql = """
        CREATE TABLE own_work (
            run_id BLOB NOT NULL PRIMARY KEY,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL,
            -- Units whose last step failed.
            failed INTEGER NOT NULL,
            -- JSON.
            units TEXT NOT NULL
        );
        """
}
