// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task where`: where a run would go if it began now.
struct TaskWhereCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract: "Says where a task would run if it began now, and why."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.get("/tasks/\(id)/placement")
        self.options.output.show(answer) {
            let slots = answer["slots"].array
            guard !slots.isEmpty else { return Terminal.say("It runs on each host of its groups.") }
            for slot in slots { Terminal.say(slot["text"][Language.current.rawValue].cell) }
        }
    }
}
