// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow task upcoming`: when a task will fire, and on which hosts.
struct TaskUpcomingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upcoming",
        abstract: "Coming fires of a task, with its hosts; of the next day."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(name: .customLong("for"), help: "How far ahead: 30m, 24h, 7d; at most 14 days.")
    var span: TimeSpan?

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.taskID(self.reference.reference)
        var query: [(String, String?)] = []
        if let span {
            // Both ends by this clock: the server's may be another.
            let now = Date()
            query.append(("from", now.formatted(.iso8601)))
            query.append(("to", now.addingTimeInterval(Double(span.seconds)).formatted(.iso8601)))
        }
        let answer = try await client.get("/tasks/\(id)/upcoming", query)
        self.options.output.show(answer) {
            var table = TextTable(["AT", "CLOCKS"])
            for fire in answer["items"].array {
                let change = fire["clock_change"]["at"]
                let note = change.isNull ? "" : ("they change at \(DisplayTime.text(change))" as Wording).spoken
                table.add([DisplayTime.text(fire["at"]), note])
            }
            Terminal.say(table.plain)
            let hosts = answer["clients"].array
            let names = hosts.map { host in
                let name = host["name"].cell
                return host["online"].bool == true ? name : ("\(name) (offline)" as Wording).spoken
            }
            Terminal.say("On: \(names.isEmpty ? "-" : names.joined(separator: ", "))")
            if answer["partial"].bool == true { Terminal.complain("There are more than are listed.") }
        }
    }
}
