// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Times in which the scheduler stood still; the newest without an end is the one that goes on.
enum Migration156SchedulerStops {
    static let sql = """
        CREATE TABLE scheduler_stop (
            id INTEGER NOT NULL PRIMARY KEY,
            stopped_at INTEGER NOT NULL,
            stopped_by TEXT NOT NULL,
            reason TEXT,
            started_at INTEGER,
            started_by TEXT
        );
        """
}
