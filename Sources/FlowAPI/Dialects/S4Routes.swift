// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import HTTPTypes
import Hummingbird

/// `/compat/s4/api/v1`: S4's dispatcher over our tasks.
struct S4Routes: Sendable {
    let jobs: JobService
    let runs: RunService
    let scheduler: SchedulerService
    let settings: LiveSettings
    let clock: any WallClock
    let version: String

    private var tasks: S4Tasks { S4Tasks(jobs: self.jobs) }
    private var zone: String { self.settings.now.text(.jobsZone) }

    func health() -> APIAnswer {
        .bare([.init("status", "healthy"), .init("timestamp", self.clock.now), .init("version", self.version)])
    }

    // MARK: The dispatcher

    func status(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let jobs = try await self.tasks.all(as: principal)
        let scheduler = try await self.scheduler.status(as: principal).state
        let last = try await self.tasks.last(of: jobs, as: principal)
        var counts: [S4Presenter.State: Int] = [:]
        for job in jobs { counts[S4Presenter.state(job, last: last[job.id]), default: 0] += 1 }
        let running = jobs.first { last[$0.id]?.status == .running }
        let current = running.map { job in
            JSON.object([
                .init("task_id", job.uid), .init("account_id", job.definition.labels[S4Body.account]),
                .init("started_at", last[job.id]?.startedAt),
            ])
        }
        return .bare(
            [.init("is_running", !scheduler.isStopped), .init("total_tasks", jobs.count)]
                + S4Presenter.State.allCases.map { .init("\($0.rawValue)_tasks", counts[$0] ?? 0) }
                + [.init("current_running_task", current ?? .null)]
        )
    }

    func start(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        _ = try await self.scheduler.start(as: call.principal)
        try await self.tasks.resumeFormerStop(as: call.principal)
        return Self.done("调度器已启动")
    }

    func stop(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        _ = try await self.scheduler.stop(reason: nil, as: call.principal)
        return Self.done("调度器已停止")
    }

    // MARK: Tasks

    func list(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let account = query.word("account_id")
        if let account, !S4Body.isAccount(account) { query.fault("account_id", "syntax", "this is no account's id") }
        let state: S4Presenter.State? = query.choice("status")
        let limit = Int(query.integer("limit", in: 1...1000, default: 100))
        let offset = Int(query.integer("offset", in: 0...1_000_000_000, default: 0))
        try query.finish()
        let principal = try call.principal
        var jobs = try await self.tasks.all(account: account, as: principal)
        var last: [JobID: Execution] = [:]
        if let state {
            last = try await self.tasks.last(of: jobs, as: principal)
            jobs.removeAll { S4Presenter.state($0, last: last[$0.id]) != state }
        }
        let page = Array(jobs.dropFirst(offset).prefix(limit))
        if state == nil { last = try await self.tasks.last(of: page, as: principal) }
        return .bare([
            .init("total", jobs.count),
            .init("tasks", page.map { JSON.object(S4Presenter.task($0, last: last[$0.id])) }),
        ])
    }

