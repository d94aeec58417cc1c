// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow run`: what one trigger or fire started on all hosts together.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs: all executions that one fire or start began, as one.",
        subcommands: [
            RunListCommand.self, RunGetCommand.self, RunStopCommand.self, RunRetryCommand.self, RunExportCommand.self,
        ]
    )
}

/// The one run a command is about.
struct RunReference: ParsableArguments {
    @Argument(help: "Id of the run.")
    var id: String

    func validate() throws {
        guard ExecutionID(self.id) != nil else {
            throw ValidationError.said("'\(self.id)' is no run id; 'quicflow run list' shows them.")
        }
    }

    var path: String { "/runs/\(self.id)" }
}

/// `quicflow run list`.
struct RunListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists runs, newest first.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var watching: WatchOptions

    @Option(help: "Only this task, by name or number.", completion: NameCompletion.tasks)
    var task: String?

    @Option(help: "Only these states, separated by commas: pending, running, succeeded, failed, cancelled, skipped.")
    var status: String?

    @Option(help: "Only what was started so: schedule, manual, webhook, retry, backfill, maintenance and others.")
    var type: String?

    func run() async throws {
        let client = try self.options.client()
        var query = self.paging.query
        if let task { query.append(("task_id", String(try await client.taskID(Reference(task))))) }
        query += [("status", self.status), ("type", self.type)]
        let asked = query
        try await self.watching.show {
            let answer = try await client.get("/runs", asked)
            self.options.output.show(answer) {
                Terminal.say(RunView.table(answer["items"].array))
                self.paging.remark(on: answer)
            }
        }
    }
}

/// `quicflow run get`.
struct RunGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows a run, its executions, and with --timeline what happened to it."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: RunReference

    @Flag(help: "Everything that happened to it, in order.")
    var timeline = false

    func run() async throws {
        let answer = try await self.options.client().get(self.reference.path)
        self.options.output.show(answer) {
            Terminal.say(RunView.table([answer]))
            let executions = answer["executions"].array
            if !executions.isEmpty { Terminal.say("\n" + ExecutionView.table(executions)) }
            if self.timeline { Terminal.say("\n" + RunView.timeline(answer["timeline"].array)) }
        }
    }
}

/// `quicflow run stop`.
struct RunStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stops all that is open of a run.",
        discussion: "Stopping what has ended changes nothing and is no error."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: RunReference

    @Flag(help: "SIGKILL at once.")
    var force = false

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post(self.reference.path + "/stop", .object(["force": .bool(self.force)]))
        self.options.output.show(answer) {
            Terminal.say("Asked \(answer["asked"].cell) executions to stop.")
            for refused in answer["refused"].array {
                let why = refused["text"][Language.current.rawValue].string ?? refused["message"].cell
                Terminal.complain("  \(refused["client_id"].cell): \(why)")
            }
        }
        if answer["refused_count"].integer ?? 0 > 0 {
            throw CommandFailure(.denied, "\(answer["refused_count"].cell) were not yours to stop")
        }
    }
}

/// `quicflow run retry`.
struct RunRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Runs a run again, with the same parameters on the same hosts."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: RunReference

    func run() async throws {
        let answer = try await self.options.client().post(self.reference.path + "/retry")
        self.options.output.show(answer) { Terminal.say("Started \(answer["run_id"].cell).") }
    }
}

/// `quicflow run export`.
struct RunExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a run with what its executions did and wrote to a file or standard output."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: RunReference

    @Option(help: "json or text.")
    var format = Format.json

    @Option(help: "The file; standard output without it.")
    var file: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json
        case text
    }

    func run() async throws {
        let client = try self.options.client()
        try await client.save(self.reference.path + "/export", [("format", self.format.rawValue)], to: self.file)
    }
}
