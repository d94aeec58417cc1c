// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/audit`: who did what.
struct AuditRoutes: Sendable {
    let audit: AuditService

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        let filter = Self.filter(&query, page: request)
        try query.finish()
        let page = try await self.audit.list(filter, as: call.principal)
        return .data(PageAnswer.members(page, filter.page, items: page.items.map(AuditPresenter.row)))
    }

    func export(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let format: AuditExport.Format = query.choice("format") ?? .csv
        let filter = Self.filter(&query, page: PageRequest())
        try query.finish()
        return .raw(AuditExport.response(try await self.audit.export(filter, as: call.principal), format))
    }

    private static func filter(_ query: inout Query, page: PageRequest) -> AuditQuery {
        AuditQuery(
            page: page,
            since: query.timestamp("since"),
            until: query.timestamp("until"),
            actor: query.string("actor"),
            action: query.choice("action"),
            objectKind: query.string("object_kind"),
            objectID: query.string("object_id"),
            outcome: query.choice("outcome")
        )
    }
}
