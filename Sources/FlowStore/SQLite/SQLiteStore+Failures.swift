// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: FailureStore {
    package func unreadFailures(before bound: Timestamp, limit: Int) async throws -> [FailureNote] {
        try await self.read { db in try FailureTable(db).unread(before: bound, limit: limit) }
    }

    package func saveFailures(_ read: [(note: FailureNote, fingerprint: FailureFingerprint?)]) async throws {
        guard !read.isEmpty else { return }
        try await self.write("save_failures") { db in
            let table = FailureTable(db)
            for (note, fingerprint) in read {
                if let fingerprint {
                    try table.save(fingerprint, of: note)
                } else {
                    try table.forget(note.execution)
                }
            }
        }
    }

    package func failureClusters(_ query: FailureQuery) async throws -> [FailureCluster] {
        try await self.read { db in try FailureTable(db).clusters(query) }
    }

    package func fingerprints(
        of executions: [ExecutionID]
    ) async throws -> [ExecutionID: FailureFingerprintName] {
        try await self.read { db in
            let table = FailureTable(db)
            var names: [ExecutionID: FailureFingerprintName] = [:]
            for id in Set(executions).sorted() { names[id] = try table.name(of: id) }
            return names
        }
    }
}
