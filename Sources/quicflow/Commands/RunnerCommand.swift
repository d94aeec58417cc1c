// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent

/// The process beside an agent that starts and ends its jobs; started by the agent itself.
struct RunnerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Starts and ends the jobs of an agent. Started by the agent.",
        shouldDisplay: false
    )

    @Option(help: "Descriptor of the socket to the agent.")
    var socket: Int32

    @Option(help: "Descriptor of the locked lock file, held open until the end.")
    var lock: Int32

    func run() throws {
        try Runner(socket: self.socket).run()
    }
}
