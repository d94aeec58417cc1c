// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Foundation

/// Brings a PostgreSQL database up to date: each step in a transaction of its own, one process at a time.
///
/// A step is taken with all servers stopped, unless it says which step servers must know to run beside it: then they go on
/// meanwhile and afterwards, and a fleet is upgraded one server after another. What such a step adds stays unused by the
/// servers that do not know it; what it takes away is not used any more by those that know the step it names.
struct PostgresMigrations: Sendable {
    struct Step: Sendable {
        let name: String
        let sql: String
        /// The step that a server must know to run beside this one; nil when none may.
        var beside: String?
    }

    /// Those of this version.
    static let current = PostgresMigrations(
        steps: (Migrations.steps.map { (name: $0.name, sql: PostgresSchema.translated($0.sql)) }
            + PostgresSchema.ownSteps + PostgresSchema.outputSteps + PostgresSchema.searchSteps)
            .map { Step(name: $0.name, sql: $0.sql, beside: PostgresSchema.beside[$0.name]) }
    )

    private static let lock: Int64 = 0x51_46_4D_49
    /// How long a step that is taken beside servers stands in the way of one statement of theirs.
    private static let lockTimeout = "1s"
    private static let patience = Duration.seconds(300)

    let steps: [Step]

    /// What others are told of the steps that this version knows.
    var level: SchemaLevel { SchemaLevel(steps: self.steps.map(\.name)) }

    /// Takes what is missing; no server may run.
    func migrate(_ session: PostgresSession) throws {
        try Self.requireSuitable(session)
        try session.query("SELECT pg_advisory_lock($1)", [.integer(Self.lock)])
        defer { _ = try? session.query("SELECT pg_advisory_unlock($1)", [.integer(Self.lock)]) }
        if try !Self.isThere(session) {
            try session.execute(
                """
                BEGIN; CREATE TABLE schema_step (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), beside text); \
                \(PostgresSchema.prelude) COMMIT
                """
            )
        }
        for step in try self.untaken(session) {
            try Self.addColumn(session)
            try session.execute("BEGIN; \(step.sql); \(Self.counters); \(Self.record(step)); COMMIT")
        }
    }

    /// Takes what is missing beside servers that run.
    ///
    /// - Parameter mayTake: whether all servers that are there know a step; asked again while nobody else changes the schema.
    /// - Returns: false when a step can't be taken this way; those before it were.
    func migrate(_ session: PostgresSession, beside mayTake: (String) throws -> Bool) throws -> Bool {
        try session.query("SELECT pg_advisory_lock($1)", [.integer(Self.lock)])
        defer { _ = try? session.query("SELECT pg_advisory_unlock($1)", [.integer(Self.lock)]) }
        for step in try self.untaken(session) {
            guard let beside = step.beside, try mayTake(beside) else { return false }
            try Self.whenFree(session) { try Self.addColumn(session) }
            try Self.whenFree(session) {
                try session.execute(
                    "BEGIN; SET LOCAL lock_timeout = '\(Self.lockTimeout)'; \(step.sql); \(Self.record(step)); COMMIT"
                )
            }
        }
        return true
    }

    /// Tries again while a transaction of a server is in the way; that one never waits longer than the time limit of a lock.
    private static func whenFree(_ session: PostgresSession, _ body: () throws -> Void) throws {
        let end = ContinuousClock.now + Self.patience
        while true {
            do { return try body() } catch let error as PostgresError where error.state == .lockNotAvailable {
                try session.execute("ROLLBACK")
                guard ContinuousClock.now < end else { throw error }
                // The connection has a thread of its own, which has nothing else to do.
                Thread.sleep(forTimeInterval: 0.1)
            }
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

    /// Steps that this version would take, in their order; changes nothing.
    ///
    /// - Throws: `unavailable` when a newer version took further ones that this one can't run beside.
    func missing(_ session: PostgresSession) throws -> [Step] {
        try Self.requireSuitable(session)
        return try self.untaken(session)
    }

    /// Makes sure that the schema is the one of this version, and changes nothing.
    func requireCurrent(_ session: PostgresSession) throws {
        guard try self.untaken(session).isEmpty else {
            throw CoreError(
                .unavailable,
                "The database is of an older version, or no server was ever started with it. Start the server first."
            )
        }
    }

    /// Makes sure that no version took steps that this one can't run beside.
    ///
    /// - Throws: `unavailable` when one did.
    func refuseNewer(_ session: PostgresSession) throws { _ = try self.untaken(session) }

    private func untaken(_ session: PostgresSession) throws -> [Step] {
        let done = try Self.isThere(session) ? try Self.done(session) : [:]
        let known = Set(self.steps.map(\.name))
        for (name, beside) in done where !known.contains(name) {
            guard let beside, known.contains(beside) else {
                throw CoreError(
                    .unavailable,
                    "A newer version of QuartzFlow wrote this database. Install that version, or restore an older backup."
                )
            }
        }
        return self.steps.filter { done[$0.name] == nil }
    }

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

    /// What was taken, each with the step that servers must know to run beside it.
    private static func done(_ session: PostgresSession) throws -> [String: String?] {
        var steps: [String: String?] = [:]
        // A database of a version before has no such column.
        try session.query("SELECT name, coalesce(to_jsonb(schema_step) ->> 'beside', '') FROM schema_step") { row in
            let beside = row.text(1)
            steps[row.text(0)] = .some(beside.isEmpty ? nil : beside)
            return true
        }
        return steps
    }

    private static func addColumn(_ session: PostgresSession) throws {
        let columns =
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'schema_step' AND column_name = 'beside'"
        guard try session.query(columns + " AND table_schema = current_schema()") == 0 else { return }
        try session.execute(
            "BEGIN; SET LOCAL lock_timeout = '\(self.lockTimeout)'; ALTER TABLE schema_step ADD COLUMN beside text; COMMIT"
        )
    }

    /// Names are this program's own.
    private static func record(_ step: Step) -> String {
        "INSERT INTO schema_step (name, beside) VALUES ('\(step.name)', \(step.beside.map { "'\($0)'" } ?? "NULL"))"
    }
}
