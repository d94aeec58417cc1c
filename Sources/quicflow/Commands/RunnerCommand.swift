// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowRunner
import Glibc

/// The runner's role for installations that lack its own small program beside this one; started by the agent itself.
struct RunnerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Starts and ends the jobs of an agent. Started by the agent.",
        shouldDisplay: false
    )

    @Argument(parsing: .allUnrecognized, help: "What the agent says.")
    var words: [String] = []

    func run() throws {
        throw ExitCode(RunnerProgram.run(arguments: self.words))
    }
}
