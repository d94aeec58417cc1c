// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task backfill`: past times of a task that are made up for.
struct TaskBackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Runs a task for past times of its schedule.",
        discussion: """
            quicflow task backfill report --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z --dry-run
            """,
        subcommands: [
            TaskBackfillStartCommand.self, TaskBackfillListCommand.self, TaskBackfillCancelCommand.self,
        ],
        defaultSubcommand: TaskBackfillStartCommand.self
    )

    static func table(_ backfills: [JSONValue]) -> String {
        var table = TextTable(["ID", "FROM", "TO", "STATE", "STARTED", "RAN BEFORE", "MISSED", "BY"])
        for backfill in backfills {
            table.add([
                backfill["id"].cell, DisplayTime.text(backfill["from"]), DisplayTime.text(backfill["to"]),
                backfill["text"][Language.current.rawValue].cell, backfill["started"].cell,
                backfill["already_ran"].cell, backfill["missed"].cell, backfill["created_by"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow task backfill start`, or without `start`.
struct TaskBackfillStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Begins, or says with --dry-run what it would do.",
        discussion: """
            One time after the other; a host that has started a time already is left out unless --force is given.
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "The first time that may be, such as 2026-11-01T00:00:00+08:00.")
    var from: String

    @Option(help: "The times are before this; not in the future.")
    var to: String

    @Option(help: "Runs that are open at once (1).")
    var concurrency: Int64?

    @Option(help: "Starts a minute, 1 to 600 (60).")
    var perMinute: Int64?

    @Option(name: .customLong("param"), help: "NAME=VALUE; the script finds it as $QF_PARAM_NAME. Repeat for several.")
    var parameters: [KeyValue] = []

    @OptionGroup var hidden: HiddenParameters

    @Flag(help: "Times that ran already run again.")
    var force = false

    @Flag(help: "Start nothing.")
    var dryRun = false

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        var body: JSONValue = .object([
            "from": .string(self.from), "to": .string(self.to), "force": .bool(self.force),
            "dry_run": .bool(self.dryRun), "params": KeyValue.object(self.parameters + (try self.hidden.values())),
        ])
        if let concurrency { body["concurrency"] = .integer(concurrency) }
        if let perMinute { body["per_minute"] = .integer(perMinute) }
        let answer = try await client.post("/tasks/\(id)/backfill", body)
        self.options.output.show(answer) {
            let first = DisplayTime.text(answer["first_time"])
            let last = DisplayTime.text(answer["last_time"])
            Terminal.say("\(answer["total"].cell) times from \(first) to \(last)")
            Terminal.say("\(answer["already_ran"].cell) of them ran already on every host")
            if let backfill = answer["backfill"]["id"].string { Terminal.say("backfill \(backfill)") }
        }
    }
}

/// `quicflow task backfill list`.
struct TaskBackfillListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the backfills of a task, the newest first."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference
    @OptionGroup var paging: PagingOptions

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.get("/tasks/\(id)/backfills", self.paging.query)
        self.options.output.show(answer) {
            Terminal.say(TaskBackfillCommand.table(answer["items"].array))
            self.paging.remark(on: answer)
        }
    }
}

/// `quicflow task backfill cancel`.
struct TaskBackfillCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Starts no further time; what runs goes on."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The backfill's id.")
    var id: String

    func run() async throws {
        let path = "/backfills/\(ServerAddress.escaped(self.id))/cancel"
        let answer = try await self.options.client().post(path)
        self.options.output.show(answer) { Terminal.say(TaskBackfillCommand.table([answer])) }
    }
}
