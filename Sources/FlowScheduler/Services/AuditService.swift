// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Who did what, as people read it.
package struct AuditService: Sendable {
    let store: any AuditStore
    let clock: any WallClock

    package init(store: any AuditStore, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    package func list(_ query: AuditQuery, as principal: Principal) async throws -> Page<AuditEntry> {
        var query = query
        query.scope = try principal.require(.auditRead)
        return try await self.store.audit(query)
    }
}
