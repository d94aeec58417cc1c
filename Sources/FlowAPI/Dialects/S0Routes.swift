// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// S0's API (`/api/tasks`, `/api/logs`, `/api/workers`) and S2's history, without an envelope.
struct S0Routes: Sendable {
    let jobs: JobService
    let executions: ExecutionService
    let runs: RunService
    let agents: AgentService
    let names: AgentNames
    let settings: LiveSettings

    // MARK: Tasks

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .bare(.array(try await self.jobs.every(JobQuery(), as: call.principal).map(S0Presenter.task)))
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try S0Body(try await call.body(), isNew: true)
        let job = try await self.jobs.create(try body.draft(self.settings.now), as: call.principal)
        return .bare(S0Presenter.task(job))
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .bare(S0Presenter.task(try await self.job(call)))
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try S0Body(try await call.body(), isNew: false)
        let job = try await self.job(call)
        let changed = try await self.jobs.update(
            job.id,
            to: body.changed(job),
            expectedVersion: job.version,
            as: call.principal
        )
        return .bare(S0Presenter.task(changed))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let job = try await self.job(call)
        try await self.jobs.delete(job.id, detach: false, as: call.principal)
        return .bare(S0Presenter.task(job))
    }

    func setEnabled(_ isEnabled: Bool, _ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let job = try await self.job(call)
        return .bare(S0Presenter.task(try await self.jobs.setEnabled(isEnabled, job.id, as: call.principal)))
    }

    func trigger(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let job = try await self.job(call)
        let started = try await self.jobs.trigger(
            job.id,
            parameters: [:],
            idempotencyKey: call.idempotencyKey,
            source: call.source,
            as: call.principal
        )
        return .bare([
            .init("taskId", job.uid), .init("runId", started.run.id),
            .init("executionIds", started.executions.map(\.id)),
        ])
    }

    // MARK: What happened, and where

    func logs(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let limit = query.integer("limit", in: 1...200, default: 50)
        let before: ExecutionID? = query.identifier("before")
        try query.finish()
        let job = try await self.job(call)
        let principal = try call.principal
        let page = try await self.executions.list(
            ExecutionQuery(page: PageRequest(number: 1, size: Int(limit)), job: job.id, before: before),
            as: principal
        )
        let names = try await self.names.names(of: page.items.map(\.agentID), as: principal)
        if !page.items.isEmpty { try await self.executions.noteOutputRead(of: job, as: principal) }
        var rows: [JSON] = []
        for execution in page.items {
            let detail = try await self.executions.detail(execution.id, isNoted: false, as: principal)
            let output = detail.preview.chunks.isEmpty ? nil : LogPieces(detail.preview, from: 0).text
            rows.append(
                S0Presenter.log(execution, task: job.uid, worker: names[execution.agentID], output: output)
            )
        }
        return .bare(.array(rows))
    }

    func workers(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .bare(.array(try await self.agents.list(as: call.principal).map(S0Presenter.worker)))
    }

    /// S0's callback: a worker that is no agent of ours says how a task went (C-25).
    func report(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try S0Report(try await call.body())
        let principal = try call.principal
        guard let job = try await self.reported(body.task, call) else {
            throw APIFailure.notFound("There is no such task.")
        }
        let execution = try await self.runs.report(
            OutsideReport(
                job: job.id,
                start: body.start,
                end: body.end,
                output: Array(body.output.utf8),
                isSuccess: body.isSuccess,
                caller: principal.username
            ),
            as: principal
        )
        return .bare([
            .init("taskId", job.uid), .init("runId", execution.runID), .init("executionId", execution.id),
        ])
    }

    private func reported(_ text: String, _ call: APICall) async throws -> Job? {
        if let uid = JobUID(text) { return try await self.jobs.find(uid: uid, as: call.principal) }
        guard let number = Int64(text), number > 0 else { return nil }
        do {
            return try await self.jobs.get(number, as: call.principal)
        } catch let error as CoreError where error.code == .notFound {
            return nil
        }
    }

    /// S2's `GET /api/scheduler/tasks/<task_id>/history`.
    func history(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        let statuses = query.statuses()
        try query.finish()
        let job = try await self.job(call)
        let principal = try call.principal
        let page = try await self.executions.list(
            ExecutionQuery(page: request, job: job.id, statuses: statuses),
            as: principal
        )
        let names = try await self.names.names(of: page.items.map(\.agentID), as: principal)
        let rows = page.items.map { S2Presenter.row($0, host: names[$0.agentID]) }
        let members = PageAnswer.members(page, request, items: rows)
        return .bare(
            [.init("task_id", job.id), .init("task_name", job.definition.name)]
                + members.map { $0.name == "items" ? .init("history", $0.value) : $0 }
        )
    }

    private func job(_ call: APICall) async throws -> Job {
        guard let job = try await call.job(self.jobs) else { throw APIFailure.notFound("There is no such task.") }
        return job
    }
}
