// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/tasks/{id}/backfill` and `/backfills`: past times of tasks that are made up for.
struct BackfillRoutes: Sendable {
    let backfills: BackfillService

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.body())
        for name in ["from", "to"] where !reader.has(name) {
            reader.fault(name, "required", "this field is required")
        }
        let from = reader.timestamp("from")
        let until = reader.timestamp("to")
        let draft = BackfillDraft(
            range: BackfillRange(from: from ?? .distantPast, until: until ?? .distantPast),
            concurrency: reader.int("concurrency"),
            perMinute: reader.int("per_minute"),
            isForced: reader.bool("force") ?? false,
            parameters: reader.dictionary("params") ?? [:]
        )
        let isDryRun = reader.bool("dry_run") ?? false
        try reader.finish()
        let (preview, backfill) = try await self.backfills.create(
            draft,
            of: id,
            isDryRun: isDryRun,
            as: call.principal
        )
        let members: [JSON.Member] = [
            .init("total", preview.total), .init("first_time", preview.first), .init("last_time", preview.last),
            .init("already_ran", preview.alreadyRan),
            .init("backfill", backfill.map { JSON.object(BackfillPresenter.members($0)) }),
        ]
        return .data(.object(members), status: backfill == nil ? .ok : .created)
    }

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        try query.finish()
        let page = try await self.backfills.list(of: call.number("id"), page: request, as: call.principal)
        let items = page.items.map { JSON.object(BackfillPresenter.members($0)) }
        return .data(PageAnswer.members(page, request, items: items))
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .data(
            BackfillPresenter.members(try await self.backfills.get(call.identifier("backfill_id"), as: call.principal))
        )
    }

    func cancel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let backfill = try await self.backfills.cancel(call.identifier("backfill_id"), as: call.principal)
        return .data(BackfillPresenter.members(backfill))
    }
}
