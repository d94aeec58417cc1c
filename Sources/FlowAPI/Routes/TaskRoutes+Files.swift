// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Hummingbird

/// `/task-files`: what programs need that keep tasks as files (`docs/task-files.md`).
extension TaskRoutes {
    /// How many tasks are looked at in one request.
    static let checkLimit = 500

    /// What tasks would become if they were all saved; nothing is stored.
    func check(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        if !reader.has("tasks") { reader.fault("tasks", "required", "say which tasks to look at") }
        let objects = reader.objects("tasks") ?? []
        if objects.count > Self.checkLimit {
            reader.fault("tasks", "too_many", "at most \(Self.checkLimit) tasks are looked at in one request")
            try reader.finish()
        }
        var items: [(id: Int64?, body: JSON)] = []
        for var item in objects {
            if !item.has("task") { item.fault("task", "required", "this field is required") }
            items.append((item.integer("id"), item.take("task") ?? .null))
            item.close()
        }
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
            switch result {
            case .success(let definition)?:
                Self.answer(definition, isEnabled: checks[index]?.draft.isEnabled ?? true)
            case .failure(let error)?: Self.answer(APIFailure(error))
            case nil: Self.answer(failures[index] ?? .notFound("There is no such task."))
            }
        }
        return .data([.init("items", answers)])
    }

    /// The JSON Schema of task files, for editors and checks without a server.
    func fileSchema(_ call: APICall) throws -> APIAnswer {
        try call.noQuery()
        return .raw(Response(json: TaskFileSchema.make()))
    }

    private static func answer(_ definition: JobDefinition, isEnabled: Bool) -> JSON {
        .object([
            .init("task", JSON.object(TaskPresenter.definition(definition, isEnabled: isEnabled))),
            .init("faults", [JSON]()),
        ])
    }

    private static func answer(_ failure: APIFailure) -> JSON {
        // What is missing for whom stands in the message alone.
        let isWhole = failure.details.isEmpty || failure.status == .forbidden
        let details =
            isWhole
            ? [.init(path: failure.details.first?.path ?? "", code: failure.word, message: failure.text)]
            : failure.details
        return .object([
            .init("task", JSON.null),
            .init(
                "faults",
                details.map { detail in
                    JSON.object([
                        .init("path", detail.path), .init("message", detail.message),
                        .init("text", TextPresenter.json(detail.text)), .init("code", detail.code),
                    ])
                }
            ),
        ])
    }
}
