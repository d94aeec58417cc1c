// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import HTTPTypes

/// `/tasks`: definitions of jobs (S1-API-1 to 9).
struct TaskRoutes: Sendable {
    let jobs: JobService
    let presenter: TaskPresenter
    let executions: ExecutionPresenter
    let settings: LiveSettings
    /// For what is looked at together with tasks; nil where there are none.
    let workflows: WorkflowService?

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let wanted = query.page()
        var request = Self.filter(&query)
        request.page = wanted
        if let order = query.order(by: JobQuery.Sort.self) { (request.sort, request.isDescending) = order }
        try query.finish()
        let principal = try call.principal
        let page = try await self.jobs.list(request, as: principal)
        return .data(
            PageAnswer.members(
                page,
                request.page,
                items: try await self.presenter.tasks(page.items, as: principal)
            )
        )
    }

    /// What narrows a list, or what is done to all of it.
    static func filter(_ query: inout Query) -> JobQuery {
        var request = JobQuery()
        if let status = query.integer("status") {
            if status != 0, status != 1 { query.fault("status", "value", "a task's status is 0 or 1") }
            request.isEnabled = status == 1
        }
        request.group = query.integer("group_id")
        request.keyword = query.keyword()
        request.traits = query.traits()
        return request
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try TaskBody(try await call.body(), isUpdate: false, settings: self.settings.now)
        let job = try await self.jobs.create(body.draft, as: call.principal)
        return .data(
            try await self.presenter.task(job, isNew: true, as: call.principal),
            status: .created,
            headers: [.location: "\(Endpoint.base)/tasks/\(job.id)", .eTag: EntityTags.tag(job.version)]
        )
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return try await self.answer(try await self.jobs.get(call.number("id"), as: call.principal), call)
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let body = try TaskBody(try await call.body(), isUpdate: true, settings: self.settings.now)
        var expected = body.version
        if let tags = call.ifMatch {
            let stored = try await self.jobs.get(id, as: call.principal).version
            try tags.require(stored)
            // From here to the change it has to stay this one.
            expected = expected ?? stored
        }
        let job = try await self.jobs.update(id, to: body.draft, expectedVersion: expected, as: call.principal)
        return try await self.answer(job, call)
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let detach = query.flag("detach")
        try query.finish()
        try await call.noBody()
        let id = try call.number("id")
        if let tags = call.ifMatch {
            try tags.require(try await self.jobs.get(id, as: call.principal).version)
        }
        try await self.jobs.delete(id, detach: detach, as: call.principal)
        return .done
    }

    func enable(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return try await self.answer(try await self.jobs.setEnabled(true, call.number("id"), as: call.principal), call)
    }

    /// Off until somebody enables it, or until a time.
    func disable(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.optionalBody())
        let until = reader.timestamp("until")
        let reason = reader.string("reason")
        if until == nil, reason != nil {
            reader.fault("reason", "conflict", "a reason belongs to a pause; say 'until' as well, or leave it out")
        }
        try reader.finish()
        let principal = try call.principal
        guard let until else {
            return try await self.answer(try await self.jobs.setEnabled(false, id, as: principal), call)
        }
        return try await self.answer(
            try await self.jobs.pause(id, until: until, reason: reason, as: principal),
            call
        )
    }

    /// The farthest that a run is moved; seconds, a year.
    static let shiftLimit: Int64 = 31_622_400

    /// The next run earlier or later, and all after it (S4: reorder).
    func shift(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.body())
        if !reader.has("seconds") { reader.fault("seconds", "required", "this field is required") }
        let seconds = reader.integer("seconds") ?? 0
        if seconds.magnitude > Self.shiftLimit.magnitude {
            reader.fault("seconds", "range", "at most a year, \(Self.shiftLimit) seconds, either way")
        }
        try reader.finish()
        return try await self.answer(
            try await self.jobs.shift(id, byMilliseconds: seconds * 1000, as: call.principal),
            call
        )
    }

    /// How far the present version has come, host by host (S1-FR-2.1).
    func rollout(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let rollout = try await self.jobs.rollout(call.number("id"), as: call.principal)
        let counts = JobRollout.allCases.map { state in
            JSON.Member(state.rawValue, rollout.hosts.count { $0.state == state })
        }
        let items = rollout.hosts.map { host in
            JSON.object([
                .init("client_id", host.agent.rawValue), .init("state", host.state.rawValue),
                .init("connected", host.isConnected), .init("plan", host.plan?.rawValue),
            ])
        }
        return .data([
            .init("version", rollout.version), .init("total", items.count), .init("counts", JSON.object(counts)),
            .init("items", items),
        ])
    }

    /// Hosts that are away, since when, and how many fires they owe an account of.
    func owed(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let owed = try await self.jobs.owed(call.number("id"), as: call.principal)
        let items = owed.map { view in
            JSON.object([
                .init("client_id", view.fires.agent.rawValue), .init("since", view.fires.since),
                .init("until", view.fires.until), .init("count", view.count), .init("is_at_least", view.isAtLeast),
            ])
        }
        return .data([.init("total", items.count), .init("items", items)])
    }

    func trigger(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.optionalBody())
        let parameters = reader.dictionary("params") ?? [:]
        try reader.finish()
        let started = try await self.jobs.trigger(
            id,
            parameters: parameters,
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return StartedAnswer.answer(started)
    }

    /// `GET /tasks/{id}/explain?at=…`: what happened or will happen at an instant, and which rule decided.
    func explain(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        query.require("at", "say the instant, such as 2026-01-31T08:00:00Z")
        let instant = query.timestamp("at")
        try query.finish()
        let principal = try call.principal
        let answer = try await self.jobs.explain(
            try call.number("id"),
            at: instant ?? .distantPast,
            kept: .records,
            as: principal
        )
        let waits = try await self.jobs.dependencies(call.number("id"), as: principal)
        return .data([
            .init("dependencies", waits.edges.isEmpty ? JSON.null : JSON.object(Self.members(waits))),
            .init("verdict", answer.verdict.rawValue),
            .init("rule", answer.rule.rawValue),
            .init("at", answer.at),
            .init("executions", try await self.executions.rows(answer.executions, as: principal)),
            .init("text", JSON.object([.init("zh", answer.text.zh), .init("en", answer.text.en)])),
        ])
    }

    /// `GET /tasks/{id}/placement`: where a run would go if it began now.
    func placement(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let (job, records) = try await self.jobs.placement(of: try call.number("id"), as: principal)
        return .data([
            .init("placement", PlacementBody.json(job.definition.placement)),
            .init("slots", try await self.executions.choices(records, as: principal)),
        ])
    }

    /// Expressions with semicolons between them.
    private static func expressions(_ name: String, _ query: inout Query) -> [String] {
        let texts = (query.word(name) ?? "").split(separator: ";").map { String($0) }
        if texts.count > ScheduleLimits.expressionLimit {
            query.fault(name, "too_many", "at most \(ScheduleLimits.expressionLimit) expressions")
        }
        return texts
    }

    func parseCron(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        query.require("expr")
        let text = query.word("expr")
        let zone = query.string("timezone") ?? "UTC"
        let dst: DSTPolicy = query.choice("dst") ?? .debian
        let count = query.integer("count", in: 1...100, default: 5)
        let also = Self.expressions("also", &query)
        let except = Self.expressions("except", &query)
        try query.finish()
        let preview: CronPreview
        do {
            preview = try self.jobs.preview(
                expression: text ?? "",
                timeZone: zone,
                dst: dst,
                also: also,
                except: except,
                count: Int(count),
                as: call.principal
            )
        } catch let error as ScheduleError {
            throw APIFailure(error, path: error.code == .unknownZone ? "timezone" : "expr")
        }
        return .data([
            .init("canonical", preview.canonical),
            .init("description", JSON.object([.init("zh", preview.text.zh), .init("en", preview.text.en)])),
            .init(
                "warnings",
                preview.warnings.map { warning in
                    JSON.object([
                        .init("code", warning.code.rawValue), .init("zh", warning.zh), .init("en", warning.en),
                    ])
                }
            ),
            .init("next_executions", preview.next),
            .init("timezone", preview.timeZone),
        ])
    }

    private func answer(_ job: Job, _ call: APICall) async throws -> APIAnswer {
        .data(
            try await self.presenter.task(job, as: call.principal),
            headers: [.eTag: EntityTags.tag(job.version)]
        )
    }
}
