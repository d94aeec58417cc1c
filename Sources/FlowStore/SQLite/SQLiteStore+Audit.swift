// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func recordAudit(_ entry: AuditEntry) async throws {
        try await self.write("record_audit") { db in try AuditTable(db).insert(entry) }
    }

    package func audit(_ query: AuditQuery) async throws -> Page<AuditEntry> {
        try await self.read { db in try AuditTable(db).page(query, countingTo: Self.countBound) }
    }

    package func auditRows(_ query: AuditQuery) async throws -> [AuditEntry] {
        try await self.read { db in try AuditTable(db).rows(query) }
    }

    package func unsealedAudit(limit: Int) async throws -> [AuditEntry] {
        try await self.read { db in try AuditTable(db).unsealed(limit: limit) }
    }

    package func auditHead(of chain: String) async throws -> AuditHead? {
        try await self.read { db in try AuditTable(db).head(of: chain) }
    }

    package func sealAudit(
        _ seals: [(id: Int64, seal: AuditEntry.Seal)],
        after expected: AuditHead?
    ) async throws {
        guard let last = seals.last?.seal else { return }
        try await self.write("seal_audit") { db in
            let table = AuditTable(db)
            guard try table.head(of: last.chain) == expected else { throw StoreFault.auditMoved(last.chain) }
            for (id, seal) in seals {
                guard try table.seal(id, seal) else { throw StoreFault.auditMoved(last.chain) }
            }
            try table.setHead(AuditHead(chain: last.chain, sequence: last.sequence, hash: last.hash))
        }
    }

    package func sealedAudit(
        of chain: String,
        after sequence: Int64,
        limit: Int
    ) async throws -> [AuditEntry] {
        try await self.read { db in try AuditTable(db).sealed(of: chain, after: sequence, limit: limit) }
    }

    package func auditChains() async throws -> [AuditChainState] {
        try await self.read { db in try AuditTable(db).chains() }
    }
}
