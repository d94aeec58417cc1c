// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow message`.
struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message",
        abstract: "Says something on a topic, which starts the tasks that wait for it.",
        discussion: """
            quicflow task hook create load files --format message --topic orders/arrived --param FILE=/data/file
            quicflow message orders/arrived --key 2026-11-28 --data file=a.csv
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "The topic that tasks wait for.")
    var topic: String

    @Option(help: "What a repetition is known by: within a day it starts nothing twice. A fresh one without it.")
    var key: String?

    @Option(name: .customLong("data"), help: "NAME=VALUE of the message, at /data/NAME. Repeat for several.")
    var data: [KeyValue] = []

    func run() async throws {
        var values = JSONValue.object([:])
        for pair in self.data { values[pair.key] = .string(pair.value) }
        // With a key, so that what is sent again by whoever got no answer starts nothing twice.
        let key = self.key ?? UUID().uuidString.lowercased()
        let body = JSONValue.object(["topic": .string(self.topic), "key": .string(key), "data": values])
        let answer = try await self.options.client().post("/messages", body)
        self.options.output.show(answer) {
            guard !answer["items"].array.isEmpty else {
                Terminal.complain("No task that you may run waits for '\(self.topic)'.")
                return
            }
            var table = TextTable(["TASK", "WEBHOOK", "OUTCOME", "RUN", "WHY"])
            for item in answer["items"].array {
                table.add([
                    item["task_id"].cell, item["name"].cell, item["outcome"].word(.hook), item["run_id"].cell,
                    item["detail_text"][Language.current.rawValue].string ?? item["detail"].cell,
                ])
            }
            Terminal.say(table.plain)
        }
    }
}
