// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

extension TaskRoutes {
    /// `POST /tasks/test-run`: a task as it would be saved, once, on one host.
    func testRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        if !reader.has("task") { reader.fault("task", "required", "this field is required") }
        let task = reader.take("task") ?? .null
        let text = reader.requiredString("client_id")
        let agent = AgentID(text)
        if agent == nil, !text.isEmpty { reader.fault("client_id", "syntax", "'\(text.prefix(80))' is no host's id") }
        let id = reader.integer("id")
        let parameters = reader.dictionary("params") ?? [:]
        try reader.finish()
        guard let agent else { throw APIFailure.notFound("There is no such host.") }
        let body = try TaskBody(task, isUpdate: false, settings: self.settings.now)
        let started = try await self.jobs.test(
            body.draft,
            replacing: id,
            on: agent,
            parameters: parameters,
            source: call.source,
            as: call.principal
        )
        return StartedAnswer.answer(started)
    }
}
