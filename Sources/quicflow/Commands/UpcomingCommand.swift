// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow upcoming`: what will fire.
struct UpcomingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upcoming",
        abstract: "Coming fires, by the minute; of the next hour."
    )

    @OptionGroup var options: ServerOptions

    @Option(name: .customLong("for"), help: "How far ahead: 30m, 24h, 7d; at most 14 days.")
    var span: TimeSpan?

    @Option(help: "Only this task, by name or number.", completion: NameCompletion.tasks)
    var task: String?

    func run() async throws {
        let client = try self.options.client()
        var query: [(String, String?)] = []
        if let span {
            let end = Date().addingTimeInterval(Double(span.seconds))
            query.append(("to", end.formatted(.iso8601)))
        }
        if let task { query.append(("task_id", String(try await client.taskID(Reference(task))))) }
        let answer = try await client.get("/upcoming", query)
        self.options.output.show(answer) {
            Terminal.say(Self.table(answer["items"].array))
            if answer["partial"].bool == true { Terminal.complain("There are more than are listed.") }
            for excluded in answer["excluded"].array {
                Terminal.complain(
                    "\(excluded["name"].cell) at \(DisplayTime.text(excluded["at"])): left out or moved by the calendar '\(excluded["calendar"].cell)'"
                )
            }
        }
    }

    static func table(_ minutes: [JSONValue]) -> String {
        var table = TextTable(["AT", "COUNT", "TASKS"], alignments: [.left, .right])
        for minute in minutes {
            let names = minute["tasks"].array.map { task in
                let count = task["count"].integer ?? 1
                return count > 1 ? "\(task["name"].cell) ×\(count)" : task["name"].cell
            }
            table.add([DisplayTime.text(minute["minute"]), minute["count"].cell, names.joined(separator: ", ")])
        }
        return table.plain
    }
}
