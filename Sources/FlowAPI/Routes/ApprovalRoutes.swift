// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/approvals`: what waits for another person, and what came of it.
struct ApprovalRoutes: Sendable {
    let approvals: ApprovalService
    let tasks: TaskPresenter

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        let view: ApprovalService.View = query.choice("view") ?? .all
        let state: Approval.State? = query.choice("state")
        try query.finish()
        let principal = try call.principal
        let page = try await self.approvals.list(
            view,
            states: state.map { [$0] } ?? [],
            page: request,
            as: principal
        )
        let items = page.items.map { JSON.object(ApprovalPresenter.members($0, for: principal)) }
        return .data(PageAnswer.members(page, request, items: items))
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return try await self.answer(
            try await self.approvals.get(call.identifier("approval_id"), as: call.principal),
            call
        )
    }

    func approve(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id: ApprovalID = try call.identifier("approval_id")
        var reader = try FieldReader(try await call.body())
        let digest = reader.requiredString("digest")
        let comment = reader.string("comment")
        try reader.finish()
        return try await self.answer(
            try await self.approvals.approve(id, digest: digest, comment: Self.some(comment), as: call.principal),
            call
        )
    }

    func reject(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id: ApprovalID = try call.identifier("approval_id")
        var reader = try FieldReader(try await call.optionalBody())
        let comment = reader.string("comment")
        try reader.finish()
        return try await self.answer(
            try await self.approvals.reject(id, comment: Self.some(comment), as: call.principal),
            call
        )
    }

    func withdraw(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return try await self.answer(
            try await self.approvals.withdraw(call.identifier("approval_id"), as: call.principal),
            call
        )
    }

    private static func some(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }

    private func answer(_ approval: Approval, _ call: APICall) async throws -> APIAnswer {
        let principal = try call.principal
        let content = try await self.approvals.content(of: approval, as: principal)
        var before = JSON.null
        var after = JSON.null
        var changed: [String] = []
        if case .edit(let definition, let isEnabled) = content.payload, content.currentVersion != nil {
            after = try await self.tasks.definition(definition, isEnabled: isEnabled, as: principal)
            if let version = content.before {
                let old = version.definition
                before = try await self.tasks.definition(old, isEnabled: version.isEnabled, as: principal)
                changed = zip(
                    TaskPresenter.definition(definition, isEnabled: isEnabled),
                    TaskPresenter.definition(old, isEnabled: version.isEnabled)
                ).filter { $0.value != $1.value }.map(\.0.name.text)
            }
        }
        return .data(
            ApprovalPresenter.members(approval, for: principal) + [
                .init("details", ApprovalPresenter.details(content.payload)),
                .init("before", before), .init("after", after), .init("changed", changed),
                .init("current_version", content.currentVersion),
            ]
        )
    }
}
