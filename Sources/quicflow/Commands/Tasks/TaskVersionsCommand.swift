// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task versions`: what a task said before.
struct TaskVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Lists what a task said before, shows one of its versions, or makes it say that again."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "Print what this version said, as JSON.")
    var show: Int64?

    @Option(help: "Make the task say again what this version said, as a new version.")
    var restore: Int64?

    func validate() throws {
        if self.show != nil, self.restore != nil {
            throw ValidationError.said("Give --show or --restore, not both.")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        let path = "/tasks/\(try await client.taskID(self.reference.reference))/versions"
        if let show {
            let answer = try await client.get("\(path)/\(show)")
            self.options.output.show(answer) { Terminal.sayJSON(answer["definition"].pretty) }
            return
        }
        if let restore {
            let answer = try await client.post("\(path)/\(restore)/restore")
            self.options.output.show(answer) {
                let (name, version) = (answer["name"].cell, answer["version"].cell)
                Terminal.say("'\(name)' says again what version \(restore) said, as version \(version).")
            }
            return
        }
        let answer = try await client.get(path, self.paging.query)
        self.options.output.show(answer) {
            Terminal.say(Self.table(answer["items"].array))
            self.paging.remark(on: answer)
        }
    }

    static func table(_ versions: [JSONValue]) -> String {
        var table = TextTable(["VERSION", "CREATED", "BY", "FIELDS"], alignments: [.right])
        for version in versions {
            table.add([
                version["version"].cell, DisplayTime.text(version["created_at"]), version["created_by"].cell,
                version["changed"].cell,
            ])
        }
        return table.plain
    }
}

/// `quicflow task shift`.
struct TaskShiftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shift",
        abstract: "Moves the next run of a task with a fixed interval, and with it all later ones."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: TaskReference

    @Option(help: "By how much it comes later: 90s, 30m, 2h.")
    var later: TimeSpan?

    @Option(help: "By how much it comes earlier.")
    var earlier: TimeSpan?

    func validate() throws {
        guard (self.later == nil) != (self.earlier == nil) else {
            throw ValidationError.said("Say one of --later and --earlier.")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        let seconds = self.later?.seconds ?? -(self.earlier?.seconds ?? 0)
        let id = try await client.taskID(self.reference.reference)
        let answer = try await client.post("/tasks/\(id)/shift", .object(["seconds": .integer(seconds)]))
        self.options.output.show(answer) {
            Terminal.say("'\(answer["name"].cell)' runs next at \(DisplayTime.text(answer["next_exec_time"])).")
        }
    }
}
