// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow workflow versions`.
struct WorkflowVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "Lists what a workflow said before, or shows one of its versions."
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var reference: WorkflowReference

    @Option(help: "Print what this version said, as JSON.")
    var show: Int64?

    func run() async throws {
        let client = try self.options.client()
        let path = "/workflows/\(try await client.workflow(self.reference)["id"].cell)/versions"
        if let show {
            let answer = try await client.get("\(path)/\(show)")
            self.options.output.show(answer) { Terminal.sayJSON(answer["definition"].pretty) }
            return
        }
        let answer = try await client.get(path, self.paging.query)
        self.options.output.show(answer) {
            var table = TextTable(["VERSION", "CREATED", "BY"], alignments: [.right])
            for version in answer["items"].array {
                table.add([
                    version["version"].cell, DisplayTime.text(version["created_at"]), version["created_by"].cell,
                ])
            }
            Terminal.say(table.plain)
            self.paging.remark(on: answer)
        }
    }
}
