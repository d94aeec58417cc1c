// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `quicflow execution logs`: what a job wrote.
struct ExecutionLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Prints an execution's output.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var reference: ExecutionReference

    @Flag(name: [.short, .long], help: "Go on printing until the execution has ended.")
    var follow = false

    func run() async throws {
        let client = try self.options.client()
        if self.options.output.format == .json, !self.follow {
            Terminal.sayJSON(try await client.get(self.reference.path + "/logs").pretty)
            return
        }
        try await LogFollower(client: client, path: self.reference.path).print(untilEnd: self.follow)
    }
}

/// Reads an execution's output from where it stopped the last time.
struct LogFollower {
    let client: APIClient
    /// Of the execution.
    let path: String

    /// Writes output as it comes, each of the job's two streams to its own; remarks go to standard error.
    ///
    /// - Parameter untilEnd: whether to wait for more until the output is complete.
    /// - Throws: ``CommandFailure`` when the server refuses or is gone.
    func print(untilEnd: Bool) async throws {
        var position: Int64 = 0
        while true {
            let page = try await self.client.get(self.path + "/logs", [("from", String(position))])
            Terminal.write(page["output"].string ?? "")
            Terminal.write(page["error"].string ?? "", to: .standardError)
            let next = page["next"].integer ?? position
            let progressed = next > position
            position = max(position, next)
            let complete = page["complete"].bool ?? true
            if progressed, position < page["total_bytes"].integer ?? 0 { continue }
            guard untilEnd, !complete else {
                if page["truncated"].bool == true {
                    Terminal.complain("quicflow: the output was longer than what is kept")
                }
                return
            }
            // New output reaches the server within a second; twice that often is often enough.
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
