// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `quicflow cluster`: the servers that share a database.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "The servers that share a PostgreSQL.",
        subcommands: [ClusterStatusCommand.self]
    )
}

/// `quicflow cluster status`.
struct ClusterStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists the servers, and each one's part of the work."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let answer = try await self.options.client().get("/cluster")
        self.options.output.show(answer) {
            guard answer["mode"].string == "cluster" else {
                return Terminal.say("One server: its database is no PostgreSQL that others could share.")
            }
            var table = TextTable(["SERVER", "AGENTS", "VERSION", "SINCE", "SHARDS", "HOSTS", ""])
            for item in answer["items"].array {
                var notes: [String] = []
                if item["is_this"].bool == true { notes.append("answers") }
                if item["is_keeper"].bool == true { notes.append("keeper") }
                if item["is_draining"].bool == true { notes.append("stopping") }
                table.add([
                    item["name"].cell, item["agents_address"].cell, item["version"].cell, item["started_at"].cell,
                    item["shards"].cell, item["hosts"].cell, notes.joined(separator: ", "),
                ])
            }
            Terminal.say(table.plain)
            if let free = answer["shards_free"].integer, free > 0 {
                Terminal.say("\(free) of 256 shards are nobody's at the moment.")
            }
        }
    }
}
