// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task test`: a task that is not saved, once.
struct TaskTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs what a task would say once on one host, and saves nothing.",
        discussion: """
            It counts nowhere, is not retried, and nobody is told of it. Exit code 1 tells that it did not succeed.

            For example:
              quicflow task test --on web-1 --command 'df -h /srv' --group all
              quicflow task test --on web-1 --file task.json
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var fields: TaskFields

    @Option(name: .customLong("on"), help: "The host, by name or id: one of the task's groups that is connected.")
    var host: String

    @Option(name: .customLong("param"), help: "NAME=VALUE; the script finds it as $QF_PARAM_NAME. Repeat for several.")
    var parameters: [KeyValue] = []

    @Argument(help: "What its record is called.")
    var name: String?

    func run() async throws {
        let client = try self.options.client()
        var body = JSONValue.object([:])
        try await self.fields.apply(to: &body, client: client)
        if let name { body["name"] = .string(name) }
        if body["name"].isNull { body["name"] = "test" }
        // When it would run does not matter here.
        if body["schedule_type"].isNull, body["cron_expr"].isNull { body["schedule_type"] = "manual" }
        if body["group_ids"].isNull { throw CommandFailure(.usage, "a task needs a --group; 'all' is every agent") }
        let started = try await client.post(
            "/tasks/test-run",
            .object([
                "task": body.withoutNulls, "client_id": .string(try await client.clientID(self.host)),
                "params": KeyValue.object(self.parameters),
            ])
        )
        let ids = started["executions"].array.compactMap { $0["id"].string }
        let ended = try await TaskTriggerCommand.ends(of: ids, client: client)
        self.options.output.show(.array(ended)) { Terminal.say(ExecutionView.table(ended)) }
        guard ended.allSatisfy(ExecutionView.succeeded) else { throw ExitCode(CommandStatus.failed.rawValue) }
    }
}
