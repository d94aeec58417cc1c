// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow execution`: what ran, where, and how it went.
struct ExecutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execution",
        abstract: "Executions: history, output, cancelling, retrying.",
        subcommands: [
            ExecutionListCommand.self, ExecutionGetCommand.self, ExecutionLogsCommand.self,
            ExecutionCancelCommand.self, ExecutionRetryCommand.self, ExecutionBulkCommand.self,
            ExecutionWavesCommand.self,
        ]
    )
}

/// `quicflow execution list`.
struct ExecutionListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists executions, newest first.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var watching: WatchOptions

    @Option(help: "Only this task, by name or number.", completion: NameCompletion.tasks)
    var task: String?

    @Option(help: "Only this agent, by id or name.")
    var client: String?

    @Option(help: "Only this state: \(ExecutionView.states).")
    var status: String?

    func validate() throws {
        if let status, ExecutionView.number(of: status) == nil {
            throw ValidationError.said("'\(status)' is no state; there are: \(ExecutionView.states).")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        var query = self.paging.query
        if let task { query.append(("task_id", String(try await client.taskID(Reference(task))))) }
        if let host = self.client { query.append(("client_id", try await client.clientID(host))) }
        query.append(("status", self.status.flatMap(ExecutionView.number(of:)).map(String.init)))
        let asked = query
        try await self.watching.show {
            let answer = try await client.get("/executions", asked)
            self.options.output.show(answer) {
                Terminal.say(ExecutionView.table(answer["items"].array))
                self.paging.remark(on: answer)
            }
        }
    }
}

/// `quicflow execution get`.
struct ExecutionGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows an execution.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: ExecutionReference

    func run() async throws {
        let answer = try await self.options.client().get(self.reference.path)
        self.options.output.show(answer) { Terminal.say(ExecutionView.details(answer)) }
    }
}

/// `quicflow execution cancel`.
struct ExecutionCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stops an execution: SIGTERM, and SIGKILL ten seconds later.",
        discussion: "Cancelling what has ended changes nothing and is no error."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: ExecutionReference

    @Flag(help: "SIGKILL at once.")
    var force = false

    func run() async throws {
        let client = try self.options.client()
        let answer = try await client.post(self.reference.path + "/cancel", .object(["force": .bool(self.force)]))
        self.options.output.show(answer) {
            let state = ExecutionView.state(answer)
            Terminal.say(state == "-" ? "Asked to stop \(self.reference.id)." : "\(self.reference.id): \(state)")
        }
    }
}

/// `quicflow execution retry`.
struct ExecutionRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Runs an ended execution again, as a new one on the same agent."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: ExecutionReference

    func run() async throws {
        let answer = try await self.options.client().post(self.reference.path + "/retry")
        self.options.output.show(answer) {
            Terminal.say("Started \(answer["execution_id"].string ?? answer["id"].cell).")
        }
    }
}

/// The one execution a command is about.
struct ExecutionReference: ParsableArguments {
    @Argument(help: "Id of the execution.")
    var id: String

    func validate() throws {
        guard ExecutionID(self.id) != nil else {
            throw ValidationError.said("'\(self.id)' is no execution id; 'quicflow execution list' shows them.")
        }
    }

    var path: String { "/executions/\(self.id)" }
}
