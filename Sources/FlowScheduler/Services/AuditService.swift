// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Who did what, as people read it.
package struct AuditService: Sendable {
    let store: any AuditStore
    /// Writes that somebody has read it, and what was refused.
    package let access: AccessAudit

    package init(store: any AuditStore, access: AccessAudit) {
        self.store = store
        self.access = access
    }

    package func list(_ query: AuditQuery, as principal: Principal) async throws -> Page<AuditEntry> {
        var query = query
        query.scope = try principal.require(.auditRead)
        let page = try await self.store.audit(query)
        // Behind the page, so that the first who looks does not find only themselves; before the answer.
        try await self.access.note(read: .auditRead, of: Self.whole, as: principal)
        return page
    }

    private static let whole = AuditObject("audit", "all")

    /// The rows of a filter, newest first, for a file; that somebody took them stands in the audit before the first one is
    /// read.
    package func export(_ query: AuditQuery, as principal: Principal) async throws -> Export {
        var query = query
        query.scope = try principal.require(.auditExport)
        try await self.access.note(export: .auditExport, of: Self.whole, as: principal)
        query.page = PageRequest(number: 1, size: Self.exportPage)
        return Export(store: self.store, query: query)
    }

    private static let exportPage = 500

    /// Pages of an export, each read when it is asked for.
    package struct Export: AsyncSequence, AsyncIteratorProtocol, Sendable {
        let store: any AuditStore
        var query: AuditQuery

        package func makeAsyncIterator() -> Export { self }

        /// Goes on below the last row it gave, so that new rows shift nothing.
        package mutating func next() async throws -> [AuditEntry]? {
            let rows = try await self.store.auditRows(self.query)
            guard let last = rows.last else { return nil }
            self.query.below = last.id
            return rows
        }
    }
}
