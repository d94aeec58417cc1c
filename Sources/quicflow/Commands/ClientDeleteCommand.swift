// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow client delete`.
struct ClientDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a host: its certificate is worth nothing any more, and its jobs stop.",
        discussion: "What ran there stays in the history. To come back it has to join again."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Agent, by id or name.", completion: NameCompletion.clients)
    var client: String

    func run() async throws {
        let client = try self.options.client()
        let id = try await client.clientID(self.client)
        let answer = try await client.delete("/clients/\(ServerAddress.escaped(id))")
        self.options.output.show(answer) { Terminal.say("Deleted host '\(self.client)'.") }
    }
}
