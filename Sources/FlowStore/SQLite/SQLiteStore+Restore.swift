// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    /// Says in a copy that is about to become the database again that it is one, and ends what must not come back to life.
    ///
    /// Sessions that people have ended since, and join tokens that hosts have used up since, would be good again. Agents
    /// need nothing: each says what it has, and is asked what is missing here (R1, R5).
    ///
    /// - Parameter copiedAt: when the copy was made.
    package func markRestored(copiedAt: Timestamp, by change: Change) async throws {
        try await self.write("mark_restored") { db in
            try db.run("DELETE FROM user_session")
            try db.run("DELETE FROM join_token")
            try ConfigTable(db).setSetting("restored", to: "\(copiedAt.milliseconds) \(change.at.milliseconds)")
            try AuditTable(db).record(
                change,
                .installationRestore,
                AuditObject("installation", "restored", name: copiedAt.description)
            )
        }
    }

    /// When the copy was made that this database was restored from; nil when it never was.
    package func restoredCopy() async throws -> Timestamp? {
        try await self.read { db in
            try ConfigTable(db).setting("restored")?.split(separator: " ").first.flatMap { Int64($0) }
                .map { Timestamp(milliseconds: $0) }
        }
    }
}
