// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/tasks/{id}/hooks`: the webhooks of a task, for people.
struct HookRoutes: Sendable {
    let hooks: HookService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let hooks = try await self.hooks.list(of: call.number("id"), as: call.principal)
        return .data([
            .init("total", hooks.count), .init("items", hooks.map { JSON.object(HookPresenter.members($0)) }),
        ])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try HookBody(try await call.body(), isUpdate: false)
        let (hook, secret) = try await self.hooks.create(
            body.draft,
            of: call.number("id"),
            secret: body.secret,
            as: call.principal
        )
        return .data(.object(HookPresenter.members(hook, secret: secret)), status: .created)
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try HookBody(try await call.body(), isUpdate: true)
        let (hook, secret) = try await self.hooks.update(
            call.identifier("hook_id"),
            of: call.number("id"),
            to: body.draft,
            secret: body.rotates ? .fresh : body.secret.map { .given($0) } ?? .none,
            as: call.principal
        )
        return .data(HookPresenter.members(hook, secret: secret))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.hooks.delete(call.identifier("hook_id"), of: call.number("id"), as: call.principal)
        return .done
    }

    func deliveries(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        try query.finish()
        let page = try await self.hooks.deliveries(of: call.identifier("hook_id"), page: request, as: call.principal)
        return .data(PageAnswer.members(page, request, items: page.items.map(HookPresenter.delivery)))
    }
}
