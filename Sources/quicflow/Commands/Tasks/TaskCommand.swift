// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task`: the definitions of what runs when.
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Tasks: what runs, when and where.",
        subcommands: [
            TaskListCommand.self, TaskGetCommand.self, TaskCreateCommand.self, TaskUpdateCommand.self,
            TaskDeleteCommand.self, TaskEnableCommand.self, TaskDisableCommand.self, TaskTriggerCommand.self,
            TaskExplainCommand.self, TaskUpcomingCommand.self, TaskWhereCommand.self, TaskImportCommand.self,
            TaskStatsCommand.self,
            TaskHistoryCommand.self, TaskLogsCommand.self, TaskExportCommand.self, TaskDepsCommand.self,
            TaskHookCommand.self, TaskBackfillCommand.self, TaskBulkCommand.self, TaskTestCommand.self,
            TaskVersionsCommand.self, TaskShiftCommand.self, TaskLintCommand.self,
        ]
    )
}

/// The one task a command is about.
struct TaskReference: ParsableArguments {
    @OptionGroup var named: NamedTaskReference

    @Flag(name: .customLong("name"), help: "It is the name.")
    var isName = false

    func validate() throws {
        if self.named.isID, self.isName { throw ValidationError.said("Give --id or --name, not both.") }
    }

    var reference: Reference { self.isName ? Reference(self.named.task, .name) : self.named.reference }
}

/// The one task of a command that has a `--name` of its own.
struct NamedTaskReference: ParsableArguments {
    @Argument(help: "Name or number of the task; id:9 and name:9 say which.", completion: NameCompletion.tasks)
    var task: String

    @Flag(name: [.customLong("id"), .customLong("by-id")], help: "It is the number.")
    var isID = false

    @Flag(name: .customLong("by-name"), help: "It is the name.")
    var isName = false

    func validate() throws {
        if self.isID, self.isName { throw ValidationError.said("Give --id or --by-name, not both.") }
    }

    var reference: Reference {
        if self.isID { return Reference(self.task, .id) }
        return self.isName ? Reference(self.task, .name) : Reference(self.task)
    }
}

/// `quicflow task list`.
struct TaskListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists tasks.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var watching: WatchOptions

    @Option(help: "Only names and descriptions with this text.")
    var keyword: String?

    @Option(help: "Only tasks bound to this group, by name or number.")
    var group: String?

    @Flag(help: "Only enabled, or only disabled tasks.")
    var only: EnabledFilter?

    func run() async throws {
        let client = try self.options.client()
        var query = self.paging.query
        query.append(("keyword", self.keyword))
        if let group { query.append(("group_id", String(try await client.groupID(group)))) }
        query.append(("status", self.only.map { $0 == .enabled ? "1" : "0" }))
        let asked = query
        try await self.watching.show {
            let answer = try await client.get("/tasks", asked)
            self.options.output.show(answer) {
                Terminal.say(TaskView.table(answer["items"].array))
                self.paging.remark(on: answer)
            }
        }
    }
}

/// `--enabled` or `--disabled`.
enum EnabledFilter: String, EnumerableFlag {
    case enabled
    case disabled
}

/// `quicflow task get`.
struct TaskGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows a task.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    func run() async throws {
        let answer = try await self.options.client().task(self.reference.reference)
        self.options.output.show(answer) { Terminal.say(TaskView.details(answer)) }
    }
}

/// `quicflow task delete`.
struct TaskDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a task; its history stays."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Flag(help: "Tasks that it starts lose their interest in it, instead of keeping it.")
    var detach = false

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.delete("/tasks/\(id)", query: [("detach", self.detach ? "true" : nil)])
        self.options.output.show(answer) { Terminal.say("Deleted task \(id).") }
    }
}

/// `quicflow task enable`.
struct TaskEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Lets a task's schedule run.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.post("/tasks/\(id)/enable")
        self.options.output.show(answer) { Terminal.say("Enabled task \(id).") }
    }
}

/// `quicflow task disable`.
struct TaskDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Stops a task's schedule, for good or until a time; what runs now runs on."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "Resume it at this RFC 3339 time such as 2026-11-21T10:00:00+08:00.")
    var until: String?

    @Option(help: "Why it is paused, for whoever asks; with --until.")
    var reason: String?

    func validate() throws {
        if self.reason != nil, self.until == nil { throw ValidationError.said("Give --reason with --until.") }
    }

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        var body = JSONValue.object([:])
        if let until { body["until"] = .string(until) }
        if let reason { body["reason"] = .string(reason) }
        let answer = try await client.post("/tasks/\(id)/disable", body)
        self.options.output.show(answer) {
            Terminal.say(self.until.map { "Paused task \(id) until \($0)." } ?? "Disabled task \(id).")
        }
    }
}
