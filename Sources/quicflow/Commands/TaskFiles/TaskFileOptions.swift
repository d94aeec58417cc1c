// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// What `diff`, `plan` and `apply` have in common.
struct TaskFileOptions: ParsableArguments {
    @OptionGroup var options: ServerOptions

    @Argument(help: "Files and folders with tasks and workflows; '-' for standard input.", completion: .file())
    var paths: [String]

    @Option(
        help: "Name of this set of files, kept in the label quartzflow/source of what it makes or changes."
    )
    var source: String?

    @Flag(help: "Also delete what is of this source and in no file.")
    var prune = false

    @Flag(help: "Also take what has no source or another one.")
    var adopt = false

    func validate() throws {
        if self.source?.isEmpty == true {
            throw ValidationError.said("--source needs a name, such as the repository's.")
        }
        if self.source == nil, self.prune || self.adopt {
            throw ValidationError.said("--prune and --adopt need --source: what other files made is not to be touched.")
        }
    }

    /// The plan, with every definition checked by the server, which stores nothing of it.
    ///
    /// - Throws: ``CommandFailure`` with a line for each fault of each task.
    func plan() async throws -> (TaskPlan, TaskServer) {
        let files = try TaskFileReader(self.paths).checked()
        let (named, source) = (Set(files.filter { $0.key.kind == .workflow }.map(\.name)), self.source)
        let triggered = Set(files.filter { !$0.fields[FileTriggers.field].isNull }.map(\.name))
        let server = try await TaskServer(
            try self.options.client(),
            self.options.output,
            triggers: { name, _ in triggered.contains(name) },
            workflows: { name, mark in named.contains(name) || (source != nil && mark == source) }
        )
        let plan = TaskPlan(
            wanted: try await server.check(files),
            present: server.present,
            options: TaskPlan.Options(source: self.source, prune: self.prune, adopt: self.adopt)
        )
        guard plan.foreign.isEmpty else {
            throw CommandFailure(
                .conflict,
                "some belong to another source; nothing was changed",
                details: plan.foreign.map { $0.file.fault("", "it is of source '\($0.source)'; --adopt takes it over") }
            )
        }
        return (plan, server)
    }
}
