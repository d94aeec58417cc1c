// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What hosts say they did, by job and quarter of an hour.
///
/// Clustered by host and time: a day of a host is one range.
enum Migration152HostStatistics {
    static let sql = """
        CREATE TABLE host_quarter (
            agent TEXT NOT NULL,
            quarter INTEGER NOT NULL,
            job_uid BLOB NOT NULL,
            job_id INTEGER NOT NULL,
            job_name TEXT NOT NULL,
            success INTEGER NOT NULL,
            failure INTEGER NOT NULL,
            timeout INTEGER NOT NULL,
            cancelled INTEGER NOT NULL,
            timed INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            longest INTEGER NOT NULL,
            shortest INTEGER NOT NULL,
            PRIMARY KEY (agent, quarter, job_uid)
        ) WITHOUT ROWID;

        -- How far each host has told.
        CREATE TABLE host_statistics (
            agent TEXT NOT NULL PRIMARY KEY,
            incarnation TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            reported_at INTEGER NOT NULL,
            zone TEXT NOT NULL
        ) WITHOUT ROWID;
        """
}
