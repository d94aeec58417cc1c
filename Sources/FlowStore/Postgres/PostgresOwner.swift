// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Foundation
import Synchronization

/// Makes sure that one server uses the database.
///
/// The connection that writes holds an advisory lock for as long as it is open: whoever can write is the owner. A connection
/// that was lost gives the lock back, and the next one takes it again, unless another server was here meanwhile: then what
/// this one has in memory is not to be trusted any more.
final class PostgresOwner: Sendable {
    private static let lock: Int64 = 0x51_46_4F_4E
    private static let key = "server_owner"
    /// How long a lock is waited for: a server that was killed may have left a connection that ends in a moment.
    private static let patience = Duration.seconds(3)

    /// A connection as the database knows it.
    ///
    /// Numbers of processes come again, with their start they do not.
    private struct Backend: Hashable {
        let process: Int64
        let start: String
    }

    private struct State {
        var isRecorded = false
        var backend: Backend?
    }

    private let name = UUID().uuidString
    private let state = Mutex(State())

    /// For each new connection that writes, before anything else.
    ///
    /// - Throws: `unavailable` when another server has the database, or had it since; and for a pooler on the way.
    func take(_ session: PostgresSession) throws {
        try self.requireDirect(session)
        let end = ContinuousClock.now + Self.patience
        while try !self.tryLock(session) {
            // A network that broke leaves the connection before this one open on the other side, with the lock.
            let before = self.state.withLock { $0.backend }
            let isOwn = try before.map { try self.holder(session)?.backend == $0 } ?? false
            if isOwn, let before {
                try session.query("SELECT pg_terminate_backend($1::int)", [.integer(before.process)])
            }
            guard ContinuousClock.now < end else { throw try self.refusal(session) }
            // The connection has a thread of its own, which has nothing else to do.
            Thread.sleep(forTimeInterval: 0.05)
        }
        let backend = try self.backend(of: session)
        let isRecorded = self.state.withLock { state in
            state.backend = backend
            return state.isRecorded
        }
        if isRecorded { try self.requireUnchanged(session) }
    }

    /// Writes who the owner is, once the schema is there.
    func record(_ session: PostgresSession) throws {
        try session.query(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [.text(Self.key), .text(self.name)]
        )
        self.state.withLock { $0.isRecorded = true }
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

    private func tryLock(_ session: PostgresSession) throws -> Bool {
        var isFree = false
        try session.query("SELECT pg_try_advisory_lock($1)", [.integer(Self.lock)]) { row in
            isFree = row.integer(0) != 0
            return true
        }
        return isFree
    }

    private func requireUnchanged(_ session: PostgresSession) throws {
        var owner = ""
        try session.query("SELECT value FROM setting WHERE key = $1", [.text(Self.key)]) { row in
            owner = row.text(0)
            return true
        }
        guard owner == self.name else {
            throw CoreError(
                .unavailable,
                "Another server has used the database since this one lost its connection. Restart this one if it is to go on."
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

    private func holder(_ session: PostgresSession) throws -> (backend: Backend, description: String)? {
        var holder: (Backend, String)?
        try session.query(
            """
            SELECT pid, backend_start::text, coalesce(host(client_addr), 'this machine'), application_name,
                to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS')
            FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid = 0 AND objid = $1::bigint::oid LIMIT 1
            """,
            [.integer(Self.lock)]
        ) { row in
            let words = "'\(row.text(3))' on \(row.text(2)), connected since \(row.text(4)) UTC"
            holder = (Backend(process: row.integer(0), start: row.text(1)), words)
            return true
        }
        return holder
    }

    private func refusal(_ session: PostgresSession) throws -> CoreError {
        let other = try self.holder(session)?.description ?? "another connection"
        return CoreError(
            .unavailable,
            "Another server uses this database: \(other). Several servers on one database are not supported yet: stop that "
                + "one, or give this one a database of its own."
        )
    }
}
