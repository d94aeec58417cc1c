// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task trigger`: run now.
struct TaskTriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Runs a task now on the agents of its groups that are online.",
        discussion: "With --wait, exit code 1 tells that a run did not succeed."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(name: .customLong("param"), help: "NAME=VALUE; the script finds it as $QF_PARAM_NAME. Repeat for several.")
    var parameters: [KeyValue] = []

    @OptionGroup var hidden: HiddenParameters

    @Flag(help: "Wait for every run to end.")
    var wait = false

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.post(
            "/tasks/\(id)/trigger",
            .object(["params": KeyValue.object(self.parameters + (try self.hidden.values()))])
        )
        let started = answer["executions"].array
        guard self.wait else {
            self.options.output.show(answer) {
                for execution in started { Terminal.say("\(execution["id"].cell)  \(execution["client_id"].cell)") }
            }
            return
        }
        let ended = try await Self.ends(of: started.compactMap { $0["id"].string }, client: client)
        self.options.output.show(.array(ended)) { Terminal.say(ExecutionView.table(ended)) }
        guard ended.allSatisfy(ExecutionView.succeeded) else { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    /// The executions as they are once all have ended.
    static func ends(of ids: [String], client: APIClient) async throws -> [JSONValue] {
        var ended: [JSONValue] = []
        for id in ids {
            var execution = try await client.get("/executions/\(id)")
            var current = id
            while true {
                if let next = execution["placement"]["moved_to"].string {
                    // Another host has it now.
                    current = next
                } else if ExecutionView.isTerminal(execution) {
                    break
                }
                // Asked for by a person, so seconds matter; the API has no call that waits.
                try await Task.sleep(for: .milliseconds(300))
                execution = try await client.get("/executions/\(current)")
            }
            ended.append(execution)
        }
        return ended
    }
}
