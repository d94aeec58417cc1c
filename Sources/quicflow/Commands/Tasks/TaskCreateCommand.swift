// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task create`.
struct TaskCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a task.",
        discussion: """
            For example:
              quicflow task create backup --cron '0 2 * * *' -z Asia/Shanghai --command 'pg_dump app > app.sql' --group db
              quicflow task create ping --every 30s --url https://example.org/health --group all
              quicflow task create --file task.json
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: TaskFields

    @Argument(help: "Name, unique, at most 128 characters; a file may have it instead.")
    var name: String?

    @Flag(help: "Keep the schedule off until 'quicflow task enable'.")
    var disabled = false

    func run() async throws {
        let client = try self.options.client()
        var body = JSONValue.object([:])
        try await self.fields.apply(to: &body, client: client)
        if let name { body["name"] = .string(name) }
        guard let name = body["name"].string else {
            throw CommandFailure(.usage, "a task needs a name")
        }
        if self.disabled { body["status"] = 0 }
        if body["group_ids"].isNull { throw CommandFailure(.usage, "a task needs a --group; 'all' is every agent") }
        let answer = try await client.post("/tasks", body.withoutNulls)
        self.options.output.show(answer) { Terminal.say("Created task \(answer["id"].cell) '\(name)'.") }
    }
}

/// `quicflow task update`.
struct TaskUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes a task; what is not given stays.",
        discussion: "Refused as a conflict when someone else changed the task in the meantime."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: NamedTaskReference
    @OptionGroup var fields: TaskFields

    @Option(help: "New name.")
    var name: String?

    func run() async throws {
        let client = try self.options.client()
        let present = try await client.task(self.reference.reference)
        var body = JSONValue.object([:])
        for field in TaskUpdateCommand.writableFields { body[field] = present[field] }
        try await self.fields.apply(to: &body, client: client)
        if let name { body["name"] = .string(name) }
        let answer = try await client.put("/tasks/\(present["id"].cell)", body.withoutNulls)
        self.options.output.show(answer) { Terminal.say("Updated task \(present["id"].cell) '\(body["name"].cell)'.") }
    }

    /// What a PUT may carry; the rest of a task is the server's to say.
    static let writableFields = [
        "name", "description", "executor_type", "executor_config", "schedule_type", "cron_expr", "timezone", "dst",
        "every_seconds", "delay_seconds", "once_at", "timeout", "retry_count", "retry_interval", "retry_backoff",
        "retry_max_interval", "retry_jitter", "retry_on", "concurrency", "overlap", "queue_limit", "misfire",
        "misfire_limit",
        "misfire_threshold_seconds", "catch_up_seconds", "start_deadline_seconds", "jitter_seconds", "group_ids",
        "not_before", "not_after", "window", "calendars", "cron_exprs", "cron_except", "pool",
        "offline", "offline_max_seconds", "on_interrupt", "parameters",
        "pause_after_failures", "on_edit_while_running",
        "on_disable_while_running", "labels", "status", "version",
    ]
}

extension JSONValue {
    /// The object without its members that are null: a field that is not sent keeps its default.
    var withoutNulls: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !$0.value.isNull })
    }
}
