// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Foundation
import Synchronization

/// Makes sure of who else may use the database at the same time.
///
/// The connection that writes holds an advisory lock for as long as it is open: servers share it, and a command that must not
/// run beside them has it alone. A connection that was lost gives the lock back, and the next one takes it again, unless such
/// a command was here meanwhile: then the keys that this server has in memory are not to be trusted any more.
final class PostgresOwner: Sendable {
    enum Use: Sendable {
        case server
        /// A command that must not run beside servers.
        case alone
        /// A command beside servers, which takes no lock and changes no schema.
        case visitor
    }

    private static let lock: Int64 = 0x51_46_4F_4E
    /// The setting that says who had it alone last.
    static let key = "server_owner"
    /// How long a lock is waited for: a server that was killed may have left a connection that ends in a moment.
    private static let patience = Duration.seconds(3)
    /// How long servers that start together wait for the one that changes the schema.
    private static let migrationPatience = Duration.seconds(300)
    /// After this the database ends a transaction whose server does nothing: it keeps all others from writing.
    static let idleLimit = "10s"

    /// A connection as the database knows it.
    ///
    /// Numbers of processes come again, with their start they do not.
    private struct Backend: Hashable {
        let process: Int64
        let start: String
    }

    private struct State {
        /// Who had the database alone last, when this server started; nil before that was read.
        var lastAlone: String?
        var backend: Backend?
    }

    private let use: Use
    private let migrations: PostgresMigrations
    private let name = UUID().uuidString
    private let state = Mutex(State())

    init(_ use: Use, migrations: PostgresMigrations = .current) {
        self.use = use
        self.migrations = migrations
    }

    /// For each new connection that writes, before anything else.
    ///
    /// - Throws: `unavailable` when somebody uses the database who can't do so at the same time, or has since; and for a pooler
    ///   on the way.
    func take(_ session: PostgresSession) throws {
        guard self.use != .visitor else { return }
        try self.requireDirect(session)
        try session.execute("SET idle_in_transaction_session_timeout = '\(Self.idleLimit)'")
        // Before the lock: who sees that sees this.
        try self.tellLevel(session)
        // A network that broke leaves the connection before this one open on the other side, with its locks.
        if let before = self.state.withLock({ $0.backend }) { try self.end(before, session) }
        let start = ContinuousClock.now
        var end = start + Self.patience
        while try !self.tryLock(session, isShared: self.use == .server) {
            // Another server that started a moment earlier makes the schema: that takes its time, and ends.
            if self.use == .server, try PostgresMigrations.isUnderWay(session) { end = .now + Self.patience }
            guard ContinuousClock.now < min(end, start + Self.migrationPatience) else {
                throw try self.refusal(session)
            }
            // The connection has a thread of its own, which has nothing else to do.
            Thread.sleep(forTimeInterval: 0.05)
        }
        let backend = try self.backend(of: session)
        let lastAlone = self.state.withLock { state in
            state.backend = backend
            return state.lastAlone
        }
        if let lastAlone {
            try self.requireUnchanged(session, lastAlone)
            // Nothing kept a newer server from changing the schema meanwhile.
            try self.migrations.refuseNewer(session)
        }
    }

