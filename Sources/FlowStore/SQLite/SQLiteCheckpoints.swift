// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite
import Synchronization

/// Copies what was committed from SQLite's log into the database file, on a connection and a thread of its own.
///
/// SQLite does it within a commit, every so many pages, and that commit and all that wait behind it wait for thousands of pages
/// and two more syncs. What is durable, and when, stays as it is: that is the log.
final class SQLiteCheckpoints: Sendable {
    let connection: DatabaseQueue
    private let pace = Mutex(CheckpointPace())

    init(path: String, configuration: Configuration) throws {
        var configuration = configuration
        configuration.label = "flow-checkpoints"
        self.connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Looks at every commit of a connection from now on, and takes the place of its own checkpoints.
    ///
    /// This object has to live until ``leave(_:)``, or for as long as the connection.
    func follow(_ db: GRDB.Database) {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = sqlite3_wal_hook(
            db.sqliteConnection,
            { this, connection, name, pages in
                guard let this else { return SQLITE_OK }
                let checkpoints = Unmanaged<SQLiteCheckpoints>.fromOpaque(this).takeUnretainedValue()
                switch checkpoints.pace.withLock({ $0.committed(pages: Int(pages)) }) {
                case .nothing: break
                case .beside: checkpoints.copy()
                // Refused while a copy is being made beside: the next commit tries again.
                case .here: _ = sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                }
                return SQLITE_OK
            },
            this
        )
    }

    func leave(_ db: GRDB.Database) { _ = sqlite3_wal_hook(db.sqliteConnection, nil, nil) }

    private func copy() {
        self.connection.asyncWriteWithoutTransaction { db in
            let done = try? db.checkpoint(.passive)
            self.pace.withLock { $0.finished(copied: done?.checkpointedFrameCount) }
        }
    }

    /// Waits for a copy that is being made.
    func close() throws { try self.connection.close() }
}
