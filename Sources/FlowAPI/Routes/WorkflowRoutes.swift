// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/workflows` and `/workflow-runs`.
struct WorkflowRoutes: Sendable {
    let workflows: WorkflowService

    // MARK: Workflows

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let filter = WorkflowQuery(page: query.page(), keyword: query.keyword())
        try query.finish()
        let page = try await self.workflows.list(filter, as: call.principal)
        return .data(
            PageAnswer.members(
                page,
                filter.page,
                items: page.items.map { JSON.object(WorkflowPresenter.summary($0)) }
            )
        )
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return self.answer(try await self.workflows.get(call.number("id"), as: call.principal))
    }

    func versions(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        try query.finish()
        let page = try await self.workflows.versions(of: call.number("id"), page: request, as: call.principal)
        let items = page.items.map { version in
            JSON.object([
                .init("version", version.number), .init("created_at", version.createdAt),
                .init("created_by", version.createdBy),
            ])
        }
        return .data(PageAnswer.members(page, request, items: items))
    }

    func version(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let number = try call.number("version")
        let definition = try await self.workflows.definition(
            of: call.number("id"),
            version: number,
            as: call.principal
        )
        return .data([.init("version", number), .init("definition", definition.json)])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let (body, isEnabled) = try Self.definition(try await call.body())
        let workflow = try await self.workflows.create(body, isEnabled: isEnabled ?? true, as: call.principal)
        return self.answer(workflow, status: .created)
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let (body, isEnabled) = try Self.definition(try await call.body())
        let expected = try await self.expected(id, call)
        let workflow = try await self.workflows.update(
            id,
            to: body,
            isEnabled: isEnabled,
            expectedVersion: expected,
            as: call.principal
        )
        return self.answer(workflow)
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let id = try call.number("id")
        let expected = try await self.expected(id, call)
        try await self.workflows.delete(id, expectedVersion: expected, as: call.principal)
        return .done
    }

    func setEnabled(_ isEnabled: Bool, _ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return self.answer(try await self.workflows.setEnabled(isEnabled, call.number("id"), as: call.principal))
    }

    /// The version that the caller has seen, if it says.
    private func expected(_ id: WorkflowID, _ call: APICall) async throws -> Int64? {
        guard let tags = call.ifMatch else { return nil }
        let stored = try await self.workflows.get(id, as: call.principal).version
        try tags.require(stored)
        return stored
    }

    /// A body without what is no part of the definition.
    static func definition(_ body: JSON) throws -> (JSON, Bool?) {
        guard case .object(let members) = body else {
            throw APIFailure.malformed(
                path: "",
                code: "type",
                message: "the body is \(words: body.kind), not an object"
            )
        }
        var isEnabled: Bool?
        switch body["enabled"] {
        case nil, .null: break
        case .bool(let flag): isEnabled = flag
        case let other?:
            throw APIFailure.malformed(
                path: "enabled",
                code: "type",
                message: "this is \(words: other.kind), not a boolean"
            )
        }
        return (.object(members.filter { $0.name != "enabled" }), isEnabled)
    }

    private func answer(_ workflow: Workflow, status: HTTPResponse.Status = .ok) -> APIAnswer {
        .data(
            .object(WorkflowPresenter.members(workflow)),
            status: status,
            headers: [.eTag: EntityTags.tag(workflow.version)]
        )
    }

    // MARK: Runs

    /// What a run would do; nothing starts.
    func dryRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.optionalBody())
        let parameters = reader.take("parameters") ?? .object([])
        try reader.finish()
        let (workflow, steps) = try await self.workflows.dryRun(
            call.number("id"),
            parameters: parameters,
            as: call.principal
        )
        return .data(.object(ForecastPresenter.members(workflow, steps)))
    }

    func run(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.optionalBody())
        let parameters = reader.take("parameters") ?? .object([])
        try reader.finish()
        let step = try await self.workflows.run(
            call.number("id"),
            parameters: parameters,
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return self.answer(step.detail, status: step.isRepeat ? .ok : .created)
    }

    func listRuns(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let filter = FlowQuery(
            page: query.page(),
            workflow: query.integer("workflow_id"),
            phase: query.choice("phase"),
            outcome: query.choice("outcome")
        )
        try query.finish()
        let page = try await self.workflows.runs(filter, as: call.principal)
        return .data(
            PageAnswer.members(
                page,
                filter.page,
                items: page.items.map { JSON.object(WorkflowPresenter.members($0)) }
            )
        )
    }

    func getRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return self.answer(try await self.workflows.run(call.identifier("id"), as: call.principal))
    }

    func cancel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.optionalBody())
        let force = reader.bool("force") ?? false
        try reader.finish()
        return self.answer(try await self.workflows.cancel(call.identifier("id"), force: force, as: call.principal))
    }

    func pause(_ call: APICall) async throws -> APIAnswer {
        try await self.plain(call)
        return self.answer(try await self.workflows.pause(call.identifier("id"), as: call.principal))
    }

    func resume(_ call: APICall) async throws -> APIAnswer {
        try await self.plain(call)
        return self.answer(try await self.workflows.resume(call.identifier("id"), as: call.principal))
    }

    func abandon(_ call: APICall) async throws -> APIAnswer {
        try await self.plain(call)
        return self.answer(try await self.workflows.abandon(call.identifier("id"), as: call.principal))
    }

    private func plain(_ call: APICall) async throws {
        try call.noQuery()
        try await call.noBody()
    }

    func rerun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.optionalBody())
        let from = reader.string("from")
        try reader.finish()
        let start: RerunStart = from.map { $0 == "failed" ? .failed : .step($0) } ?? .failed
        let step = try await self.workflows.rerun(
            call.identifier("id"),
            from: start,
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return self.answer(step.detail, status: step.isRepeat ? .ok : .created)
    }

    func message(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        if !reader.has("topic") { reader.fault("topic", "required", "say on which topic the message is") }
        let topic = reader.string("topic") ?? ""
        let data = reader.dictionary("data") ?? [:]
        try reader.finish()
        let detail = try await self.workflows.message(
            call.identifier("id"),
            topic: topic,
            data: data,
            as: call.principal
        )
        return self.answer(detail)
    }

    func answerStep(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        if !reader.has("decision") { reader.fault("decision", "required", "say 'approve' or 'reject'") }
        let decision: Decision? = reader.choice("decision")
        let comment = reader.string("comment") ?? ""
        try reader.finish()
        let detail = try await self.workflows.answer(
            call.identifier("id"),
            step: call.stepKey(),
            approves: decision == .approve,
            comment: comment,
            as: call.principal
        )
        return self.answer(detail)
    }

    enum Decision: String, CaseIterable {
        case approve, reject
    }

    private func answer(_ detail: FlowDetail, status: HTTPResponse.Status = .ok) -> APIAnswer {
        .data(.object(WorkflowPresenter.members(detail)), status: status)
    }
}
