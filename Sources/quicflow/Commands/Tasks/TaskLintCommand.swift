// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow task lint`: what should be otherwise in tasks that work.
struct TaskLintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Names values in tasks that look like secrets in clear.",
        discussion: "Such tasks go on working. The exit code is 1 when there are any."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let tasks = try await self.options.client().allTasks(self.options.output)
        var found: [JSONValue] = []
        for task in tasks {
            for path in ClearSecrets.paths(in: task) {
                found.append(.object(["id": task["id"], "name": task["name"], "path": .string(path)]))
            }
        }
        self.options.output.show(.array(found)) {
            for finding in found {
                let (name, path) = (finding["name"].cell, finding["path"].cell)
                Terminal.say("'\(name)' \(path): this looks like a secret in clear; see 'quicflow secret set'")
            }
            if found.isEmpty { Terminal.say("Nothing found in \(tasks.count) tasks.") }
        }
        if !found.isEmpty { throw ExitCode(CommandStatus.failed.rawValue) }
    }
}
