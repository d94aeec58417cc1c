// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/executions` and `/runs`: what happened (S1-API-15 to 18, S3-4).
struct ExecutionRoutes: Sendable {
    let executions: ExecutionService
    let runs: RunService
    let presenter: ExecutionPresenter
    let clock: any WallClock

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let wanted = query.page()
        var request = Self.filter(&query)
        request.page = wanted
        request.before = query.identifier("before")
        request.mayLag = true
        try query.finish()
        let principal = try call.principal
        let page = try await self.executions.list(request, as: principal)
        let rows = try await self.presenter.rows(page.items, as: principal)
        return .data(PageAnswer.members(page, request.page, items: rows))
    }

    /// What narrows a list, or what is done to all of it.
    static func filter(_ query: inout Query) -> ExecutionQuery {
        var request = ExecutionQuery()
        request.job = query.integer("task_id")
        if let text = query.string("client_id") {
            request.agent = AgentID(text)
            if request.agent == nil { query.fault("client_id", "syntax", "'\(text)' is no host's id") }
        }
        request.statuses = query.statuses()
        request.run = query.identifier("run_id")
        request.keyword = query.keyword()
        request.types = Self.types(&query)
        request.traits = query.traits()
        request.from = query.timestamp("start_time")
        request.until = query.timestamp("end_time")
        if let text = query.string("fingerprint") {
            if text.unicodeScalars.count > 64 { query.fault("fingerprint", "length", "at most 64 characters") }
            request.fingerprint = text
        }
        return request
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let detail = try await self.executions.detail(call.identifier("id"), as: principal)
        return .data(try await self.presenter.detail(detail, as: principal))
    }

    func statistics(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let job = query.integer("task_id")
        let range = query.word("date_range") ?? "7d"
        let milliseconds = Self.range(range)
        if milliseconds == nil {
            query.fault("date_range", "syntax", "'\(range)' is no range; write 1h to 8760h or 1d to 365d")
        }
        try query.finish()
        let since = self.clock.now.advanced(byMilliseconds: -(milliseconds ?? 0))
        let statistics = try await self.executions.statistics(job: job, since: since, as: call.principal)
        return .data(ReportPresenter.sums(statistics))
    }

    func cancel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id: ExecutionID = try call.identifier("id")
        let body = try await call.optionalBody()
        let force = try Self.force(in: body)
        let principal = try call.principal
        let execution = try await self.executions.cancel(id, force: force, as: principal)
        return .data(try await self.presenter.rows([execution], as: principal).first ?? .null)
    }

    // Apart from the asynchronous function and not inlined into it: Swift 6.3's optimiser crashes on the two together.
    @inline(never)
    static func force(in body: JSON) throws -> Bool {
        var reader = try FieldReader(body)
        let force = reader.bool("force") ?? false
        try reader.finish()
        return force
    }

    func retry(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let started = try await self.executions.retry(
            call.identifier("id"),
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return StartedAnswer.answer(started)
    }

    func listRuns(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        var request = RunQuery(page: query.page())
        request.job = query.integer("task_id")
        let types = Self.types(&query)
        request.types = types
        request.states = Self.states(&query)
        request.from = query.timestamp("start_time")
        request.until = query.timestamp("end_time")
        request.keyword = query.keyword()
        request.traits = query.traits()
        if let order = query.order(by: RunQuery.Sort.self) { (request.sort, request.isDescending) = order }
        request.mayLag = true
        try query.finish()
        let page = try await self.runs.list(request, as: call.principal)
        return .data(
            PageAnswer.members(page, request.page, items: page.items.map { .object(RunPresenter.members($0)) })
        )
    }

    func getRun(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let summary = try await self.runs.get(call.identifier("id"), as: principal)
        // Larger runs are paged through /executions?run_id=.
        let first = ExecutionQuery(page: PageRequest(number: 1, size: 100), run: summary.run.id)
        let page = try await self.executions.list(first, as: principal)
        let marks = try await self.executions.slots(of: summary.run.id, among: page.items)
        let work = try await self.runs.ownWork(of: summary.run)
        return .data(
            RunPresenter.members(summary) + [
                .init("work", work.map { OwnWorkPresenter.json($0) }),
                .init("params", SecretParameter.shown(summary.run.parameters)),
                .init("executions", try await self.presenter.rows(page.items, as: principal)),
                .init("slots", ExecutionPresenter.slots(page.items, marks)),
                .init("waves", WavePresenter.json(try await self.runs.rollout(of: summary.run.id, as: principal))),
                .init("timeline", try await self.timeline(of: summary.run, page.items, as: principal)),
            ]
        )
    }

    /// `7d` or `24h` in milliseconds.
    static func range(_ text: String) -> Int64? {
        guard let unit = text.last, let count = Int64(text.dropLast()) else { return nil }
        switch unit {
        case "d" where (1...365).contains(count): return count * 86_400_000
        case "h" where (1...8760).contains(count): return count * 3_600_000
        default: return nil
        }
    }
}
