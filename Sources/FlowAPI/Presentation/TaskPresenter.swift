// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Jobs as the API shows them: its `Task`.
struct TaskPresenter: Sendable {
    let jobs: JobService
    let groups: GroupService

    /// - Parameter areNew: nothing has run of them yet.
    func tasks(_ jobs: [Job], areNew: Bool = false, as principal: Principal) async throws -> [JSON] {
        guard !jobs.isEmpty else { return [] }
        // A token may be for tasks alone: what else is shown beside them is left out then.
        let seesRuns = !areNew && principal.scope(of: .executionsRead) != .nothing
        let last = seesRuns ? try await self.jobs.lastExecutions(of: jobs.map(\.id), as: principal) : [:]
        let seesGroups = principal.scope(of: .groupsRead) != .nothing
        let names = seesGroups ? try await self.groups.names(as: principal) : [:]
        let writable = principal.scope(of: .jobsWrite)
        return jobs.map { Self.task($0, groups: names, writable: writable, last: last[$0.id]) }
    }

    func task(_ job: Job, isNew: Bool = false, as principal: Principal) async throws -> JSON {
        try await self.tasks([job], areNew: isNew, as: principal).first ?? .null
    }

    /// What a version said, as a task is written; null when not all of it was kept.
    func definition(of version: JobVersion, as principal: Principal) async throws -> JSON {
        guard let definition = version.definition else { return .null }
        return try await self.definition(definition, isEnabled: version.isEnabled, as: principal)
    }

    /// A definition without the groups that whoever asks may not see.
    func definition(_ definition: JobDefinition, isEnabled: Bool, as principal: Principal) async throws -> JSON {
        let seen =
            principal.scope(of: .groupsRead) != .nothing
            ? Set(try await self.groups.names(as: principal).keys) : []
        let writable = principal.scope(of: .jobsWrite)
        let visible = definition.groups.filter { seen.contains($0) || writable.contains($0) }
        return .object(Self.definition(definition, groups: visible, isEnabled: isEnabled))
    }

    private static func task(_ job: Job, groups: [GroupID: String], writable: Scope, last: Execution?) -> JSON {
        let definition = job.definition
        // Groups that whoever asks may not see are said to exist, not named; who writes the task may send them back.
        let visible = definition.groups.filter { groups[$0] != nil || writable.contains($0) }
        let text = ScheduleText(definition)
        var members: [JSON.Member] = [
            .init("id", job.id),
            .init("uid", job.uid),
            .init("version", job.version),
        ]
        members += Self.definition(definition, groups: visible, isEnabled: job.isEnabled)
        members += [
            .init("schedule_text", JSON.object([.init("zh", text.zh), .init("en", text.en)])),
            .init("groups", visible.map { groups[$0] ?? "#\($0)" }),
            .init("hidden_groups", visible.count < definition.groups.count),
            .init("hold", Self.hold(job.hold)),
            .init("class", definition.placement?.isCoordinated == true ? "coordinated" : "autonomous"),
            .init("next_exec_time", job.nextFire),
            .init("last_execution", Self.last(last)),
            .init("created_by", job.createdBy),
            .init("created_at", job.createdAt),
            .init("updated_at", job.updatedAt),
        ]
        if job.isUnreadable { members.append(.init("unreadable", true)) }
        return .object(members)
    }

    /// What can be written of a task, with its defaults: sent back as it is, it changes nothing.
    ///
    /// - Parameter groups: those that whoever asks may see; nil = all.
    static func definition(
        _ definition: JobDefinition,
        groups: [GroupID]? = nil,
        isEnabled: Bool
    ) -> [JSON.Member] {
        var members: [JSON.Member] = [
            .init("name", definition.name), .init("description", definition.description),
            .init("executor_type", definition.payload.executorType),
            .init("executor_config", Self.configuration(definition.payload)),
        ]
        members += Self.schedule(definition.schedule) + PolicyBody.members(definition.policies)
        members += PolicyBody.members(definition.standing ?? StandingPolicies())
        members += DependencyBody.members(definition.dependencies)
        members += [
            .init("group_ids", groups ?? definition.groups), .init("labels", definition.labels),
            .init("task_notify", (definition.notify ?? []).map { JSON.object(NotifyRuleBody.members($0)) }),
            .init("parameters", (definition.parameters ?? []).map(Self.parameter)),
            .init("placement", PlacementBody.json(definition.placement)),
            .init("two_person", (definition.twoPerson ?? []).map(\.rawValue)),
            .init("status", isEnabled ? 1 : 0),
        ]
        return members
    }

