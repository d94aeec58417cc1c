// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// Brings a PostgreSQL database up to date: each step in a transaction of its own, one process at a time.
enum PostgresMigrations {
    private static let lock: Int64 = 0x51_46_4D_49

    static func migrate(_ session: PostgresSession) throws {
        try self.requireSuitable(session)
        try session.query("SELECT pg_advisory_lock($1)", [.integer(self.lock)])
        defer { _ = try? session.query("SELECT pg_advisory_unlock($1)", [.integer(self.lock)]) }
        if try !self.isThere(session) {
            try session.execute(
                """
                BEGIN; CREATE TABLE schema_step (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()); \
                \(PostgresSchema.prelude) COMMIT
                """
            )
        }
        let done = try self.done(session)
        try self.refuseNewer(done)
        for step in self.steps where !done.contains(step.name) {
            try session.execute(
                """
                BEGIN; \(step.sql); \(self.counters); \
                INSERT INTO schema_step (name) VALUES ('\(step.name)'); COMMIT
                """
            )
        }
    }

    /// Whether somebody changes the schema at this moment.
    static func isUnderWay(_ session: PostgresSession) throws -> Bool {
        try session.query(
            """
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1::bigint::oid
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [.integer(self.lock)]
        ) > 0
    }

    /// Whether every step was taken.
    ///
    /// - Throws: `unavailable` when a newer version took further ones.
    static func isCurrent(_ session: PostgresSession) throws -> Bool {
        guard try self.isThere(session) else { return false }
        let done = try self.done(session)
        try self.refuseNewer(done)
        return self.steps.allSatisfy { done.contains($0.name) }
    }

    /// Steps that this version would take, in their order; changes nothing.
    ///
    /// - Throws: `unavailable` when a newer version took further ones.
    static func missing(_ session: PostgresSession) throws -> [String] {
        try self.requireSuitable(session)
        let done = try self.isThere(session) ? try self.done(session) : []
        try self.refuseNewer(done)
        return self.steps.map(\.name).filter { !done.contains($0) }
    }

    /// Makes sure that the schema is the one of this version, and changes nothing.
    static func requireCurrent(_ session: PostgresSession) throws {
        let done = try self.isThere(session) ? try self.done(session) : []
        try self.refuseNewer(done)
        guard self.steps.allSatisfy({ done.contains($0.name) }) else {
            throw CoreError(
                .unavailable,
                "The database is of an older version, or no server was ever started with it. Start the server first."
            )
        }
    }

    private static let steps =
        Migrations.steps.map { (name: $0.name, sql: PostgresSchema.translated($0.sql)) } + PostgresSchema.ownSteps

    private static let oldest = 13

    private static func requireSuitable(_ session: PostgresSession) throws {
        var encoding = ""
        var version: Int64 = 0
        try session.query(
            "SELECT current_setting('server_encoding'), current_setting('server_version_num')::bigint / 10000"
        ) { row in
            (encoding, version) = (row.text(0), row.integer(1))
            return true
        }
        guard version >= self.oldest else {
            throw CoreError(.unavailable, "This is PostgreSQL \(version); QuartzFlow needs \(self.oldest) or later.")
        }
        guard encoding == "UTF8" else {
            throw CoreError(
                .unavailable,
                "The database is encoded in \(encoding). Make one with: CREATE DATABASE quartzflow ENCODING 'UTF8' TEMPLATE template0"
            )
        }
    }

    /// Numbers that a step gave itself are not given again.
    static let counters = """
        DO $$
        DECLARE entry record; highest bigint;
        BEGIN
            FOR entry IN SELECT table_name, column_name FROM information_schema.columns
                WHERE is_identity = 'YES' AND table_schema = current_schema() AND column_name <> 'rowid'
            LOOP
                EXECUTE format('SELECT max(%I) FROM %I', entry.column_name, entry.table_name) INTO highest;
                IF highest IS NOT NULL THEN
                    PERFORM setval(
                        pg_get_serial_sequence(quote_ident(entry.table_name), entry.column_name),
                        greatest(highest, nextval(pg_get_serial_sequence(quote_ident(entry.table_name), entry.column_name)) - 1)
                    );
                END IF;
            END LOOP;
        END $$
        """

    private static func isThere(_ session: PostgresSession) throws -> Bool {
        try session.query("SELECT 1 WHERE to_regclass('schema_step') IS NOT NULL") == 1
    }

    private static func done(_ session: PostgresSession) throws -> Set<String> {
        var names: Set<String> = []
        try session.query("SELECT name FROM schema_step") { row in
            names.insert(row.text(0))
            return true
        }
        return names
    }

    private static func refuseNewer(_ done: Set<String>) throws {
        guard done.isSubset(of: self.steps.map(\.name)) else {
            throw CoreError(
                .unavailable,
                "A newer version of QuartzFlow wrote this database. Install that version, or restore an older backup."
            )
        }
    }
}
