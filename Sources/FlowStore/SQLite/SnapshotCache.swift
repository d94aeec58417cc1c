// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// Decoded job versions, for orders and configurations.
///
/// A version never changes once it is stored, so entries are never stale. Shared by the writer and all readers. Large, because
/// a minute in which more jobs fire than fit decodes every one of them, which costs more than the fire: up to some 100 MB
/// where a hundred thousand jobs are in use.
final class SnapshotCache: Sendable {
    private struct Key: Hashable {
        let uid: JobUID
        let version: Int64
    }

    private let cache = Mutex(GenerationCache<Key, JobSnapshot>(capacity: 100_000))
    /// Apart, because fires never ask for them.
    private let hashes = Mutex(GenerationCache<Key, [UInt8]>(capacity: 20_000))

    private let readCount = Atomic<Int64>(0)

    /// How many versions were looked up in the database since the start.
    var reads: Int64 { self.readCount.load(ordering: .relaxed) }

    /// - Returns: nil when this version was never stored here, or only a newer server can read it.
    func snapshot(_ uid: JobUID, version: Int64, _ db: Database) throws -> JobSnapshot? {
        let key = Key(uid: uid, version: version)
        if let snapshot = self.cache.withLock({ $0.value(key) }) { return snapshot }
        let snapshot: JobSnapshot? = try Self.text(of: key, db).flatMap { try? JSONColumn.decode($0) }
        self.readCount.add(1, ordering: .relaxed)
        if let snapshot { self.cache.withLock { $0.insert(snapshot, for: key) } }
        return snapshot
    }

    /// Whether a version is stored that only a newer server can read.
    func isUnreadable(_ uid: JobUID, version: Int64, _ db: Database) throws -> Bool {
        guard try self.snapshot(uid, version: version, db) == nil else { return false }
        return try Self.text(of: Key(uid: uid, version: version), db) != nil
    }

    private static func text(of key: Key, _ db: Database) throws -> String? {
        try db.first(
            "SELECT snapshot FROM job_version WHERE uid = ? AND version = ?",
            [.id(key.uid), .integer(key.version)]
        ) { $0.text(0) }
    }

    /// The content's hash of a version, worked out once.
    func contentHash(_ snapshot: JobSnapshot) -> [UInt8] {
        let key = Key(uid: snapshot.uid, version: snapshot.version)
        if let hash = self.hashes.withLock({ $0.value(key) }) { return hash }
        let hash = snapshot.contentHash()
        self.hashes.withLock { $0.insert(hash, for: key) }
        return hash
    }
}
