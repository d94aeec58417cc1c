// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task explain`: what happened or will happen at an instant, and which rule decided.
struct TaskExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what happened or will happen with a task at an instant, and why.",
        discussion: "quicflow task explain backup --at 2026-01-31T02:00:00+08:00"
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "The instant: an RFC 3339 time with its zone.")
    var at: String

    func validate() throws {
        guard Timestamp(rfc3339: self.at) != nil else {
            throw ValidationError.said("--at needs a time with its zone such as 2026-11-21T10:00:00+08:00")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.get("/tasks/\(id)/explain", [("at", self.at)])
        self.options.output.show(answer) {
            let words = (verdict: answer["verdict"].word(.verdict), rule: answer["rule"].word(.verdict))
            Terminal.say("\(DisplayTime.text(answer["at"]))  \(words.verdict) (\(words.rule))")
            Terminal.say(answer["text"][Language.current.rawValue].cell)
            let executions = answer["executions"].array
            if !executions.isEmpty { Terminal.say("\n" + ExecutionView.table(executions)) }
        }
    }
}
