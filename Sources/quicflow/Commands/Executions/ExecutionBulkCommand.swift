// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow execution bulk`.
struct ExecutionBulkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk",
        abstract: "Stops all open executions that a filter finds, or runs all ended ones again.",
        discussion: "The number is shown and has to be agreed to; it is done to those that were counted, or to none."
    )

    enum Action: String, CaseIterable, ExpressibleByArgument {
        case stop, retry
    }

    @OptionGroup var options: ServerOptions
    @OptionGroup var question: BulkQuestion

    @Argument(help: "What to do: stop or retry.")
    var action: Action

    @Option(help: "Only this task, by name or number.", completion: NameCompletion.tasks)
    var task: String?

    @Option(help: "Only this agent, by id or name.")
    var client: String?

    @Option(help: "Only this state: \(ExecutionView.states).")
    var status: String?

    @Option(help: "Only executions due at this RFC 3339 time or later.")
    var since: String?

    @Flag(help: "Of stop: SIGKILL at once.")
    var force = false

    func validate() throws {
        if let status, ExecutionView.number(of: status) == nil {
            throw ValidationError.said("'\(status)' is no state; there are: \(ExecutionView.states).")
        }
        if self.force, self.action != .stop { throw ValidationError.said("--force belongs to stop.") }
        try self.question.check(
            isNarrowed: self.task != nil || self.client != nil || self.status != nil || self.since != nil
        )
    }

    func run() async throws {
        let client = try self.options.client()
        var query: [(String, String?)] = [
            ("status", self.status.flatMap(ExecutionView.number(of:)).map { String($0) }), ("start_time", self.since),
        ]
        if let task { query.append(("task_id", String(try await client.taskID(Reference(task))))) }
        if let host = self.client { query.append(("client_id", try await client.clientID(host))) }
        try await self.question.run(
            client,
            "/executions/bulk/\(self.action.rawValue)",
            query,
            self.force ? .object(["force": .bool(true)]) : .object([:]),
            verb: self.action == .stop ? (self.force ? "Kill" : "Stop") : "Run again",
            things: "executions",
            output: self.options.output
        )
    }
}
