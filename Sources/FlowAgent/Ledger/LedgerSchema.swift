// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of `agent.db`; migrations are numbered and never changed once released.
enum LedgerSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in try database.execute(sql: Self.version1) }
        migrator.registerMigration("2 use of job versions") { database in
            try database.execute(sql: Self.useOfJobVersions)
        }
        migrator.registerMigration("3 whose ledger it is") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN agent TEXT")
        }
        migrator.registerMigration("4 the last time") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN time INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("5 standing") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN is_dismissed INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("25 attempts") { database in try database.execute(sql: Self.attempts) }
        migrator.registerMigration("98 recital") { database in try database.execute(sql: Self.recital) }
        migrator.registerMigration("110 zone rules") { database in try database.execute(sql: ZoneTable.schema) }
        migrator.registerMigration("153 quarters") { database in try database.execute(sql: QuarterTable.schema) }
        migrator.registerMigration("154 slots") { database in
            try database.execute(
                sql: "ALTER TABLE pending_order ADD COLUMN hold TEXT; ALTER TABLE ledger ADD COLUMN hold TEXT;"
            )
        }
        migrator.registerMigration("155 outputs") { database in
            try database.execute(sql: "ALTER TABLE outbox ADD COLUMN outputs TEXT")
        }
        migrator.registerMigration("156 scheduler") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN scheduler TEXT")
        }
        migrator.registerMigration("170 skipped by job") { database in
            try database.execute(sql: Self.skippedByJob)
        }
        migrator.registerMigration("173 data time") { database in
            try database.execute(sql: "ALTER TABLE pending_order ADD COLUMN data_time INTEGER")
            try database.execute(sql: "ALTER TABLE ledger ADD COLUMN data_time INTEGER")
        }
        migrator.registerMigration("185 maintenance") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN maintenance TEXT")
        }
        migrator.registerMigration("279 absence") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN absence TEXT")
        }
        migrator.registerMigration("280 interruptions") { database in
            try database.execute(sql: "ALTER TABLE ledger ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("282 signatures") { database in
            try database.execute(sql: "ALTER TABLE meta ADD COLUMN signing TEXT")
        }
        return migrator
    }

    /// Until when each job version is in use, so that forgetting it need not look through the ledger.
    ///
    /// Of the versions that are there, nothing is known but that no execution is later than the newest.
    private static let useOfJobVersions = """
        ALTER TABLE snapshot ADD COLUMN used_until INTEGER NOT NULL DEFAULT 0;
        UPDATE snapshot SET used_until = coalesce((SELECT nominal + 1 FROM ledger ORDER BY exec_id DESC LIMIT 1), 0);
        CREATE INDEX snapshot_by_use ON snapshot (used_until);
        """

    /// What a job skipped, which no statistics say.
    ///
    /// There is no index of a job's other executions: the quarters it ended some in say where to look, and an index would cost
    /// each start more than the question is worth. Like every index of such a table this one ends with the primary key.
    private static let skippedByJob = "CREATE INDEX ledger_skipped ON ledger (job_uid) WHERE status = 7;"

    /// How each attempt of a retried execution ended, as JSON: only ever read and written as a whole.
    private static let attempts = """
        CREATE TABLE attempt (
            exec_id BLOB NOT NULL,
            number INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (exec_id, number)
        ) WITHOUT ROWID;
        ALTER TABLE outbox ADD COLUMN attempts TEXT;
        ALTER TABLE outbox ADD COLUMN http_status INTEGER;
        ALTER TABLE ledger ADD COLUMN http_status INTEGER;
        """

    /// Which reports a server lacks that are gone from the outbox, and up to which row the ledger was told again.
    private static let recital = """
        ALTER TABLE meta ADD COLUMN recite_after INTEGER;
        ALTER TABLE meta ADD COLUMN recite_through INTEGER;
        ALTER TABLE meta ADD COLUMN recite_from BLOB;
        """

    /// After the file was replaced by an older copy: what came after it has been done, though nothing here says so.
    ///
    /// Fires up to the last time known count as decided, what was open as ended; the server knows the reports of both.
    /// Reports that wait move up, so that no number of the lost time is used again and none is left out.
    static let rollForward = """
        DELETE FROM pending_order;
        DELETE FROM outbox WHERE sequence <= (SELECT acknowledged FROM meta);
        UPDATE outbox SET sequence = -sequence;
        UPDATE outbox SET sequence = :shift - sequence;
        UPDATE job SET cursor = max(cursor, :time);
        \(QuarterTable.interruption)
        UPDATE ledger SET status = 4, reason = 'INTERRUPTED', retry_at = NULL,
            detail = 'the ledger went back in time while this was open' WHERE status IN (1, 2);
        UPDATE meta SET incarnation = :incarnation, time = max(time, :time), acknowledged = acknowledged + :shift;
        """

    /// Ends what a former identity left (statuses 1 and 2 are open, 4 is FAILURE).
    static let giveUp = """
        DELETE FROM outbox;
        DELETE FROM pending_order;
        DELETE FROM job;
        DELETE FROM zone;
        \(QuarterTable.interruption)
        UPDATE ledger SET status = 4, reason = 'INTERRUPTED', retry_at = NULL,
            detail = 'the host joined a server anew while this was open' WHERE status IN (1, 2);
        UPDATE ledger SET sequence = 0;
        UPDATE quarter SET sequence = 0;
        UPDATE meta SET incarnation = :incarnation, config_version = 0, acknowledged = 0, counted = 0, is_dismissed = 0,
            recite_after = NULL, recite_through = NULL, recite_from = NULL, scheduler = NULL,
            maintenance = NULL, absence = NULL, signing = NULL;
        """

    /// Ids of executions begin with their nominal time, so the ledger needs no index by time and its inserts stay at
    /// the right edge of the tree; hence also `WITHOUT ROWID`.
    ///
    /// A job version is stored once, not with each of its executions.
    private static let version1 = """
        CREATE TABLE meta (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            incarnation TEXT NOT NULL,
            config_version INTEGER NOT NULL DEFAULT 0,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            floor INTEGER NOT NULL DEFAULT 0,
            clock_offset INTEGER
        );
        CREATE TABLE snapshot (
            job_uid BLOB NOT NULL,
            version INTEGER NOT NULL,
            job_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (job_uid, version)
        ) WITHOUT ROWID;
        CREATE TABLE job (
            uid BLOB PRIMARY KEY NOT NULL,
            version INTEGER NOT NULL,
            cursor INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE ledger (
            exec_id BLOB PRIMARY KEY NOT NULL,
            run_id BLOB NOT NULL,
            job_uid BLOB NOT NULL,
            job_version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            nominal INTEGER NOT NULL,
            parameters TEXT,
            retry_of BLOB,
            deadline INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT,
            detail TEXT,
            attempt INTEGER NOT NULL,
            is_local INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            exit_code INTEGER,
            retry_at INTEGER,
            coalesced_count INTEGER,
            coalesced_from INTEGER,
            coalesced_through INTEGER,
            sequence INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX ledger_open ON ledger (exec_id) WHERE status IN (1, 2);
        CREATE TABLE pending_order (
            exec_id BLOB PRIMARY KEY NOT NULL,
            run_id BLOB NOT NULL,
            job_uid BLOB NOT NULL,
            job_version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            nominal INTEGER NOT NULL,
            parameters TEXT,
            retry_of BLOB,
            deadline INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY NOT NULL,
            exec_id BLOB NOT NULL,
            run_id BLOB NOT NULL,
            job_uid BLOB NOT NULL,
            job_id INTEGER NOT NULL,
            job_name TEXT NOT NULL,
            job_version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            nominal INTEGER NOT NULL,
            status INTEGER NOT NULL,
            reason TEXT,
            detail TEXT,
            attempt INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            exit_code INTEGER,
            retry_of BLOB,
            coalesced_count INTEGER,
            coalesced_from INTEGER,
            coalesced_through INTEGER,
            output_bytes INTEGER NOT NULL,
            is_truncated INTEGER NOT NULL,
            output BLOB
        );
        CREATE TABLE output (
            job_uid BLOB NOT NULL,
            exec_id BLOB NOT NULL,
            chunks BLOB NOT NULL,
            PRIMARY KEY (job_uid, exec_id)
        ) WITHOUT ROWID;
        """
}