    func account(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        guard let account = call.context.parameters.get("account_id"), S4Body.isAccount(account) else {
            throw APIFailure.notFound(Wording(english: "There is no such account.", chinese: "账户不存在"))
        }
        let principal = try call.principal
        let jobs = try await self.tasks.all(account: account, as: principal)
        let last = try await self.tasks.last(of: jobs, as: principal)
        return .bare([
            .init("account_id", account), .init("total", jobs.count),
            .init("tasks", jobs.map { JSON.object(S4Presenter.task($0, last: last[$0.id])) }),
        ])
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let allowsMore = query.word("one_per_account").map { text in
            if text != "true", text != "false" {
                query.fault("one_per_account", "value", "'\(text)' is none of 'true', 'false'")
            }
            return text == "false"
        }
        try query.finish()
        let body = try S4Body(try await call.body(), isNew: true)
        let principal = try call.principal
        guard let template = try await self.jobs.find(named: body.type, as: principal) else {
            throw APIFailure(
                .badRequest,
                "no_template",
                Wording(
                    english: "There is no task '\(body.type)' to go by: make one that says what to run and on which "
                        + "groups; it may be disabled.",
                    chinese: "没有名为 '\(body.type)' 的模板任务：请创建一个，写明运行什么、在哪些分组；它可以是停用的"
                )
            )
        }
        let others = try await self.tasks.all(as: principal)
        var name = S4Tasks.prefix + body.account
        if let known = others.first(where: { $0.definition.labels[S4Body.account] == body.account }) {
            let isFree = allowsMore ?? (self.settings.now.text(.jobsOnePerAccount) == SwitchWord.off.rawValue)
            guard isFree else { throw Self.isTaken(body.account, by: known.uid.description) }
            name += "/" + UUID().uuidString.prefix(8).lowercased()
        }
        let job: Job
        do {
            job = try await self.jobs.create(body.draft(after: template, name: name, zone: self.zone), as: principal)
        } catch let error as CoreError where error.code == .nameTaken {
            throw Self.isTaken(body.account, by: name)
        }
        return .bare([
            .init("success", true), .init("task_id", job.uid), .init("message", "任务创建成功"),
            .init("task_info", JSON.object(S4Presenter.task(job, last: nil))),
        ])
    }

    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .bare(try await self.detail(try await self.job(call), call))
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try S4Body(try await call.body(), isNew: false)
        let job = try await self.job(call)
        if let account = body.told[S4Body.account], account != job.definition.labels[S4Body.account] {
            throw APIFailure.malformed(
                path: S4Body.account,
                code: "conflict",
                message: "a task stays with its account; make another one"
            )
        }
        let changed = try await self.jobs.update(
            job.id,
            to: body.changed(job, zone: self.zone),
            expectedVersion: job.version,
            as: call.principal
        )
        return .bare(try await self.detail(changed, call))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.jobs.delete(try await self.job(call).id, detach: false, as: call.principal)
        return Self.done("任务删除成功")
    }

    func pause(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let job = try await self.jobs.setEnabled(false, try await self.job(call).id, as: call.principal)
        return Self.done("任务暂停成功", [.init("task_id", job.uid), .init("status", "paused")])
    }

    func resume(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let job = try await self.jobs.setEnabled(true, try await self.job(call).id, as: call.principal)
        return Self.done(
            "任务恢复成功",
            [
                .init("task_id", job.uid), .init("status", "pending"), .init("next_execution_time", job.nextFire),
            ]
        )
    }

    func reorder(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let seconds = try Self.offset(in: try await call.body())
        let job = try await self.job(call)
        let last = try await self.tasks.last(of: [job], as: call.principal)
        guard last[job.id]?.status != .running else {
            throw APIFailure(
                .badRequest,
                "conflict",
                Wording(english: "The task is running; its next run can't be moved now.", chinese: "任务正在运行，无法调整优先级")
            )
        }
        let moved = try await self.jobs.shift(job.id, byMilliseconds: seconds * 1000, as: call.principal)
        return Self.done(
            "任务优先级调整成功",
            [.init("task_id", moved.uid), .init("new_next_execution_time", moved.nextFire)]
        )
    }

    // MARK: Inside

    // Apart from the asynchronous function and not inlined into it: Swift 6.3's optimiser crashes on the two together.
    @inline(never)
    private static func offset(in body: JSON) throws -> Int64 {
        var reader = try FieldReader(body)
        if !reader.has("priority_offset") { reader.fault("priority_offset", "required", "this field is required") }
        let offset = reader.integer("priority_offset") ?? 0
        if !(-31_622_400...31_622_400).contains(offset) {
            reader.fault("priority_offset", "range", "seconds, at most 366 days earlier or later")
        }
        try reader.finish()
        return offset
    }

    private func job(_ call: APICall) async throws -> Job {
        guard let job = try await call.job(self.jobs), S4Tasks.isOurs(job) else {
            let id = call.context.parameters.get("task_id") ?? ""
            throw APIFailure.notFound(Wording(english: "There is no task \(id).", chinese: "任务不存在: \(id)"))
        }
        return job
    }

    private func detail(_ job: Job, _ call: APICall) async throws -> JSON {
        let principal = try call.principal
        let last = try await self.tasks.last(of: [job], as: principal)[job.id]
        var rounds: Int?
        if principal.scope(of: .executionsRead) != .nothing {
            let query = RunQuery(page: PageRequest(number: 1, size: 1), job: job.id)
            rounds = try await self.runs.list(query, as: principal).total
        }
        return .object(
            S4Presenter.task(job, last: last) + [
                .init("round_num", rounds), .init("kwargs", S4Presenter.arguments(job)),
            ]
        )
    }

    private static func isTaken(_ account: String, by task: String) -> APIFailure {
        APIFailure(
            .badRequest,
            "name_taken",
            Wording(
                english: "Account '\(account)' has the task '\(task)' already; an account has one.",
                chinese: "账户ID '\(account)' 已存在任务 '\(task)'，同一账户不能创建多个任务"
            )
        )
    }

    private static func done(_ message: String, _ more: [JSON.Member] = []) -> APIAnswer {
        .bare([.init("success", true), .init("message", message)] + more)
    }
}
