// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the server's tasks as files.",
        discussion: """
            With a folder one file for each task. A task that is in a file there already stays in it: only what differs on the \
            server is changed, and comments stay. Without a folder all tasks go to standard output.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Folder to write to.", completion: .directory)
    var folder: String?

    @Option(help: "Only tasks of this source; all without it.")
    var source: String?

    func run() async throws {
        let server = try await TaskServer(try self.options.client(), self.options.output)
        var tasks: [(name: String, fields: JSONValue)] = []
        for (name, task) in server.present.sorted(by: { $0.value.id < $1.value.id })
        where self.source == nil || task.source == self.source {
            if task.isPartial {
                Terminal.complain("'\(name)' was left out: it runs in groups that you may not see, too")
                continue
            }
            for path in ClearSecrets.paths(in: task.fields) {
                Terminal.complain("'\(name)' \(path): this looks like a secret in clear; see 'quicflow secret set'")
            }
            tasks.append((name, task.fields))
        }
        guard let folder else {
            for task in tasks { Terminal.write("---\n" + YAMLWriter.text(task.fields, order: TaskFile.order)) }
            return
        }
        let known = try TaskFileReader(TaskFolder.isThere(folder) ? [folder] : []).checked()
        let exported = Set(tasks.map(\.name))
        let checked = try await server.check(known.filter { exported.contains($0.name) })
        var files = TaskFolder(folder, known)
        let written = try files.write(tasks, over: checked, self.options.output)
        Terminal.complain("\(written) of \(tasks.count) tasks written to \(folder)")
        for task in known where !exported.contains(task.name) {
            Terminal.complain("\(task.place()): '\(task.name)' is not on the server")
        }
    }
}
