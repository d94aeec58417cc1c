// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow workflow message`.
struct WorkflowMessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message",
        abstract: "Tells a run something that a step of it waits for."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: WorkflowRunReference

    @Argument(help: "The topic that the step waits for.")
    var topic: String

    @Option(name: .customLong("data"), help: "NAME=VALUE that the step hands on. Repeat for several.")
    var data: [KeyValue] = []

    func run() async throws {
        var values = JSONValue.object([:])
        for pair in self.data { values[pair.key] = .string(pair.value) }
        let body = JSONValue.object(["topic": .string(self.topic), "data": values])
        let answer = try await self.options.client().post("\(self.reference.path)/messages", body)
        self.options.output.show(answer) { Terminal.say(WorkflowView.run(answer)) }
    }
}
