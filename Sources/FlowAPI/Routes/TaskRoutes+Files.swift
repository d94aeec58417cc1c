// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Hummingbird

/// `/task-files`: what programs need that keep tasks as files (`docs/task-files.md`).
extension TaskRoutes {
    /// How many tasks, and how many workflows, are looked at in one request.
    static let checkLimit = 500

    /// What tasks and workflows would become if they were all saved; nothing is stored.
    func check(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        if !reader.has("tasks") { reader.fault("tasks", "required", "say which tasks to look at") }
        let objects = reader.objects("tasks") ?? []
        if objects.count > Self.checkLimit {
            reader.fault("tasks", "too_many", "at most \(Self.checkLimit) tasks are looked at in one request")
            try reader.finish()
        }
        var items: [(id: Int64?, body: JSON, triggers: JSON?)] = []
        for var item in objects {
            if !item.has("task") { item.fault("task", "required", "this field is required") }
            items.append((item.integer("id"), item.take("task") ?? .null, item.take("file_triggers")))
            item.close()
        }
        let flows = Self.flows(&reader)
        try reader.finish()
        var failures: [Int: APIFailure] = [:]
        var checks: [JobCheck?] = []
        for (index, item) in items.enumerated() {
            do {
                let body = try TaskBody(item.body, isUpdate: false, settings: self.settings.now)
                checks.append(JobCheck(id: item.id, draft: body.draft))
            } catch let failure as APIFailure {
                failures[index] = failure
                checks.append(nil)
            }
        }
        let results = try await self.jobs.check(checks, as: call.principal)
        let answers = results.enumerated().map { index, result in
            let triggers = FileTriggerList(items[index].triggers, of: try? result?.get())
            switch result {
            case .success(let definition)? where triggers.failure == nil:
                return Self.answer(definition, isEnabled: checks[index]?.draft.isEnabled ?? true, triggers.answer)
            case .success?: return Self.answer(triggers.failure)
            case .failure(let error)?: return Self.answer(APIFailure(error), triggers.failure)
            case nil: return Self.answer(failures[index] ?? .notFound("There is no such task."), triggers.failure)
            }
        }
        let together = FlowsTogether(checks, results)
        let workflows = try await self.check(flows, beside: together, as: call.principal)
        return .data([.init("items", answers), .init("workflows", workflows)])
    }

    private static func flows(_ reader: inout FieldReader) -> [(id: Int64?, body: JSON)] {
        let objects = reader.objects("workflows") ?? []
        guard objects.count <= self.checkLimit else {
            reader.fault(
                "workflows",
                "too_many",
                "at most \(self.checkLimit) workflows are looked at in one request"
            )
            return []
        }
        return objects.map { item in
            var item = item
            if !item.has("workflow") { item.fault("workflow", "required", "this field is required") }
            let flow = (id: item.integer("id"), body: item.take("workflow") ?? .null)
            item.close()
            return flow
        }
    }

    private func check(
        _ flows: [(id: Int64?, body: JSON)],
        beside together: FlowsTogether,
        as principal: Principal
    ) async throws -> [JSON] {
        guard !flows.isEmpty else { return [] }
        guard let workflows else { throw APIFailure.notFound("This server has no workflows.") }
        var failures: [Int: APIFailure] = [:]
        var isEnabled: [Int: Bool] = [:]
        var checks: [WorkflowCheck?] = []
        for (index, flow) in flows.enumerated() {
            do {
                let (body, flag) = try WorkflowRoutes.definition(flow.body)
                isEnabled[index] = flag
                checks.append(WorkflowCheck(id: flow.id, body: body))
            } catch let failure as APIFailure {
                failures[index] = failure
                checks.append(nil)
            }
        }
        let results = try await workflows.check(checks, beside: together, as: principal)
        return results.enumerated().map { index, result in
            switch result {
            case .success(let definition)?:
                Self.item("workflow", WorkflowPresenter.definition(definition, isEnabled: isEnabled[index] ?? true))
            case .failure(let error)?: Self.item("workflow", faults: Self.faults(APIFailure(error)))
            case nil:
                Self.item("workflow", faults: Self.faults(failures[index] ?? .notFound("There is no such workflow.")))
            }
        }
    }

    /// The JSON Schema of task files, for editors and checks without a server.
    func fileSchema(_ call: APICall) throws -> APIAnswer {
        try call.noQuery()
        return .raw(Response(json: TaskFileSchema.make()))
    }

    private static func answer(_ definition: JobDefinition, isEnabled: Bool, _ triggers: JSON) -> JSON {
        .object([
            .init("task", JSON.object(TaskPresenter.definition(definition, isEnabled: isEnabled))),
            .init("faults", [JSON]()), .init("file_triggers", triggers),
        ])
    }

    private static func item(_ name: String, _ definition: JSON = .null, faults: [JSON] = []) -> JSON {
        .object([.init(name, definition), .init("faults", faults)])
    }

    private static func answer(_ failures: APIFailure?...) -> JSON {
        self.item("task", faults: failures.compactMap { $0 }.flatMap(self.faults))
    }

    private static func faults(_ failure: APIFailure) -> [JSON] {
        // What is missing for whom stands in the message alone.
        let isWhole = failure.details.isEmpty || failure.status == .forbidden
        let details =
            isWhole
            ? [.init(path: failure.details.first?.path ?? "", code: failure.word, message: failure.text)]
            : failure.details
        return details.map { detail in
            .object([
                .init("path", detail.path), .init("message", detail.message),
                .init("text", TextPresenter.json(detail.text)), .init("code", detail.code),
            ])
        }
    }
}
