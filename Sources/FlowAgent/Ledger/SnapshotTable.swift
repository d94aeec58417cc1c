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

    private var cache: [Key: JobSnapshot] = [:]
    /// More than any host has jobs; beyond it the cache starts anew.
    private static let limit = 20_000

    /// Stores a version unless it is there.
    mutating func store(_ snapshot: JobSnapshot, in database: Database) throws {
        let key = Key(uid: snapshot.uid, version: snapshot.version)
        guard self.cache[key] == nil else { return }
        try database.run(
            "INSERT OR IGNORE INTO snapshot (job_uid, version, job_id, name, body) VALUES (?, ?, ?, ?, ?)",
            [snapshot.uid.uuid, snapshot.version, snapshot.id, snapshot.name, try JSONEncoder().encode(snapshot)]
        )
        self.remember(snapshot, as: key)
    }

    mutating func load(_ uid: JobUID, version: Int64, from database: Database) throws -> JobSnapshot {
        let key = Key(uid: uid, version: version)
        if let known = self.cache[key] { return known }
        let statement = try database.cachedStatement(
            sql: "SELECT body FROM snapshot WHERE job_uid = ? AND version = ?"
        )
        guard let body = try Data.fetchOne(statement, arguments: [uid.uuid, version]) else {
            throw CoreError(.internal, "the ledger lacks version \(version) of job \(uid)")
        }
        let snapshot = try JSONDecoder().decode(JobSnapshot.self, from: body)
        self.remember(snapshot, as: key)
        return snapshot
    }

    /// Forgets versions that nothing refers to any more.
    mutating func prune(in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM snapshot WHERE NOT EXISTS
                    (SELECT 1 FROM job WHERE job.uid = snapshot.job_uid AND job.version = snapshot.version)
                AND (job_uid, version) NOT IN (SELECT job_uid, job_version FROM ledger)
                AND (job_uid, version) NOT IN (SELECT job_uid, job_version FROM pending_order)
                """
        )
        self.reset()
    }

    /// After a transaction was rolled back, what was remembered in it may not be there.
    mutating func reset() { self.cache.removeAll(keepingCapacity: true) }

    private mutating func remember(_ snapshot: JobSnapshot, as key: Key) {
        if self.cache.count >= Self.limit { self.reset() }
        self.cache[key] = snapshot
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
