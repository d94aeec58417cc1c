// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `quicflow client`: the agents a server knows.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "The agents a server knows, one on each host.",
        subcommands: [ClientListCommand.self]
    )
}

/// `quicflow client list`.
struct ClientListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists agents.")

    @OptionGroup var options: ServerOptions
    @OptionGroup var paging: PagingOptions

    @Option(help: "Only agents of this group, by name or number.")
    var group: String?

    func run() async throws {
        let client = try self.options.client()
        let answer: JSONValue
        if let group {
            answer = try await client.get("/groups/\(try await client.groupID(group))/clients")
        } else {
            answer = try await client.get("/clients", self.paging.query)
        }
        self.options.output.show(answer) { print(ClientTable.text(answer)) }
    }
}

/// Agents in a table; the API lists them bare for a group and paged for all.
enum ClientTable {
    static func text(_ answer: JSONValue) -> String {
        var table = TextTable(["CLIENT", "STATUS", "HOST", "ADDRESS", "GROUPS", "RUNNING", "LAST HEARTBEAT"])
        let items = answer["items"].isNull ? answer.array : answer["items"].array
        for item in items {
            table.add([
                item["client_id"].cell, item["status_name"].string ?? item["status"].cell, item["hostname"].cell,
                item["ip"].cell, item["groups"].cell, item["running"].cell, DisplayTime.text(item["last_heartbeat"]),
            ])
        }
        return table.plain
    }
}
