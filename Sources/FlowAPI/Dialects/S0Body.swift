// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// S0's `ScheduledTask` as programs send it; names may begin with a capital, as C# writes them.
struct S0Body {
    private let name: String?
    private let description: String?
    private let cron: String?
    private let zone: String?
    private let type: Kind?
    private let command: String?
    private let url: String?
    private let method: String?
    private let groups: [GroupID]?

    private enum Kind: String, CaseIterable { case shell, http }

    /// - Parameter isNew: whether it has to say all that a task needs.
    init(_ body: JSON, isNew: Bool) throws {
        var reader = try FieldReader(Self.lowered(body))
        if isNew {
            for field in ["name", "cronExpression"] where !reader.has(field) {
                reader.fault(field, "required", "this field is required")
            }
        }
        self.name = reader.string("name")
        self.description = reader.string("description")
        self.cron = reader.string("cronExpression")
        self.zone = reader.string("timeZone")
        self.type = reader.choice("type")
        self.command = reader.string("command")
        self.url = reader.string("url")
        self.method = reader.string("method")
        self.groups = reader.integers("groupIds")
        switch self.type ?? .shell {
        case .shell:
            if isNew, self.command == nil { reader.fault("command", "required", "say what to run") }
            if self.type != nil || isNew, self.url != nil {
                reader.fault("url", "conflict", "an address belongs to type 'http'")
            }
        case .http:
            if self.url == nil { reader.fault("url", "required", "say what to call") }
            if self.command != nil { reader.fault("command", "conflict", "a command belongs to type 'shell'") }
        }
        if self.command != nil, self.url != nil {
            reader.fault("url", "conflict", "a task runs a command or calls an address, not both")
        }
        try reader.finish()
    }

    /// What it makes; what S0 has no words for gets its default.
    func draft(_ settings: Settings) throws -> JobDraft {
        var members: [JSON.Member] = [
            .init("name", self.name), .init("description", self.description ?? ""),
            .init("cron_expr", self.cron ?? ""), .init("timezone", self.zone ?? "UTC"),
            .init("group_ids", self.groups ?? [Group.everyone]),
        ]
        if self.type == .http {
            members += [
                .init("executor_type", 2),
                .init(
                    "executor_config",
                    JSON.object([.init("url", self.url), .init("method", self.method ?? "GET")])
                ),
            ]
        } else {
            members.append(.init("executor_config", JSON.object([.init("command", self.command)])))
        }
        return try TaskBody(.object(members), isUpdate: false, settings: settings).draft
    }

    /// A task with what this says; all else stays, as S0 has no words for it.
    func changed(_ job: Job) -> JobDraft {
        var draft = JobDraft(job)
        draft.name = self.name ?? draft.name
        draft.description = self.description ?? draft.description
        draft.groups = self.groups ?? draft.groups
        if self.cron != nil || self.zone != nil, case .cron(let text, let zone, let dst) = draft.schedule {
            draft.schedule = .cron(text: self.cron ?? text, timeZone: self.zone ?? zone, dst: dst)
        } else if let cron {
            // What it was shown as is not another schedule.
            if cron != S0Presenter.cron(job.definition.schedule) {
                draft.schedule = .cron(text: cron, timeZone: self.zone ?? "UTC", dst: .debian)
            }
        }
        if let command {
            if case .shell(var shell) = draft.payload {
                shell.command = command
                draft.payload = .shell(shell)
            } else {
                draft.payload = .shell(ShellPayload(command: command))
            }
        }
        if self.url != nil || self.method != nil {
            var http = HTTPPayload(url: self.url ?? "")
            if case .http(let known) = draft.payload { http = known }
            http.url = self.url ?? http.url
            http.method = self.method?.uppercased() ?? http.method
            if !http.url.isEmpty { draft.payload = .http(http) }
        }
        return draft
    }

    /// `TaskId` and `taskId` are one name to the framework that S0 was written with.
    static func lowered(_ body: JSON) -> JSON {
        guard case .object(let members) = body else { return body }
        return .object(
            members.map { member in
                let name = member.name.text
                return JSON.Member(String(name.prefix(1)).lowercased() + name.dropFirst(), member.value)
            }
        )
    }
}
