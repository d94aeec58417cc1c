// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/views`: filters of lists that their owners have named.
struct ViewRoutes: Sendable {
    let views: SavedViewService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let items = try await self.views.own(call.principal).map { JSON.object(Self.members($0)) }
        return .data([.init("total", items.count), .init("items", items)])
    }

    func keep(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let isSaid = reader.has("list")
        let list: SavedView.List? = reader.choice("list")
        if !isSaid { reader.fault("list", "required", "this field is required") }
        let name = reader.requiredString("name")
        if !reader.has("query") { reader.fault("query", "required", "this field is required") }
        let query = reader.dictionary("query") ?? [:]
        try reader.finish()
        let kept = try await self.views.keep(query, as: name, of: list ?? .jobs, by: call.principal)
        return .data(.object(Self.members(kept.view)), status: kept.isNew ? .created : .ok)
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.views.delete(call.number("id"), as: call.principal)
        return .done
    }

    private static func members(_ view: SavedView) -> [JSON.Member] {
        let query = view.query.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) }
        return [
            .init("id", view.id), .init("list", view.list.rawValue), .init("name", view.name),
            .init("query", JSON.object(query)), .init("updated_at", view.updatedAt),
        ]
    }
}