    /// Brings the schema to this version's, once the lock is had.
    ///
    /// Servers of another version must not be there then, unless they know enough to run beside each step that is missing.
    func bringUpToDate(_ session: PostgresSession) throws {
        if self.use != .alone { try MoveMark.requireNone(session) }
        guard self.use != .visitor else { return try self.migrations.requireCurrent(session) }
        let end = ContinuousClock.now + Self.migrationPatience
        let sharedEnd = ContinuousClock.now + Self.patience
        while true {
            // What is under way may be something that this version can't run beside.
            if self.use == .server, try PostgresMigrations.isUnderWay(session), ContinuousClock.now < end {
                Thread.sleep(forTimeInterval: 0.05)
                continue
            }
            let missing = try self.migrations.missing(session)
            if missing.isEmpty { break }
            if self.use == .alone {
                try self.migrations.migrate(session)
                continue
            }
            if missing.allSatisfy({ $0.beside != nil }),
                try self.migrations.migrate(session, beside: { try self.isKnownToOthers($0, session) })
            {
                continue
            }
            // Of servers that start together one gets it alone, and the others wait, without it, for that one to be done.
            try session.query("SELECT pg_advisory_unlock_shared($1)", [.integer(Self.lock)])
            if try self.tryLock(session, isShared: false) {
                try self.migrations.migrate(session)
                _ = try self.tryLock(session, isShared: true)
                try session.query("SELECT pg_advisory_unlock($1)", [.integer(Self.lock)])
                continue
            }
            let holder = try self.holder(session)
            guard ContinuousClock.now < (holder?.isAlone == true ? end : sharedEnd) else {
                throw CoreError(
                    .unavailable,
                    "The database has to be brought up to this version, and servers of an older one use it: "
                        + "\(holder?.description ?? "another connection"). Stop all of them, then start this one."
                )
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
        try self.requireShared(session, until: end)
        try self.note(session)
    }

    private func tellLevel(_ session: PostgresSession) throws {
        var name = ""
        try session.query("SELECT current_setting('application_name')") { row in
            name = row.text(0)
            return true
        }
        name = self.migrations.level.named(SchemaLevel.bare(name))
        try session.query("SELECT set_config('application_name', $1, false)", [.text(name)])
    }

    /// Whether every other server that is connected knows a step.
    private func isKnownToOthers(_ step: String, _ session: PostgresSession) throws -> Bool {
        var isKnown = true
        try session.query(
            """
            SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = 0 AND objid = $1::bigint::oid AND pid <> pg_backend_pid()
            """,
            [.integer(Self.lock)]
        ) { row in
            isKnown = isKnown && SchemaLevel(applicationName: row.text(0))?.knows(step) == true
            return true
        }
        return isKnown
    }

    /// After waiting for another server's migration: what that had alone is shared again.
    private func requireShared(_ session: PostgresSession, until end: ContinuousClock.Instant) throws {
        guard self.use == .server else { return }
        var count: Int64 = 0
        repeat {
            try session.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
            ) { row in
                count = row.integer(0)
                return true
            }
            if count > 0 { return }
            if try self.tryLock(session, isShared: true) { return }
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < end
        throw try self.refusal(session)
    }

    /// Who has it alone says so in a row; who shares it remembers what the row says.
    private func note(_ session: PostgresSession) throws {
        if self.use == .alone {
            try session.query(
                "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [.text(Self.key), .text(self.name)]
            )
        }
        let last = try self.lastAlone(session)
        self.state.withLock { $0.lastAlone = last }
    }

    private func lastAlone(_ session: PostgresSession) throws -> String {
        var name = ""
        try session.query("SELECT value FROM setting WHERE key = $1", [.text(Self.key)]) { row in
            name = row.text(0)
            return true
        }
        return name
    }

    /// Locks and prepared statements belong to a connection, and a pooler lends it to others in between.
    private func requireDirect(_ session: PostgresSession) throws {
        var process: Int64 = 0
        try session.query("SELECT pg_backend_pid()") { row in
            process = row.integer(0)
            return true
        }
        guard process == Int64(session.processIdentifier) else {
            throw CoreError(
                .unavailable,
                "database.url leads to a pooler, such as PgBouncer. Give the address of the database itself: this server holds "
                    + "few connections, and a lock that a pooler would lose."
            )
        }
    }

    private func tryLock(_ session: PostgresSession, isShared: Bool) throws -> Bool {
        var isFree = false
        let statement = isShared ? "SELECT pg_try_advisory_lock_shared($1)" : "SELECT pg_try_advisory_lock($1)"
        try session.query(statement, [.integer(Self.lock)]) { row in
            isFree = row.integer(0) != 0
            return true
        }
        return isFree
    }

    private func end(_ backend: Backend, _ session: PostgresSession) throws {
        try session.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2",
            [.integer(backend.process), .text(backend.start)]
        )
    }

    private func requireUnchanged(_ session: PostgresSession, _ lastAlone: String) throws {
        guard try self.lastAlone(session) == lastAlone else {
            throw CoreError(
                .unavailable,
                "A command has had the database for itself since this server lost its connection, and may have changed its "
                    + "keys. Restart this server if it is to go on."
            )
        }
    }

    private func backend(of session: PostgresSession) throws -> Backend? {
        var backend: Backend?
        try session.query(
            "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ) { row in
            backend = Backend(process: row.integer(0), start: row.text(1))
            return true
        }
        return backend
    }

    private func holder(_ session: PostgresSession) throws -> (isAlone: Bool, description: String)? {
        var holder: (Bool, String)?
        try session.query(
            """
            SELECT mode = 'ExclusiveLock', coalesce(host(client_addr), 'this machine'), application_name,
                to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS')
            FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = 0 AND objid = $1::bigint::oid AND pid <> pg_backend_pid() LIMIT 1
            """,
            [.integer(Self.lock)]
        ) { row in
            let words = "'\(SchemaLevel.bare(row.text(2)))' on \(row.text(1)), connected since \(row.text(3)) UTC"
            holder = (row.integer(0) != 0, words)
            return true
        }
        return holder
    }

    private func refusal(_ session: PostgresSession) throws -> CoreError {
        let other = try self.holder(session)?.description ?? "another connection"
        guard self.use == .alone else {
            return CoreError(
                .unavailable,
                "The database is in use by somebody who needs it alone, a command such as 'secrets rotate' or a server of an "
                    + "older version: \(other). Wait for it, or stop it."
            )
        }
        return CoreError(
            .unavailable,
            "Another server uses this database: \(other). This command needs it alone: stop all servers first."
        )
    }
}
