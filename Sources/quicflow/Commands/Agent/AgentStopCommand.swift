// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowCore
import Foundation

/// Ends a host's agent together with its jobs.
struct AgentStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "End this host's agent and its jobs.",
        discussion: """
            Jobs get SIGTERM and, after ten seconds, SIGKILL. Those that a stopped agent left running are ended as well; the \
            next start of the agent reports how.
            """
    )

    @Option(help: "Where the agent keeps its identity, ledger and output.")
    var dataDir = NSHomeDirectory() + "/.quicflow"

    func run() async throws {
        let directory = URL(fileURLWithPath: self.dataDir).standardized.path
        let end = HostEnd(dataDirectory: directory)
        if let pid = end.agent {
            Terminal.say("asking the agent (process \(pid)) to end its jobs")
            guard await end.stopAgent(pid) else {
                throw CoreError(.unavailable, "the agent (process \(pid)) has not ended after 30 s")
            }
        }
        let count = try await end.stopRunners()
        Terminal.say(count == 0 ? "nothing is left running" : "ended what \(count) runners had left running")
    }
}