    private static func parameter(_ parameter: ParameterDeclaration) -> JSON {
        .object([
            .init("name", parameter.name), .init("type", parameter.kind.rawValue),
            .init("default", parameter.defaultValue), .init("choices", parameter.choices),
            .init("required", parameter.isRequired),
        ])
    }

    static func configuration(_ payload: Payload) -> JSON {
        switch payload {
        case .shell(let shell):
            .object([
                .init("command", shell.command),
                .init("interpreter", shell.interpreter),
                .init("interpreter_args", shell.interpreterArguments),
                .init("work_dir", shell.workingDirectory),
                .init("scratch_dir", shell.usesScratchDirectory),
                .init("leave_processes", shell.leavesProcesses),
                .init("success_codes", shell.successCodes.isEmpty ? [0] : shell.successCodes),
                .init("umask", shell.umask.map(Self.octal)),
                .init("nice", shell.niceness),
                .init("run_as", shell.runAs),
                .init("limits", shell.limits),
                .init("unit", shell.unit.map(Self.unit) ?? .null),
                .init("env", shell.environment),
            ])
        case .http(let http):
            .object([
                .init("url", http.url),
                .init("method", http.method),
                .init("headers", http.headers),
                .init("body", http.body),
                .init("expected_status", http.expectedStatus),
                .init("outputs", http.outputs ?? [:]), .init("expect", http.expectedValues ?? [:]),
                .init("retry_statuses", http.retryStatuses), .init("client_certificate", http.clientCertificate),
            ])
        case .plugin(let plugin): WorkBody.configuration(plugin)
        case .sql(let sql): WorkBody.configuration(sql)
        case .builtin(let builtin): WorkBody.configuration(builtin)
        case .container(let container): ContainerBody.configuration(container)
        }
    }

    private static func octal(_ mask: Int) -> String {
        let digits = String(mask, radix: 8)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private static func schedule(_ spec: ScheduleSpec) -> [JSON.Member] {
        var type = "manual"
        var expression = ""
        var zone = "UTC"
        var dst = DSTPolicy.debian
        var every: JSON = .null
        var delay: JSON = .null
        var once: Timestamp?
        let limits = spec.limits
        switch spec.base {
        case .cron(let text, let timeZone, let policy):
            (type, expression, zone, dst) = ("cron", text, timeZone, policy)
        case .every(let period, _):
            type = "every"
            every = PolicyBody.decimal(period)
        case .delay(let pause):
            type = "delay"
            delay = PolicyBody.decimal(pause)
        case .once(let instant):
            type = "once"
            once = instant
        case .manual, .limited: break
        }
        // The zone of such a schedule is that of its window.
        if type != "cron" { zone = limits?.window?.timeZone ?? limits?.calendars?.timeZone ?? zone }
        let calendars = (limits?.calendars?.uses ?? []).map { use in
            JSON.object([.init("calendar", use.calendar), .init("on_blackout", use.onBlackout.rawValue)])
        }
        let window = limits?.window.map { window in
            JSON.object([
                .init("from", DailyWindow.text(window.from)), .init("to", DailyWindow.text(window.to)),
            ])
        }
        return [
            .init("schedule_type", type), .init("cron_expr", expression), .init("timezone", zone),
            .init("dst", dst.rawValue), .init("every_seconds", every), .init("delay_seconds", delay),
            .init("once_at", once), .init("not_before", limits?.notBefore), .init("not_after", limits?.notAfter),
            .init("window", window ?? .null), .init("calendars", calendars),
            .init("cron_exprs", limits?.also ?? []), .init("cron_except", limits?.except ?? []),
        ]
    }

    private static func unit(_ unit: TransientUnit) -> JSON {
        .object([.init("slice", unit.slice), .init("description", unit.description)])
    }

    /// Why the task rests though nobody switched it off.
    private static func hold(_ hold: JobHold?) -> JSON {
        guard let hold else { return .null }
        return .object([
            .init("kind", hold.kind.rawValue), .init("since", hold.since), .init("until", hold.until),
            .init("reason", hold.reason), .init("failures", hold.failures), .init("execution_id", hold.execution),
            .init("text", JSON.object([.init("zh", hold.text.zh), .init("en", hold.text.en)])),
        ])
    }

    private static func last(_ execution: Execution?) -> JSON {
        guard let execution else { return .null }
        return .object([
            .init("id", execution.id),
            .init("status", execution.status.rawValue),
            .init("status_name", execution.status.name),
            .init("start_time", execution.startedAt),
        ])
    }
}
