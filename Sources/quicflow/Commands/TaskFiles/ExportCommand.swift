// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow export`.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the server's tasks and workflows as files.",
        discussion: """
            With a folder one file for each task and workflow. One that is in a file there already stays in it: only what differs \
            on the server is changed, and comments stay. Without a folder all go to standard output.
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Folder to write to.", completion: .directory)
    var folder: String?

    @Option(help: "Only what is of this source; all without it.")
    var source: String?

    func run() async throws {
        let source = self.source
        let isWanted = { (_: String, mark: String?) in source == nil || mark == source }
        let server = try await TaskServer(
            try self.options.client(),
            self.options.output,
            triggers: isWanted,
            workflows: isWanted
        )
        var tasks: [(key: FileKey, fields: JSONValue)] = []
        let order = server.present.sorted { ($0.key.kind.rawValue, $0.value.id) < ($1.key.kind.rawValue, $1.value.id) }
        for (key, task) in order where source == nil || task.source == source {
            let name = key.words
            if task.isPartial, key.kind == .workflow {
                Terminal.complain(
                    "'\(name)' was left out: it has groups, tasks or workflows that you may not see, or the server can't read it"
                )
                continue
            }
            if task.isPartial {
                Terminal.complain(
                    "'\(name)' was left out: it runs in groups that you may not see, too, or the server can't read it"
                )
                continue
            }
            let paths =
                key.kind == .task
                ? ClearSecrets.paths(in: task.fields) : ClearSecrets.paths(inWorkflow: task.fields)
            for path in paths {
                Terminal.complain("'\(name)' \(path): this looks like a secret in clear; see 'quicflow secret set'")
            }
            tasks.append((key, task.fields))
        }
        guard let folder else {
            for task in tasks { Terminal.write("---\n" + YAMLWriter.text(task.fields, order: TaskFile.order)) }
            return
        }
        let known = try TaskFileReader(TaskFolder.isThere(folder) ? [folder] : []).checked()
        let exported = Set(tasks.map(\.key))
        let checked = try await server.check(known.filter { exported.contains($0.key) })
        var files = TaskFolder(folder, known)
        let written = try files.write(tasks, over: checked, self.options.output)
        Terminal.complain("\(written) of \(tasks.count) tasks and workflows written to \(folder)")
        for task in known where !exported.contains(task.key) {
            Terminal.complain("\(task.place()): '\(task.name)' is not on the server")
        }
    }
}
