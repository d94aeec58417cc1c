// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Job versions, stored once each and remembered in memory, because every execution names one.
struct SnapshotTable {
    struct Key: Hashable {
        let uid: JobUID
        let version: Int64
    }

    private struct Known {
        let snapshot: JobSnapshot
        /// The table says it is in use at least until then.
        let usedUntil: Timestamp
    }

    private var cache: [Key: Known] = [:]
    /// More than any host has jobs; beyond it the cache starts anew.
    private static let limit = 20_000

    /// Stores a version unless it is there, and notes until when it is in use; another content under its number replaces it.
    ///
    /// Numbers repeat after the server's database was restored, and the newest content is the one in force.
    /// The note is rounded up to the next day, so that a version in use costs one more write a day, not one per execution.
    ///
    /// - Parameters:
    ///   - snapshot: the version.
    ///   - nominal: of the execution that refers to it; nil for one that only the configuration names.
    ///   - statements: those of the transaction.
    mutating func store(_ snapshot: JobSnapshot, usedAt nominal: Timestamp?, by statements: LedgerStatements) throws {
        let key = Key(uid: snapshot.uid, version: snapshot.version)
        let needed = nominal ?? .distantPast
        let known = self.cache[key].flatMap { $0.snapshot == snapshot ? $0 : nil }
        if let known, known.usedUntil >= needed { return }
        let usedUntil =
            nominal.map { Timestamp(milliseconds: ($0.milliseconds.flooredDivision(by: Self.day) + 1) * Self.day) }
            ?? .distantPast
        if known != nil {
            // Its content is there: to spell it out again would cost more than all the rest of a start.
            let changed = try statements.change(.useSnapshot) { row in
                row.add(usedUntil.milliseconds)
                row.add(snapshot.uid.uuid)
                row.add(snapshot.version)
            }
            if changed == 1 { return self.remember(snapshot, as: key, usedUntil: usedUntil) }
        }
        try statements.database.run(
            """
            INSERT INTO snapshot (job_uid, version, job_id, name, body, used_until) VALUES (?, ?, ?, ?, ?, ?) \
            ON CONFLICT (job_uid, version) DO UPDATE SET name = excluded.name, body = excluded.body, \
            used_until = max(used_until, excluded.used_until)
            """,
            [
                snapshot.uid.uuid, snapshot.version, snapshot.id, snapshot.name, try JSONEncoder().encode(snapshot),
                usedUntil.milliseconds,
            ]
        )
        self.remember(snapshot, as: key, usedUntil: usedUntil)
    }

    static let noteUse = "UPDATE snapshot SET used_until = max(used_until, ?1) WHERE job_uid = ?2 AND version = ?3"

    private static let day: Int64 = 86_400_000

    mutating func load(_ uid: JobUID, version: Int64, from database: Database) throws -> JobSnapshot {
        let key = Key(uid: uid, version: version)
        if let known = self.cache[key] { return known.snapshot }
        let statement = try database.cachedStatement(
            sql: "SELECT body FROM snapshot WHERE job_uid = ? AND version = ?"
        )
        guard let body = try Data.fetchOne(statement, arguments: [uid.uuid, version]) else {
            throw CoreError(.internal, "the ledger lacks version \(version) of job \(uid)")
        }
        let snapshot = try JSONDecoder().decode(JobSnapshot.self, from: body)
        self.remember(snapshot, as: key, usedUntil: .distantPast)
        return snapshot
    }

    /// Forgets some of the versions that nothing refers to any more.
    ///
    /// - Parameters:
    ///   - bound: no execution with an earlier nominal time is left.
    ///   - limit: the most versions to forget.
    ///   - database: inside its transaction.
    /// - Returns: whether none is left to forget.
    mutating func prune(usedBefore bound: Timestamp, limit: Int, in database: Database) throws -> Bool {
        try database.run(
            """
            DELETE FROM snapshot WHERE (job_uid, version) IN (
                SELECT job_uid, version FROM snapshot AS s INDEXED BY snapshot_by_use WHERE used_until <= ?
                AND NOT EXISTS (SELECT 1 FROM job WHERE job.uid = s.job_uid AND job.version = s.version)
                AND (job_uid, version) NOT IN (SELECT job_uid, job_version FROM pending_order)
                LIMIT ?
            )
            """,
            [bound.milliseconds, limit]
        )
        let count = database.changesCount
        if count > 0 { self.reset() }
        return count < limit
    }

    /// After a transaction was rolled back, what was remembered in it may not be there.
    mutating func reset() { self.cache.removeAll(keepingCapacity: true) }

    private mutating func remember(_ snapshot: JobSnapshot, as key: Key, usedUntil: Timestamp) {
        if self.cache.count >= Self.limit { self.reset() }
        self.cache[key] = Known(snapshot: snapshot, usedUntil: usedUntil)
    }
}

extension Database {
    /// Runs a cached statement.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        let statement = try self.cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }
}
